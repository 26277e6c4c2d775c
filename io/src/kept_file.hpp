// A file of which a whole one is on the disk at any moment, and the one before it, too. All of it throws std::runtime_error with
// the system's reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tessera/core/function_ref.hpp"
#include "tessera/io/checkpoint.hpp"
#include "tessera/io/file_check.hpp"

namespace tessera::io {

/// Files are kept in pages of so many bytes. What is as large begins with one in HDF5 files made here.
inline constexpr std::size_t page_size = 4096;

/// Bytes that lie together, in memory and in a file.
struct Run {
  std::uint64_t offset;
  const std::byte* data;
  std::size_t bytes;
};

/// An open file; closed at the end of its life.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags);
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  /// Writes all of it, at an offset.
  void write(const std::byte* data, std::size_t bytes, std::size_t offset) const;
  /// The same of several, those that follow each other in the file at once.
  void write(const std::vector<Run>& runs) const;
  /// Reads as much, from an offset.
  void read(std::byte* data, std::size_t bytes, std::size_t offset) const;
  /// Makes it so long; what is added holds zeros, and takes no room.
  void resize(std::size_t bytes) const;
  /// Lets the system begin to bring what was written there to the disk; sync() has less to wait for then.
  void begin_sync(std::size_t bytes, std::size_t offset) const noexcept;
  /// Returns when what was written is on the disk.
  void sync() const;
  /// Makes sure that there is room on the disk for a piece, where the file system can; its length stays.
  void reserve(std::size_t offset, std::size_t bytes) const;
  /// Throws unless this is the file that has the name now: what is written to one that was removed is lost.
  void require_in_place() const;

 private:
  [[noreturn]] void fail(const char* what) const;
  std::string path_;
  int descriptor_;
};

/// A file in memory, of which only what was written takes room. HDF5 makes its files there: it cannot do without what it could not
/// write, and would crash when it is closed at the end of the program.
class MemoryFile {
 public:
  MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();
  std::string path() const;
  std::size_t size() const;
  void resize(std::size_t bytes) const;
  /// Calls f(offset, data, bytes) for all that was written to it, in pieces.
  void for_each_data(FunctionRef<void(std::size_t, const std::byte*, std::size_t)> f) const;
  /// Writes all that was written to it to another file.
  void copy_to(const Descriptor& other) const;
  void write(const std::byte* data, std::size_t bytes, std::size_t offset) const;
  void read(std::byte* data, std::size_t bytes, std::size_t offset) const;
  /// A piece takes no room any more, and holds zeros.
  void forget(std::size_t offset, std::size_t bytes) const;

 private:
  int descriptor_;
};

/// Makes sure that a name that was made, changed or taken away is so on the disk.
void sync_folder_of(const std::string& file);

/// Begins the temporary file anew, empty.
void begin_temporary(const std::string& file);
/// Removes the temporary file, if there is one.
void remove_temporary(const std::string& file) noexcept;
/// Gives a checkpoint of an earlier run another name. False if there is none.
bool set_aside(const std::string& file);
/// Puts the complete temporary file in the file's place, and does with the one that was there as `previous` says.
void put_in_place(const std::string& file, Previous previous);

}  // namespace tessera::io
