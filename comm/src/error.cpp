#include "tessera/comm/error.hpp"

#include <mpi.h>

namespace tessera::comm {
namespace {

int world_rank() {
  int initialized = 0;
  int finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  int rank = -1;
  if (initialized && !finalized) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int class_of(int code) {
  int error_class = MPI_ERR_UNKNOWN;
  MPI_Error_class(code, &error_class);
  return error_class;
}

std::string text_of(int code) {
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

Error::Error(const char* call, int code)
    : std::runtime_error(std::string(call) + " failed: " + text_of(code)),
      call_(call),
      error_class_(class_of(code)),
      rank_(world_rank()) {}

Error::Error(const char* call, int error_class, const std::string& what)
    : std::runtime_error(std::string(call) + ": " + what),
      call_(call),
      error_class_(error_class),
      rank_(world_rank()) {}

void throw_error(const char* call, int code) { throw Error(call, code); }

}  // namespace tessera::comm
