#include "tessera/io/file_check.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tessera::io {

std::string why_not_writable(const std::string& file, const comm::Communicator& communicator) {
  std::string problem;
  if (communicator.root()) {
    const bool there = access(file.c_str(), F_OK) == 0;
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      problem = std::strerror(errno);
    } else {
      close(descriptor);
      if (!there) unlink(file.c_str());
    }
  }
  communicator.bcast(problem);
  return problem;
}

bool exists(const std::string& file, const comm::Communicator& communicator) {
  int there = communicator.root() && access(file.c_str(), F_OK) == 0 ? 1 : 0;
  communicator.bcast(std::span(&there, 1));
  return there == 1;
}

}  // namespace tessera::io
