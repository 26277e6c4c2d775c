// HDF5 with handles that close themselves and errors that throw.
#pragma once

#include <hdf5.h>

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

/// Attributes of a file, group or data set.
void write_attribute(hid_t object, const char* name, const std::string& value);
void write_attribute(hid_t object, const char* name, double value);
void write_attribute(hid_t object, const char* name, std::uint64_t value);
void write_attribute(hid_t object, const char* name, const std::vector<int>& values);
void write_attribute(hid_t object, const char* name, const std::vector<double>& values);
std::string read_text_attribute(hid_t object, const char* name);
double read_number_attribute(hid_t object, const char* name);
std::uint64_t read_integer_attribute(hid_t object, const char* name);
std::vector<double> read_numbers_attribute(hid_t object, const char* name);
/// The names of an object's attributes.
std::vector<std::string> attribute_names(hid_t object);

/// All numbers of a data set.
std::vector<double> read_numbers(hid_t dataset);

/// Of a field's values, in memory and in a file.
hid_t memory_type(Precision precision);
hid_t file_type(Precision precision);
/// Throws Hdf5Error if a data set does not hold values of this precision.
void require_precision(hid_t dataset, Precision precision);

/// A box of the grid in a data set: extents in the grid's dimensions, after an optional time index.
struct Slab {
  std::vector<hsize_t> start;
  std::vector<hsize_t> count;
};
Slab slab_of(const Grid& grid, const Box& box);
std::vector<hsize_t> shape_of(const Grid& grid);
/// "[12, 10]".
std::string text_of(const std::vector<hsize_t>& shape);

}  // namespace tessera::io
