#include "stop_request.hpp"

#include <csignal>
#include <initializer_list>

namespace tessera::apps {
namespace {

volatile std::sig_atomic_t requested = 0;

void note(int) { requested = 1; }

}  // namespace

void catch_stop_requests() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGUSR1, SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
}

bool stop_requested() { return requested != 0; }

}  // namespace tessera::apps
