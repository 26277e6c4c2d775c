// The team of the thread-sanitizer build: plain threads, because Debian's oneTBB is not instrumented
// and makes the sanitizer report races in correct programs.
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "tessera/core/team.hpp"

namespace tessera {

struct Team::Workers {};

Team::Team(int) : workers_(std::make_unique<Workers>()) {}
Team::~Team() = default;

void Team::run(int tasks, FunctionRef<void(int)> task) {
  std::exception_ptr first;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int t = 0; t < tasks; ++t) {
    threads.emplace_back([&, t] {
      try {
        task(t);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace tessera
