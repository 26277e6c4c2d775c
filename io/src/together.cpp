#include "together.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "tessera/core/failure.hpp"

namespace tessera::io {
namespace {

/// `head`: of the message that ends the job.
std::string failure(const comm::WaitingCommunicator& communicator, const std::string& head, FunctionRef<void()> work,
                    Patience patience) {
  const int nowhere = communicator.size();
  std::string why;
  bool failed = false;
  try {
    work();
  } catch (const std::runtime_error& error) {
    failed = true;
    why = error.what();
    if (why.empty()) why = "a failure without a reason";
  }
  const int here = failed ? communicator.rank() : nowhere;
  int first = nowhere;
  comm::Request request = communicator.iallreduce(here, first, comm::Operator::min);
  if (failed && patience.seconds >= 0) {
    const double begin = comm::wtime();
    while (!request.test()) {
      if (comm::wtime() - begin > patience.seconds) comm::abort((head + why).c_str());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  } else {
    request.wait();
  }
  if (first < nowhere) communicator.bcast_resizing(why, first);
  return why;
}

}  // namespace

std::string why_not_together(const comm::WaitingCommunicator& communicator, FunctionRef<void()> work,
                             Patience patience) {
  return failure(communicator, "", work, patience);
}

void together(const comm::WaitingCommunicator& communicator, const std::string& what, FunctionRef<void()> work,
              Patience patience) {
  const std::string why = failure(communicator, what + ": ", work, patience);
  if (!why.empty()) throw RunError(what + ": " + why);
}

}  // namespace tessera::io
