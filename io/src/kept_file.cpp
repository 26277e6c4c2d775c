#include "kept_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace tessera::io {
namespace {

constexpr const char* reading_memory = "reading a file in memory";
constexpr const char* writing_memory = "writing a file in memory";

[[noreturn]] void fail(const std::string& what) {
  const std::string why = std::strerror(errno);
  throw std::runtime_error(what + ": " + why);
}

void rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail("renaming " + from + " to " + to);
}

void unlink_if_there(const std::string& file) {
  if (unlink(file.c_str()) != 0 && errno != ENOENT) fail("removing " + file);
}

/// Lets `to` be what `from` is, at once: where links are not known, `from` is missing until it is replaced.
void copy_name(const std::string& from, const std::string& to) {
  const std::string linked = temporary_of(to);
  unlink_if_there(linked);
  if (link(from.c_str(), linked.c_str()) == 0) {
    rename(linked, to);
    unlink_if_there(linked);  // rename leaves it where both were the same file
  } else if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK) {
    rename(from, to);
  } else if (errno != ENOENT) {  // the first one has none before it
    fail("linking " + from + " to " + linked);
  }
}

/// Holds a file that is about to lose its last name. To free its pages takes a third of the time in which they were written: another
/// thread does that.
class FreedLater {
 public:
  explicit FreedLater(const std::string& file) : descriptor_(open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
  FreedLater(const FreedLater&) = delete;
  FreedLater& operator=(const FreedLater&) = delete;
  ~FreedLater() {
    if (descriptor_ < 0) return;  // there is none
    try {
      std::thread([descriptor = descriptor_] { close(descriptor); }).detach();
    } catch (const std::system_error&) {
      close(descriptor_);
    }
  }

 private:
  int descriptor_;
};

bool write_all(int descriptor, const std::byte* data, std::size_t bytes, std::size_t offset) {
  while (bytes > 0) {
    const ssize_t done = pwrite(descriptor, data, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    data += done;
    bytes -= static_cast<std::size_t>(done);
    offset += static_cast<std::size_t>(done);
  }
  return true;
}

bool read_all(int descriptor, std::byte* data, std::size_t bytes, std::size_t offset) {
  while (bytes > 0) {
    const ssize_t done = pread(descriptor, data, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done == 0) errno = ENODATA;  // it is too short
    if (done <= 0) return false;
    data += done;
    bytes -= static_cast<std::size_t>(done);
    offset += static_cast<std::size_t>(done);
  }
  return true;
}

}  // namespace

Descriptor::Descriptor(const std::string& path, int flags)
    : path_(path), descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail("opening");
}

Descriptor::~Descriptor() { close(descriptor_); }

void Descriptor::write(const std::byte* data, std::size_t bytes, std::size_t offset) const {
  if (!write_all(descriptor_, data, bytes, offset)) fail("writing");
}

void Descriptor::write(const std::vector<Run>& runs) const {
  std::array<iovec, 512> parts{};
  for (std::size_t next = 0; next < runs.size();) {
    const Run& first = runs[next];
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (; next < runs.size() && count < parts.size() && runs[next].offset == first.offset + bytes; ++next) {
      parts[count++] = {const_cast<std::byte*>(runs[next].data),
                        runs[next].bytes};  // not written to: an interface of C
      bytes += runs[next].bytes;
    }
    if (count > 1 && pwritev(descriptor_, parts.data(), static_cast<int>(count), static_cast<off_t>(first.offset)) ==
                         static_cast<ssize_t>(bytes))
      continue;
    for (std::size_t i = 0, done = 0; i < count; done += parts[i++].iov_len)  // one alone, or it was cut short
      write(static_cast<const std::byte*>(parts[i].iov_base), parts[i].iov_len, first.offset + done);
  }
}

void Descriptor::read(std::byte* data, std::size_t bytes, std::size_t offset) const {
  if (!read_all(descriptor_, data, bytes, offset)) fail("reading");
}

void Descriptor::begin_sync(std::size_t bytes, std::size_t offset) const noexcept {
  // Some file systems do not know it: then all is left to sync().
  sync_file_range(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(bytes), SYNC_FILE_RANGE_WRITE);
}

