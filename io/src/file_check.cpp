#include "tessera/io/file_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace tessera::io {

namespace {

/// A descriptor of a new file in the folder of `file`, which leaves nothing even if the process is killed, or -1.
int open_beside(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path().string();
  const int nameless = open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  if (nameless >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return nameless;
  const int named =
      open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);  // a file system that has no others
  if (named >= 0) unlink(file.c_str());
  return named;
}

std::string why_not_here(const std::string& file) {
  struct stat status {};
  const bool there = stat(file.c_str(), &status) == 0;
  if (!there && errno != ENOENT) return std::strerror(errno);
  if (there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return "it is no plain file";  // opening it may do anything
  const int descriptor = there ? open(file.c_str(), O_RDWR | O_CLOEXEC) : open_beside(file);
  if (descriptor < 0) return std::strerror(errno);
  close(descriptor);
  return "";
}

}  // namespace

std::string why_not_writable(const std::string& file, const comm::WaitingCommunicator& communicator) {
  if (file.empty()) return "the name is empty";
  std::string problem;
  if (communicator.root()) problem = why_not_here(file);
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

std::string temporary_of(const std::string& file) { return file + ".tmp"; }

bool exists(const std::string& file, const comm::WaitingCommunicator& communicator) {
  struct stat status {};
  int there = communicator.root() && stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) ? 1 : 0;
  communicator.bcast(there);
  return there == 1;
}

}  // namespace tessera::io
