#include "tessera/comm/error.hpp"

#include <mpi.h>

#include <exception>

#include "tessera/comm/environment.hpp"

namespace tessera::comm {
namespace {

thread_local std::string last_error;

std::string text_of(int code) {
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  return {text, static_cast<std::size_t>(length)};
}

/// What the caller can do about it, where MPI's own text leaves that open.
std::string remedy(int error_class) {
  switch (error_class) {
    case MPI_ERR_TAG: {
      void* limit = nullptr;
      int found = 0;
      MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &limit, &found);
      return found == 0 ? "" : " (tags go from 0 to " + std::to_string(*static_cast<int*>(limit)) + ")";
    }
    case MPI_ERR_TRUNCATE: return " (the message was longer than the receive buffer; probe() tells its length before)";
    case MPI_ERR_COMM: return " (is there a comm::Environment, and the communicator not moved from?)";
    default: return "";
  }
}

}  // namespace

Error::Error(const char* call, int code)
    : std::runtime_error(std::string(call) + " failed: " + text_of(code) + remedy(detail::class_of(code))),
      call_(call),
      error_class_(detail::class_of(code)),
      rank_(detail::world_rank()) {
  last_error = what();
}

Error::Error(const char* call, int error_class, const std::string& what)
    : std::runtime_error(std::string(call) + ": " + what),
      call_(call),
      error_class_(error_class),
      rank_(detail::world_rank()) {
  last_error = this->what();
}

void throw_error(const char* call, int code) { throw Error(call, code); }

int detail::class_of(int code) {
  int error_class = MPI_ERR_UNKNOWN;
  MPI_Error_class(code, &error_class);
  return error_class;
}

std::string detail::after_last_error() {
  return std::uncaught_exceptions() > 0 && !last_error.empty()
             ? " (while leaving the scope because of: " + last_error + ")"
             : "";
}

}  // namespace tessera::comm
