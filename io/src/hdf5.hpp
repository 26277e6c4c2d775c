// HDF5 with handles that close themselves and errors that throw.
#pragma once

#include <hdf5.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tessera/core/domain.hpp"

namespace tessera::io {

/// A failed HDF5 call, on the rank where it failed.
class Hdf5Error : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Hdf5Error with HDF5's own reason if `result` is negative; returns it otherwise.
template <class T>
T check(T result, const std::string& what);

/// An HDF5 identifier and the function that closes it.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what);
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { reset(); }
  void reset() {
    if (id_ >= 0) close_(id_);
    id_ = -1;
  }
  /// As reset, but throws Hdf5Error if that fails: what was written may not be in the file.
  void close_checked(const std::string& what);
  operator hid_t() const { return id_; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

/// Collective: opens a file for all ranks of a communicator.
Handle open_file(const std::string& name, unsigned flags, const comm::WaitingCommunicator& communicator);

/// By this rank alone, whatever others do: for reading, or in memory (MemoryFile::path) for writing. HDF5 writes to no disk: it
/// cannot do without what it could not write, and would crash at the end of the program.
Handle open_file_alone(const std::string& name);
Handle create_in_memory(const std::string& path);
Handle open_in_memory(const std::string& path);

/// Data sets: one of them, its extents, all its numbers, and where one of its chunks lies, which begins with this value.
Handle open_dataset(hid_t place, const std::string& name);
std::vector<hsize_t> extents_of(hid_t dataset);
std::vector<double> read_numbers(hid_t dataset);
struct ChunkPlace {
  std::uint64_t address;
  std::uint64_t bytes;
};
ChunkPlace chunk_at(hid_t dataset, const std::vector<hsize_t>& value);

/// Of a field's values, in memory and in a file.
hid_t memory_type(Precision precision);
hid_t file_type(Precision precision);
Precision precision_of(hid_t dataset);
/// Why a file's values do not fit this precision, or nothing.
std::string why_not_in(Precision precision, Precision of_file);

/// What is given along three axes, in the grid's dimensions.
template <class To, class From>
std::vector<To> in_dimensions(const Grid& grid, const std::array<From, 3>& along) {
  std::vector<To> result;
  for (int a = grid.first_axis(); a < 3; ++a) result.push_back(static_cast<To>(along[at(a)]));
  return result;
}

/// A box of the grid in a data set: extents in the grid's dimensions, after an optional time index.
struct Slab {
  std::vector<hsize_t> start;
  std::vector<hsize_t> count;
};
Slab slab_of(const Grid& grid, const Box& box);
/// Reads it, row-major, as values of a type in memory.
void read_slab(hid_t dataset, const Slab& slab, hid_t type, void* values);
std::vector<hsize_t> shape_of(const Grid& grid);
/// "[12, 10]".
std::string text_of(const std::vector<hsize_t>& shape);

}  // namespace tessera::io
