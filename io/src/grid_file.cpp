#include "tessera/io/grid_file.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "chunks.hpp"
#include "completeness.hpp"
#include "hdf5.hpp"
#include "tessera/io/background.hpp"
#include "tessera/io/file_check.hpp"

namespace tessera::io {
namespace {

struct DataSet {
  Handle handle;
  std::vector<hsize_t> shape;
  bool single = false;  // reals of 32 bits or less
};

DataSet open(hid_t file, const Config& name) {
  finish_background();
  const std::string text = name.text();
  const bool there = H5Lexists(file, text.c_str(), H5P_DEFAULT) > 0;
  DataSet set;
  if (!there) throw Hdf5Error("the file has no data set of this name");
  set.handle = open_dataset(file, text);
  const Handle type(H5Dget_type(set.handle), H5Tclose, "type");
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) throw Hdf5Error("it does not hold numbers");
  set.single = kind == H5T_FLOAT && H5Tget_size(type) <= sizeof(float);
  set.shape = extents_of(set.handle);
  return set;
}

/// A box of one of the data set's records.
void read_box(const DataSet& set, const Grid& grid, const Box& box, const std::optional<GridFile::Record>& record,
              std::vector<double>& values) {
  Slab slab = slab_of(grid, box);
  if (record) {
    slab.start.insert(slab.start.begin(), static_cast<hsize_t>(record->number));
    slab.count.insert(slab.count.begin(), 1);
  }
  values.resize(static_cast<std::size_t>(box.cells()));
  read_slab(set.handle, slab, H5T_NATIVE_DOUBLE, values.data());
}

/// A block's own values, some rows at a time. Returns the largest magnitude.
double read_block(const DataSet& set, const Grid& grid, const Block& block, Array& values,
                  const std::optional<GridFile::Record>& record) {
  constexpr Index most = 1 << 20;  // cells
  double largest = 0;
  std::vector<double> numbers;
  for_each_box(values.interior(), values.interior().extents(), most, [&](const Box& box, const Index3&) {
    read_box(set, grid, shifted(box, block.cells.lower, 1), record, numbers);
    auto next = numbers.begin();
    with_real(values.precision(), [&]<class Real>() {
      for_each_row(box, [&](Index i, Index j) {
        Real* row = values.row<Real>(i, j);
        for (Index k = box.lower[2]; k < box.upper[2]; ++k) {
          largest = std::max(largest, std::fabs(*next));
          row[k] = static_cast<Real>(*next++);
        }
      });
    });
  });
  return largest;
}

/// Gives faces normal to `axis` that are the same, at both ends of a periodic axis or half a turn apart at a pole, the value of
/// one of them, so that it does not matter which block computes beside them. Returns by how much they differed; `all`: of all
/// faces.
double unite_ends(const DataSet& set, Domain& domain, Field& field, const Box& all, int axis,
                  const std::optional<GridFile::Record>& record) {
  const Grid& grid = domain.grid();
  double most = 0;
  std::vector<double> numbers;
  std::vector<double> images;
  for (const Block& block : domain.blocks()) {
    for (int side = 0; side < 2; ++side) {
      const Index end = side == 0 ? 0 : grid.cells(axis);
      Box faces = field[block].interior();
      faces.lower[at(axis)] = end - block.cells.lower[at(axis)];
      faces.upper[at(axis)] = faces.lower[at(axis)] + 1;
      const bool here = faces.lower[at(axis)] == (side == 0 ? 0 : block.cells.extent(axis));
      if (!here || grid.wall(axis, side)) continue;
      Box repeated = all;
      repeated.lower[at(axis)] = grid.wrap(axis, end);
      repeated.upper[at(axis)] = repeated.lower[at(axis)] + 1;
      read_box(set, grid, shifted(faces, block.cells.lower, 1), record, numbers);
      read_box(set, grid, repeated, record, images);
      auto next = numbers.begin();
      for_each_row(faces, [&](Index i, Index j) {
        for (Index k = faces.lower[2]; k < faces.upper[2]; ++k) {
          auto [face, turned] = grid.image({block.global(0, i), block.global(1, j), block.global(2, k)}, axis);
          face[at(axis)] = 0;
          const Index number = (face[0] * repeated.extent(1) + face[1]) * repeated.extent(2) + face[2];
          const double value = images[static_cast<std::size_t>(number)] * (turned ? -1 : 1);
          most = std::max(most, std::fabs(value - *next++));
          field[block].set(i, j, k, value);
        }
      });
    }
  }
  return most;
}

}  // namespace