void Descriptor::sync() const {
  if (fsync(descriptor_) != 0) fail("writing");
}

void Descriptor::resize(std::size_t bytes) const {
  if (ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) fail("writing");
}

void Descriptor::reserve(std::size_t offset, std::size_t bytes) const {
  while (fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(bytes)) != 0) {
    if (errno == EOPNOTSUPP || errno == ENOSYS) return;
    if (errno != EINTR) fail("writing");
  }
}

void Descriptor::require_in_place() const {
  struct stat own {};
  struct stat named {};
  if (fstat(descriptor_, &own) != 0 || stat(path_.c_str(), &named) != 0) fail("looking for");
  if (own.st_dev != named.st_dev || own.st_ino != named.st_ino)
    throw std::runtime_error("another file has taken the place of " + path_);
}

void Descriptor::fail(const char* what) const { io::fail(std::string(what) + " " + path_); }

MemoryFile::MemoryFile() : descriptor_(memfd_create("tessera", MFD_CLOEXEC)) {
  if (descriptor_ < 0) io::fail("making a file in memory");
}

MemoryFile::~MemoryFile() { close(descriptor_); }

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

std::size_t MemoryFile::size() const {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) io::fail(reading_memory);
  return static_cast<std::size_t>(status.st_size);
}

void MemoryFile::resize(std::size_t bytes) const {
  if (ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) io::fail(writing_memory);
}

void MemoryFile::for_each_data(FunctionRef<void(std::size_t, const std::byte*, std::size_t)> f) const {
  std::vector<std::byte> buffer(1 << 16);
  for (off_t at = 0; (at = lseek(descriptor_, at, SEEK_DATA)) >= 0;) {
    const off_t hole = lseek(descriptor_, at, SEEK_HOLE);
    while (at < hole) {
      const auto part = std::min(buffer.size(), static_cast<std::size_t>(hole - at));
      read(buffer.data(), part, static_cast<std::size_t>(at));
      f(static_cast<std::size_t>(at), buffer.data(), part);
      at += static_cast<off_t>(part);
    }
  }
  if (errno != ENXIO) io::fail(reading_memory);  // no more data
}

void MemoryFile::copy_to(const Descriptor& other) const {
  other.resize(size());
  for_each_data(
      [&](std::size_t offset, const std::byte* data, std::size_t bytes) { other.write(data, bytes, offset); });
}

void MemoryFile::write(const std::byte* data, std::size_t bytes, std::size_t offset) const {
  if (!write_all(descriptor_, data, bytes, offset)) io::fail(writing_memory);
}

void MemoryFile::read(std::byte* data, std::size_t bytes, std::size_t offset) const {
  if (!read_all(descriptor_, data, bytes, offset)) io::fail(reading_memory);
}

void MemoryFile::forget(std::size_t offset, std::size_t bytes) const {
  if (fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                static_cast<off_t>(bytes)) != 0)
    io::fail(writing_memory);
}

void sync_folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  Descriptor(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY).sync();
}

void begin_temporary(const std::string& file) {
  const std::string temporary = temporary_of(file);
  unlink_if_there(temporary);
  const Descriptor created(temporary, O_WRONLY | O_CREAT | O_EXCL);
}

void remove_temporary(const std::string& file) noexcept { unlink(temporary_of(file).c_str()); }

bool set_aside(const std::string& file) {
  const std::string before = previous_checkpoint(file);
  const std::string earlier = earlier_checkpoint(file);
  const auto there = [](const std::string& name) { return access(name.c_str(), F_OK) == 0; };
  if (!there(file) && !there(before)) return false;
  rename(there(file) ? file : before, earlier);
  unlink_if_there(before);
  sync_folder_of(file);
  return true;
}

void put_in_place(const std::string& file, Previous previous) {
  const std::string before = previous_checkpoint(file);
  const FreedLater dropped(previous == Previous::keep ? file : before);
  if (previous == Previous::replace) copy_name(file, before);
  if (previous == Previous::remove) unlink_if_there(before);
  rename(temporary_of(file), file);
  sync_folder_of(file);
  unlink_if_there(earlier_checkpoint(file));  // now this run has one of its own
}

}  // namespace tessera::io
