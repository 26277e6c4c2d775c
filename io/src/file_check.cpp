#include "tessera/io/file_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tessera::io {

std::string why_not_writable(const std::string& file, const comm::WaitingCommunicator& communicator) {
  if (file.empty()) return "the name is empty";
  std::string problem;
  if (communicator.root()) {
    struct stat status {};
    const bool there = stat(file.c_str(), &status) == 0;
    const bool other = there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);  // opening it may do anything
    const int descriptor = other ? -1 : open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      problem = other ? "it is no plain file" : std::strerror(errno);
    } else {
      close(descriptor);
      if (!there) unlink(file.c_str());
    }
  }
  communicator.bcast_resizing(problem);
  return problem;
}

void require_writable(const Config& key, const std::vector<std::string>& files,
                      const comm::WaitingCommunicator& communicator) {
  for (const std::string& file : files) {
    const std::string why = why_not_writable(file, communicator);
    if (!why.empty()) key.fail("cannot write '" + file + "': " + why + "; make the folder, or name another file");
  }
}

bool exists(const std::string& file, const comm::WaitingCommunicator& communicator) {
  struct stat status {};
  int there = communicator.root() && stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) ? 1 : 0;
  communicator.bcast(there);
  return there == 1;
}

}  // namespace tessera::io
