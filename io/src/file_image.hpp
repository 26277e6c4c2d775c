// What HDF5 itself writes into a file, kept in memory, so that the file on the disk changes all at once.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kept_file.hpp"
#include "tessera/io/repair.hpp"

namespace tessera::io {

/// A piece of a file.
struct Piece {
  std::size_t offset;
  std::vector<std::byte> bytes;
};

/// What is to be written into a file is put into a journal beside it first, so that whenever this process is killed or the machine
/// fails, recover() makes the file as before or as after. Of one rank; throws std::runtime_error with the system's reason.
///
/// With the journal the change has been decided on; if it cannot be written, or the disk has no room for the change, the file is
/// as it was, without a journal.
void begin_change(const std::string& file, std::size_t size, const std::vector<Piece>& pieces);
/// Makes the change that a journal asks for, and removes it; if the journal is not complete, there is none.
Recovery recover(const std::string& file);
/// The name of a file's journal.
std::string journal_of(const std::string& file);

/// A copy of an HDF5 file in memory of which only what HDF5 itself writes takes room: values, which others write into the file,
/// lie in reserved places.
class FileImage {
 public:
  /// For HDF5 to open; it must have closed it before anything else here is called.
  std::string path() const { return memory_.path(); }
  std::size_t size() const { return memory_.size(); }
  /// A place for values, which HDF5 does not write.
  void reserve(std::size_t offset, std::size_t length);
  void reserve_nothing();
  /// Takes over what lies in the file outside of reserved places.
  void load(const std::string& file);
  /// A few bytes, which are written to the file, too.
  void note(const std::byte* data, std::size_t bytes, std::size_t offset);
  /// What differs, outside of reserved places, from what was loaded, noted or committed.
  std::vector<Piece> changes();
  /// These changes are in the file, or will be.
  void commit();
  /// Whether these bytes lie there.
  bool holds(std::size_t offset, const std::vector<std::byte>& bytes) const;
  /// Copies what HDF5 wrote somewhere to a file, and forgets it, as far as whole pages are concerned.
  void move_out(std::size_t offset, std::size_t length, const Descriptor& file);
  /// Copies all that was not forgotten to a file, which becomes as long.
  void copy_to(const Descriptor& file) const { memory_.copy_to(file); }

 private:
  void for_each_free(std::size_t begin, std::size_t end, FunctionRef<void(std::size_t, std::size_t)> f) const;

  MemoryFile memory_;
  std::map<std::size_t, std::size_t> reserved_;              // ends of places, by their beginnings
  std::map<std::size_t, std::vector<std::byte>> committed_;  // pages as they are in the file, by their offsets
  std::map<std::size_t, std::vector<std::byte>> changed_;    // pages that commit() adds to these
};

}  // namespace tessera::io
