/// Handles of unfinished sends and receives, and how to wait for them.
#pragma once

#include <mpi.h>

#include <span>

namespace tessera::comm {

/// How a wait spends its time: `spin` leaves it to MPI (fastest when every waiting thread has a core
/// of its own), `yield` tests and gives the core away in between (far faster when it has not).
enum class WaitPolicy { spin, yield };

/// An unfinished isend or irecv. Whoever posts it keeps its buffer alive until it is finished.
/// Dropping an unfinished request ends the job with a message: MPI would go on using the buffer.
class Request {
 public:
  Request() noexcept = default;
  explicit Request(MPI_Request handle) noexcept : handle_(handle) {}
  Request(Request&& other) noexcept;
  Request& operator=(Request&& other) noexcept;
  ~Request();

  /// True once finished; never blocks.
  bool test();
  void wait(WaitPolicy policy = WaitPolicy::spin);

  bool active() const noexcept { return handle_ != MPI_REQUEST_NULL; }
  MPI_Request& native() noexcept { return handle_; }

 private:
  MPI_Request handle_ = MPI_REQUEST_NULL;
};

/// numba-mpi's names. All take any contiguous range of requests; finished ones are skipped.
void wait(Request& request, WaitPolicy policy = WaitPolicy::spin);
void waitall(std::span<Request> requests, WaitPolicy policy = WaitPolicy::spin);
bool test(Request& request);
bool testall(std::span<Request> requests);

}  // namespace tessera::comm
