// What a series file is made of: dimension scales, fields, CF attributes (CF conventions 1.10).
#include <hdf5_hl.h>

#include <optional>

#include "attributes.hpp"
#include "completeness.hpp"
#include "series_file.hpp"

namespace tessera::io {
namespace {

constexpr hsize_t unlimited = H5S_UNLIMITED;

/// `fill`: what is read of it beyond what is written.
Handle create_dataset(hid_t file, const std::string& name, hid_t type, const std::vector<hsize_t>& now,
                      const std::vector<hsize_t>& most, const std::vector<hsize_t>& chunk, int deflate = 0,
                      std::optional<double> fill = {}) {
  const Handle space(H5Screate_simple(static_cast<int>(now.size()), now.data(), most.data()), H5Sclose, name);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name);
  if (fill) check(H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &*fill), name);
  else check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), name);  // every value is written: no need to do it twice
  if (!chunk.empty()) {
    check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), name);
    // Places of chunks are known at once, but for compressed ones.
    check(H5Pset_alloc_time(creation, deflate > 0 ? H5D_ALLOC_TIME_INCR : H5D_ALLOC_TIME_EARLY), name);
  }
  if (deflate > 0) {
    check(H5Pset_shuffle(creation), name);
    check(H5Pset_deflate(creation, static_cast<unsigned>(deflate)), name);
  }
  return {H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose,
          "creating data set " + name};
}

void describe(hid_t dataset, const std::string& name, const std::string& long_name, const Attributes& units) {
  write_attribute(dataset, "long_name", long_name);
  const auto unit = units.find(name);
  write_attribute(dataset, "units", unit == units.end() ? "1" : unit->second);
}

void scale(hid_t dataset, const std::string& name) {
  check(H5DSset_scale(dataset, name.c_str()), "dimension scale " + name);
}

/// Coordinates of the dimensions. Where the region is a slice, its coordinate is a scalar.
std::vector<Handle> create_coordinates(hid_t file, const Grid& grid, const SeriesOptions& options) {
  const Box& cells = options.region.cells;
  std::vector<Handle> scales;
  for (int a = grid.first_axis(); a < 3; ++a) {
    const std::string axis(1, grid.name(a));
    std::vector<double> centres;
    for (Index i = cells.lower[at(a)]; i < cells.upper[at(a)]; ++i) centres.push_back(grid.centre(a, i));
    const bool kept = options.region.keeps(grid, a);
    const std::vector<hsize_t> extent = kept ? std::vector<hsize_t>{centres.size()} : std::vector<hsize_t>{};
    Handle coordinate = create_dataset(file, axis, H5T_IEEE_F64LE, extent, extent, {});
    check(H5Dwrite(coordinate, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, centres.data()), "writing " + axis);
    describe(coordinate, axis, axis + (kept ? " of cell centres" : " of the cells of this slice"), options.units);
    if (!kept) continue;
    scale(coordinate, axis);
    scales.push_back(std::move(coordinate));
  }
  return scales;
}

}  // namespace

void create_series(hid_t file, const Domain& domain, const SeriesOptions& options, const Attributes& attributes,
                   const std::vector<hsize_t>& extents, const std::vector<hsize_t>& chunk, int deflate) {
  const Grid& grid = domain.grid();
  write_attribute(file, "Conventions", "CF-1.10");
  for (const auto& [key, text] : attributes) write_attribute(file, key.c_str(), text);
  write_attribute(file, "layout_ranks", in_dimensions<int>(grid, domain.layout().ranks));
  write_attribute(file, "layout_threads", in_dimensions<int>(grid, domain.layout().threads));

  const hsize_t records = extents.front();
  const Handle time =
      create_dataset(file, "time", H5T_IEEE_F64LE, {records}, {unlimited}, {times_a_chunk}, 0, not_complete);
  describe(time, "time", "time", options.units);
  // Only times since a date are what CF calls a time axis.
  const auto unit = options.units.find("time");
  if (unit != options.units.end() && unit->second.find(" since ") != std::string::npos) {
    write_attribute(time, "standard_name", "time");
    write_attribute(time, "calendar", "standard");
    write_attribute(time, "axis", "T");
  }
  scale(time, "time");
  const Handle step = create_dataset(file, "step", H5T_STD_I64LE, {records}, {unlimited}, {times_a_chunk});
  describe(step, "step", "number of steps", {});
  check(H5DSattach_scale(step, time, 0), "attaching time");

  const std::vector<Handle> coordinates = create_coordinates(file, grid, options);
  std::string scalars;  // a slice's coordinates
  for (int a = grid.first_axis(); a < 3; ++a) {
    if (!options.region.keeps(grid, a)) scalars += (scalars.empty() ? "" : " ") + std::string(1, grid.name(a));
  }
  std::vector<hsize_t> most = extents;
  most.front() = unlimited;
  for (const Field* field : options.fields) {
    const Handle values =
        create_dataset(file, field->name(), file_type(options.precision), extents, most, chunk, deflate);
    describe(values, field->name(), field->name(), options.units);
    if (!scalars.empty()) write_attribute(values, "coordinates", scalars);
    check(H5DSattach_scale(values, time, 0), "attaching time");
    for (std::size_t d = 0; d < coordinates.size(); ++d) {
      check(H5DSattach_scale(values, coordinates[d], static_cast<unsigned>(d + 1)), "attaching coordinates");
    }
  }
}

}  // namespace tessera::io
