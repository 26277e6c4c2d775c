// Preloaded into a rank, stops it inside the n-th of its calls that change a file in its working folder: of a write, half is done.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace {

template <class Function>
Function next(Function, const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// Which call, or 0: none of this rank.
long wanted() {
  const char* at = std::getenv("TESSERA_STOP_AT");
  const char* rank = std::getenv("TESSERA_STOP_RANK");
  const char* own = std::getenv("OMPI_COMM_WORLD_RANK");
  if (own == nullptr) own = std::getenv("PMI_RANK");
  return at == nullptr || rank == nullptr || own == nullptr || std::string(own) != rank ? 0 : std::atol(at);
}

bool is_now() {
  static const long the_one = wanted();
  static std::atomic<long> calls = 0;
  return the_one > 0 && ++calls == the_one;
}

bool is_now(int descriptor) {
  static const long the_one = wanted();
  if (the_one == 0) return false;
  struct stat status {};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  static const std::string folder = [] {
    char* name = getcwd(nullptr, 0);
    std::string text = std::string(name) + "/";
    std::free(name);
    return text;
  }();
  std::string path(4096, '\0');
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path.data(), path.size());
  return length > 0 && path.compare(0, folder.size(), folder) == 0 && is_now();
}

bool is_now(const char* path) { return *path != '/' && is_now(); }

void stop() { raise(SIGSTOP); }

}  // namespace

extern "C" {

ssize_t pwrite(int descriptor, const void* data, std::size_t bytes, off_t offset) {
  static const auto call = next(pwrite, "pwrite");
  if (!is_now(descriptor)) return call(descriptor, data, bytes, offset);
  call(descriptor, data, bytes / 2, offset);
  stop();
  return call(descriptor, data, bytes, offset);
}

ssize_t write(int descriptor, const void* data, std::size_t bytes) {
  static const auto call = next(write, "write");
  if (is_now(descriptor)) stop();
  return call(descriptor, data, bytes);
}

int ftruncate(int descriptor, off_t bytes) noexcept {
  static const auto call = next(ftruncate, "ftruncate");
  if (is_now(descriptor)) stop();
  return call(descriptor, bytes);
}

int fsync(int descriptor) {
  static const auto call = next(fsync, "fsync");
  if (is_now(descriptor)) stop();
  return call(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static const auto call = next(rename, "rename");
  if (is_now(from)) stop();
  return call(from, to);
}

int unlink(const char* path) noexcept {
  static const auto call = next(unlink, "unlink");
  if (is_now(path)) stop();
  return call(path);
}

int remove(const char* path) noexcept {
  static const auto call = next(remove, "remove");
  if (is_now(path)) stop();
  return call(path);
}
}  // extern "C"
