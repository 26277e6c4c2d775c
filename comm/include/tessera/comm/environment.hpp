/// Start and end of MPI.
#pragma once

#include <functional>

namespace tessera::comm {

/// How threads may use MPI, in MPI's own order (MPI standard 4.0, section 11.6.2).
enum class ThreadLevel { single, funneled, serialized, multiple };

const char* to_string(ThreadLevel level);

/// Initializes MPI if nobody has, and finalizes it, if it did, at the end of its scope.
///
/// An exception that nobody catches, on any rank and in any thread, prints its message with the
/// rank and ends the whole job with exit code 1: no other rank is left waiting.
class Environment {
 public:
  /// Asks for `wanted`; throws Error if MPI gives less than `required`.
  Environment(int& argc, char**& argv, ThreadLevel wanted = ThreadLevel::multiple,
              ThreadLevel required = ThreadLevel::single);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  ThreadLevel thread_level() const noexcept { return thread_level_; }

 private:
  ThreadLevel thread_level_;
  bool owner_;
  int exceptions_;
};

/// Prints `message` with this process's rank and ends the job on all ranks.
[[noreturn]] void abort(const char* message, int exit_code = 1);

/// numba-mpi's names, on the whole job.
bool initialized();
/// Initialized and not yet finalized: MPI can be called.
bool running();
ThreadLevel query_thread();
/// Seconds since some time in the past.
double wtime();
/// Name and version of the MPI library, one line.
const char* library_version();

namespace detail {
/// In MPI_COMM_WORLD, with or without an Environment; -1 unless running().
int world_rank();
}  // namespace detail

}  // namespace tessera::comm