struct GridFile::File {
  Domain& domain;
  Handle handle;
};

GridFile::GridFile(Domain& domain, const Config& file) : file_(new File{domain, {}}) {
  if (!exists(file.text(), domain.communicator()))  // of anything but a plain file, opening may never end
    file.fail("'" + file.text() +
              "' cannot be read: there is no plain file of this name; give the path of an HDF5 file");
  finish_background();
  try {
    file_->handle = open_file(file.text(), H5F_ACC_RDONLY, domain.communicator());
  } catch (const Hdf5Error& error) {
    file.fail("'" + file.text() + "' cannot be read: " + error.what() + "; give the path of an HDF5 file");
  }
}

GridFile::~GridFile() { finish_background(); }

std::vector<double> GridFile::numbers(const Config& name) const {
  try {
    const DataSet set = open(file_->handle, name);
    if (set.shape.size() != 1) throw Hdf5Error("its shape is " + text_of(set.shape) + ", one dimension is wanted");
    return read_numbers(set.handle);
  } catch (const Hdf5Error& error) {
    name.fail("'" + name.text() + "': " + error.what());
  }
}

Index GridFile::records(const Config& name) const {
  try {
    const DataSet set = open(file_->handle, name);
    const auto dimensions = static_cast<std::size_t>(file_->domain.grid().dimensions());
    return set.shape.size() == dimensions + 1 ? static_cast<Index>(set.shape.front()) : 0;
  } catch (const Hdf5Error& error) {
    name.fail("'" + name.text() + "': " + error.what());
  }
}

Index GridFile::complete(Index records) const {
  finish_background();
  if (H5Lexists(file_->handle, "time", H5P_DEFAULT) <= 0) return records;
  try {
    const Handle time = open_dataset(file_->handle, "time");
    if (extents_of(time) != std::vector<hsize_t>{static_cast<hsize_t>(records)}) return records;
    return static_cast<Index>(count_complete(read_numbers(time)));
  } catch (const Hdf5Error&) {
    return records;  // whatever it is, it is no time
  }
}

void GridFile::read(const Config& name, Field& field, const std::optional<Record>& record) const {
  Domain& domain = file_->domain;
  const Grid& grid = domain.grid();
  Box all = grid.box();
  int faces_of = -1;
  for (int a = grid.first_axis(); a < 3; ++a) {
    if (extra(field.location(), a) == 0) continue;
    ++all.upper[at(a)];
    faces_of = a;
  }
  try {
    const DataSet set = open(file_->handle, name);
    std::vector<hsize_t> wanted = slab_of(grid, all).count;
    if (record) wanted.insert(wanted.begin(), static_cast<hsize_t>(record->of));
    if (set.shape != wanted) {
      throw Hdf5Error("its shape is " + text_of(set.shape) + ", wanted is " + text_of(wanted) +
                      (record ? ": the times, and in each " : ": ") + "the grid's cells" +
                      (faces_of < 0 ? "" : std::string(", and faces (one more) along ") + grid.name(faces_of)));
    }
    double largest = 0;
    for (const Block& block : domain.blocks())  // HDF5 takes one thread at a time
      largest = std::max(largest, read_block(set, grid, block, field[block], record));
    if (faces_of < 0) return;
    const double differ = domain.max(unite_ends(set, domain, field, all, faces_of, record));
    const double rounding = (set.single ? 1e-6 : 1e-10) * domain.max(largest);
    if (differ <= rounding) return;
    std::ostringstream what;
    what << "dimension " << grid.name(faces_of) << " is "
         << (grid.periodic(faces_of) ? "periodic, so its first and last faces are the same"
                                     : "polar: at the pole a face and that half a turn away are the same, and up "
                                       "on one is down on the other")
         << ", but they differ by up to " << differ << "; for rounding, " << rounding << " is allowed";
    throw Hdf5Error(what.str());
  } catch (const Hdf5Error& error) {
    name.fail("'" + name.text() + "': " + error.what());
  }
}

}  // namespace tessera::io
