#include "tessera/comm/environment.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

#include "tessera/comm/communicator.hpp"

namespace tessera::comm {
namespace {

int to_mpi(ThreadLevel level) {
  constexpr int levels[] = {MPI_THREAD_SINGLE, MPI_THREAD_FUNNELED, MPI_THREAD_SERIALIZED, MPI_THREAD_MULTIPLE};
  return levels[static_cast<int>(level)];
}

ThreadLevel from_mpi(int level) {
  if (level == MPI_THREAD_MULTIPLE) return ThreadLevel::multiple;
  if (level == MPI_THREAD_SERIALIZED) return ThreadLevel::serialized;
  return level == MPI_THREAD_FUNNELED ? ThreadLevel::funneled : ThreadLevel::single;
}

[[noreturn]] void on_terminate() {
  std::string message = "terminated without an exception";
  if (auto error = std::current_exception()) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& known) {
      message = known.what();
    } catch (...) {
      message = "an exception of an unknown type";
    }
  }
  abort(message.c_str());
}

}  // namespace

const char* to_string(ThreadLevel level) {
  constexpr const char* names[] = {"single", "funneled", "serialized", "multiple"};
  return names[static_cast<int>(level)];
}

Environment::Environment(int& argc, char**& argv, ThreadLevel wanted, ThreadLevel required)
    : thread_level_(ThreadLevel::single), owner_(!initialized()), exceptions_(std::uncaught_exceptions()) {
  int provided = MPI_THREAD_SINGLE;
  if (owner_) {
    check(MPI_Init_thread(&argc, &argv, to_mpi(wanted), &provided), "MPI_Init_thread");
  } else {
    check(MPI_Query_thread(&provided), "MPI_Query_thread");
  }
  thread_level_ = from_mpi(provided);
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  std::set_terminate(on_terminate);
  if (thread_level_ < required) {
    const std::string what = std::string("thread level ") + to_string(required) + " is required, this MPI provides " +
                             to_string(thread_level_);
    // The destructor does not run for a constructor that throws.
    if (owner_) MPI_Finalize();
    throw Error("MPI_Init_thread", MPI_ERR_OTHER, what);
  }
  detail::the_world = Communicator::borrow(MPI_COMM_WORLD);
  detail::the_self = Communicator::borrow(MPI_COMM_SELF);
}

Environment::~Environment() {
  // While an exception unwinds, other ranks may be waiting for this one: finalizing would hang.
  if (std::uncaught_exceptions() > exceptions_) {
    abort(("an exception is leaving the scope of comm::Environment" + detail::after_last_error()).c_str());
  }
  if (owner_ && running()) {
    detail::the_world = Communicator();
    detail::the_self = Communicator();
    MPI_Finalize();
  }
}

void abort(const char* message, int exit_code) {
  std::fprintf(stderr, "error on rank %d: %s\n", detail::world_rank(), message);
  std::fflush(stderr);
  if (running()) {
    // MPICH's launcher drops what it has not read yet when a job is aborted (seen on a busy machine).
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    MPI_Abort(MPI_COMM_WORLD, exit_code);
  }
  std::_Exit(exit_code);
}

bool running() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  return initialized() && finalized == 0;
}

bool initialized() {
  int flag = 0;
  MPI_Initialized(&flag);
  return flag != 0;
}

ThreadLevel query_thread() {
  int level = 0;
  check(MPI_Query_thread(&level), "MPI_Query_thread");
  return from_mpi(level);
}

double wtime() { return MPI_Wtime(); }

const char* library_version() {
  static const std::string version = [] {
    char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
    int length = 0;
    MPI_Get_library_version(text, &length);
    std::string line(text, static_cast<std::size_t>(length));
    // MPICH answers with its whole configuration: the first line names the library.
    line = line.substr(0, line.find_first_of("\n,"));
    std::replace(line.begin(), line.end(), '\t', ' ');
    line.erase(std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }), line.end());
    return line;
  }();
  return version.c_str();
}

int detail::world_rank() {
  int rank = -1;
  if (running()) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

}  // namespace tessera::comm
