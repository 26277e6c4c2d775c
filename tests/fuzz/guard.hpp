// What is being checked, printed when a check never returns.
#pragma once

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>

namespace tessera::test {

/// Ends the program with the last text if a check takes too long, or ends in a signal or an exception of another thread.
class Guard {
 public:
  Guard() {
    for (const int signal : {SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL}) {
      struct sigaction action {};
      action.sa_handler = [](int number) { give_up(number == SIGALRM ? "takes too long" : "crashes"); };
      action.sa_flags = SA_ONSTACK;  // the other may be full
      sigaction(signal, &action, nullptr);
    }
    stack_t stack{memory, 0, sizeof memory};
    sigaltstack(&stack, nullptr);
    std::set_terminate([] { give_up("terminates"); });
  }

  /// From now on at most so many seconds.
  static void begin(const std::string& what, unsigned seconds) {
    text = what;
    alarm(seconds);
  }
  static void end() { alarm(0); }

 private:
  [[noreturn]] static void give_up(const char* how) {
    const auto print = [](const std::string& what) { return write(output, what.data(), what.size()) >= 0; };
    print("\nerror: this ");
    print(how);
    print(":\n" + text + "\n");
    std::_Exit(1);
  }

  static inline std::string text;
  static inline char memory[65536];
  static constexpr int output = STDOUT_FILENO;
};

}  // namespace tessera::test
