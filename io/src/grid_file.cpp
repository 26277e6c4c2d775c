#include "tessera/io/grid_file.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "hdf5.hpp"

namespace tessera::io {
namespace {

struct DataSet {
  Handle handle;
  std::vector<hsize_t> shape;
};

DataSet open(hid_t file, const Config& name) {
  const std::string text = name.text();
  const bool there = H5Lexists(file, text.c_str(), H5P_DEFAULT) > 0;
  DataSet set;
  if (there) set.handle = Handle(H5Dopen2(file, text.c_str(), H5P_DEFAULT), H5Dclose, "opening " + text);
  if (!there) throw Hdf5Error("the file has no data set of this name");
  const Handle type(H5Dget_type(set.handle), H5Tclose, "type");
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) throw Hdf5Error("it does not hold numbers");
  const Handle space(H5Dget_space(set.handle), H5Sclose, "shape");
  set.shape.resize(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "shape")));
  if (!set.shape.empty()) check(H5Sget_simple_extent_dims(space, set.shape.data(), nullptr), "shape");
  return set;
}

/// A box of one of the data set's records.
std::vector<double> read_box(const DataSet& set, const Grid& grid, const Box& box,
                             const std::optional<GridFile::Record>& record) {
  Slab slab = slab_of(grid, box);
  if (record) {
    slab.start.insert(slab.start.begin(), static_cast<hsize_t>(record->number));
    slab.count.insert(slab.count.begin(), 1);
  }
  std::vector<double> values(static_cast<std::size_t>(box.cells()));
  const Handle space(H5Dget_space(set.handle), H5Sclose, "space");
  const Handle memory(H5Screate_simple(static_cast<int>(slab.count.size()), slab.count.data(), nullptr), H5Sclose,
                      "space");
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, slab.start.data(), nullptr, slab.count.data(), nullptr), "box");
  check(H5Dread(set.handle, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values.data()), "reading");
  return values;
}

/// By how much values on the faces normal to `axis` differ that belong to the same face. `all`: of all values.
double disagreement(const DataSet& set, const Grid& grid, const Box& all, int axis,
                    const std::optional<GridFile::Record>& record) {
  const auto plane = [&](Index face) {
    Box box = all;
    box.lower[at(axis)] = face;
    box.upper[at(axis)] = face + 1;
    return read_box(set, grid, box, record);
  };
  double most = 0;
  const auto compare = [&](double one, double other) { most = std::max(most, std::fabs(one - other)); };
  if (grid.periodic(axis)) {
    const std::vector<double> first = plane(0);
    const std::vector<double> last = plane(grid.cells(axis));
    for (std::size_t i = 0; i < first.size(); ++i) compare(first[i], last[i]);
  }
  for (int side = 0; side < 2; ++side) {
    if (!grid.polar(axis, side)) continue;
    const std::vector<double> values = plane(side == 0 ? 0 : grid.cells(axis));
    const Index turns = grid.cells(axis - 1);
    Index inner = 1;
    for (int a = axis + 1; a < 3; ++a) inner *= grid.cells(a);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Index place = static_cast<Index>(i) / inner % turns;
      const Index opposite = (place + turns / 2) % turns;
      compare(values[i], -values[static_cast<std::size_t>(static_cast<Index>(i) + (opposite - place) * inner)]);
    }
  }
  return most;
}

std::string text_of(const std::vector<hsize_t>& shape) {
  std::ostringstream text;
  for (std::size_t d = 0; d < shape.size(); ++d) text << (d == 0 ? "[" : ", ") << shape[d];
  text << "]";
  return text.str();
}

}  // namespace

struct GridFile::File {
  Domain& domain;
  Handle handle;
};

GridFile::GridFile(Domain& domain, const Config& file) : file_(new File{domain, {}}) {
  try {
    file_->handle = open_file(file.text(), H5F_ACC_RDONLY, domain.communicator());
  } catch (const Hdf5Error& error) {
    file.fail("'" + file.text() + "' cannot be read: " + error.what() + "; give the path of an HDF5 file");
  }
}

GridFile::~GridFile() = default;

std::vector<double> GridFile::numbers(const Config& name) const {
  try {
    const DataSet set = open(file_->handle, name);
    if (set.shape.size() != 1) throw Hdf5Error("its shape is " + text_of(set.shape) + ", one dimension is wanted");
    std::vector<double> values(set.shape[0]);
    check(H5Dread(set.handle, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "reading");
    return values;
  } catch (const Hdf5Error& error) {
    name.fail("'" + name.text() + "': " + error.what());
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
    if (faces_of >= 0) {
      const double differ =
          domain.max(domain.communicator().root() ? disagreement(set, grid, all, faces_of, record) : 0.0);
      if (differ > 1e-10) {
        std::ostringstream what;
        what << "dimension " << grid.name(faces_of) << " is "
             << (grid.periodic(faces_of) ? "periodic, so its first and last faces are the same"
                                         : "polar: at the pole a face and that half a turn away are the same, and up "
                                           "on one is down on the other")
             << ", but they differ by up to " << differ;
        throw Hdf5Error(what.str());
      }
    }
    for (const Block& block : domain.blocks()) {  // HDF5 takes one thread at a time
      Array& values = field[block];
      Box box = values.interior();
      for (int a = 0; a < 3; ++a) {
        box.lower[at(a)] += block.cells.lower[at(a)];
        box.upper[at(a)] += block.cells.lower[at(a)];
      }
      const std::vector<double> numbers = read_box(set, grid, box, record);
      auto next = numbers.begin();
      for_each_row(values.interior(), [&](Index i, Index j) {
        for (Index k = values.interior().lower[2]; k < values.interior().upper[2]; ++k) values.set(i, j, k, *next++);
      });
    }
  } catch (const Hdf5Error& error) {
    name.fail("'" + name.text() + "': " + error.what());
  }
}

}  // namespace tessera::io
