#include "tessera/io/series.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "hdf5.hpp"
#include "staging.hpp"
#include "tessera/core/failure.hpp"

namespace tessera::io {
namespace {

constexpr hsize_t chunk_limit = 1 << 19;                                   // cells: 4 MiB
constexpr double not_complete = std::numeric_limits<double>::quiet_NaN();  // a record's time

void scale(hid_t dataset, const char* name) {
  check(H5DSset_scale(dataset, name), std::string("dimension scale ") + name);
}

/// `fill`: what is read of it beyond what is written.
Handle create_dataset(hid_t file, const std::string& name, hid_t type, const std::vector<hsize_t>& now,
                      const std::vector<hsize_t>& most, const std::vector<hsize_t>& chunk,
                      std::optional<double> fill = {}) {
  const Handle space(H5Screate_simple(static_cast<int>(now.size()), now.data(), most.data()), H5Sclose, name);
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, name);
  if (fill) check(H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &*fill), name);
  else check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), name);  // every value is written: no need to do it twice
  if (!chunk.empty()) check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), name);
  return {H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose,
          "creating data set " + name};
}

/// One record, cut like the ranks and further until a chunk is small enough to be read at once.
std::vector<hsize_t> chunk_of(const Domain& domain) {
  std::vector<hsize_t> chunk{1};
  hsize_t cells = 1;
  for (int a = domain.grid().first_axis(); a < 3; ++a) {
    const Range largest = cut(domain.grid().cells(a), domain.layout().ranks[static_cast<std::size_t>(a)], 0);
    chunk.push_back(static_cast<hsize_t>(largest.size()));
    cells *= chunk.back();
  }
  for (std::size_t d = 1; d < chunk.size() && cells > chunk_limit; ++d) {
    while (cells > chunk_limit && chunk[d] > 1) {
      cells /= chunk[d];
      chunk[d] = (chunk[d] + 1) / 2;
      cells *= chunk[d];
    }
  }
  return chunk;
}

/// Of a record.
hsize_t count_chunks(const std::vector<hsize_t>& extent, const std::vector<hsize_t>& chunk) {
  hsize_t chunks = 1;
  for (std::size_t d = 0; d < chunk.size(); ++d) chunks *= (extent[d] + chunk[d] - 1) / chunk[d];
  return chunks;
}

/// Records to make room for at the beginning. `expected`: in all; below 0: not known.
hsize_t first_room(const std::vector<hsize_t>& extent, const std::vector<hsize_t>& chunk, Index expected) {
  constexpr hsize_t unknown = 16;
  constexpr hsize_t most = 4096;  // chunks: making room for them takes a moment
  return std::clamp<hsize_t>(expected < 0 ? unknown : static_cast<hsize_t>(expected), 1,
                             std::max<hsize_t>(most / count_chunks(extent, chunk), 1));
}

template <class T>
void write_one(hid_t dataset, hid_t type, hsize_t index, T value, bool writes) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "record");
  const hsize_t one = 1;
  const Handle memory(H5Screate_simple(1, &one, nullptr), H5Sclose, "record");
  if (!writes) return;
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &index, nullptr, &one, nullptr), "record");
  check(H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, &value), "writing a record's time");
}

hsize_t length(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "length");
  std::vector<hsize_t> extents(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "length")));
  check(H5Sget_simple_extent_dims(space, extents.data(), nullptr), "length");
  return extents[0];
}

}  // namespace

struct Series::File {
  Domain& domain;
  std::string name;
  std::vector<Field*> fields;
  Handle file = {};
  Handle time = {};
  Handle step = {};
  std::vector<Handle> values = {};
  hsize_t expected = 0;  // records in all
  hsize_t records = 0;   // that are complete
  hsize_t capacity = 0;  // that there is room for
  std::vector<std::byte> buffer = {};

  std::vector<hsize_t> extents(hsize_t times) const {
    std::vector<hsize_t> result = shape_of(domain.grid());
    result.insert(result.begin(), times);
    return result;
  }

  void set_length(hsize_t count) {
    capacity = count;
    for (const Handle& value : values) check(H5Dset_extent(value, extents(count).data()), "extending " + name);
    check(H5Dset_extent(step, &count), "extending " + name);
    check(H5Dset_extent(time, &count), "extending " + name);
  }

  /// Bytes of a field's record, in whole chunks, and at least those that HDF5 needs for it.
  std::uintmax_t record_bytes(hid_t dataset) const {
    constexpr std::uintmax_t for_a_chunk = 128;
    const Handle creation(H5Dget_create_plist(dataset), H5Pclose, name);
    const std::vector<hsize_t> extent = extents(1);
    std::vector<hsize_t> chunk(extent.size());
    check(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), name);
    auto bytes = static_cast<std::uintmax_t>(bytes_of(domain.precision()));
    for (const hsize_t cells : chunk) bytes *= cells;
    return count_chunks(extent, chunk) * (bytes + for_a_chunk);
  }

  /// Makes the file as long as it will become. HDF5 refuses one that is shorter than it says of itself, and says so before it has
  /// written all; longer ones it takes, and cuts them when it closes them.
  void lengthen(hsize_t by) const {
    constexpr std::uintmax_t more = 1 << 16;  // beside the records
    std::uintmax_t needed = more + by * 2 * sizeof(double);
    for (const Handle& value : values) needed += by * record_bytes(value);
    domain.communicator().barrier();  // everything so far is in the file
    if (!domain.communicator().root()) return;
    std::error_code error;
    const std::uintmax_t now = std::filesystem::file_size(name, error);
    if (!error) std::filesystem::resize_file(name, now + needed, error);
    if (error) throw Hdf5Error("lengthening " + name + ": " + error.message());
  }

  /// Makes room for so many records: rarely, for many at once. What HDF5 knows of the file changes then alone, so that a run can be
  /// killed while it writes values, and the file is readable.
  void hold(hsize_t count) {
    if (count <= capacity) return;
    const hsize_t next = std::max({count, 2 * capacity, expected});
    lengthen(next - capacity);
    set_length(next);
    check(H5Fflush(file, H5F_SCOPE_GLOBAL), "flushing " + name);
    domain.communicator().barrier();
  }
};

Series::Series(std::unique_ptr<File> file) : file_(std::move(file)) {}
Series::Series(Series&&) noexcept = default;
Series& Series::operator=(Series&&) noexcept = default;
Series::~Series() = default;

Series::Series(Domain& domain, const std::string& name, std::vector<Field*> fields, const Attributes& attributes,
               Index expected)
    : file_(new File{domain, name, std::move(fields)}) {
  File& f = *file_;
  const Grid& grid = domain.grid();
  f.file = create_file(name, domain.communicator());
  write_attribute(f.file, "Conventions", "CF-1.10");
  for (const auto& [key, text] : attributes) write_attribute(f.file, key.c_str(), text);
  std::vector<int> ranks;
  std::vector<int> threads;
  for (int a = grid.first_axis(); a < 3; ++a) {
    ranks.push_back(domain.layout().ranks[static_cast<std::size_t>(a)]);
    threads.push_back(domain.layout().threads[static_cast<std::size_t>(a)]);
  }
  write_attribute(f.file, "layout_ranks", ranks);
  write_attribute(f.file, "layout_threads", threads);

  const hsize_t unlimited = H5S_UNLIMITED;
  f.time = create_dataset(f.file, "time", H5T_IEEE_F64LE, {0}, {unlimited}, {1024}, not_complete);
  write_attribute(f.time, "long_name", "time");
  write_attribute(f.time, "units", "1");
  write_attribute(f.time, "axis", "T");
  scale(f.time, "time");
  f.step = create_dataset(f.file, "step", H5T_STD_I64LE, {0}, {unlimited}, {1024});
  write_attribute(f.step, "long_name", "number of steps");
  check(H5DSattach_scale(f.step, f.time, 0), "attaching time");

  std::vector<Handle> coordinates;
  for (int a = grid.first_axis(); a < 3; ++a) {
    const std::string axis(1, grid.name(a));
    const auto n = static_cast<hsize_t>(grid.cells(a));
    coordinates.push_back(create_dataset(f.file, axis, H5T_IEEE_F64LE, {n}, {n}, {}));
    std::vector<double> centres(n);
    for (std::size_t i = 0; i < n; ++i) centres[i] = grid.centre(a, static_cast<Index>(i));
    if (domain.communicator().root()) {
      check(H5Dwrite(coordinates.back(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, centres.data()),
            "writing " + axis);
    }
    write_attribute(coordinates.back(), "long_name", axis + " of cell centres");
    write_attribute(coordinates.back(), "units", "1");
    scale(coordinates.back(), axis.c_str());
  }

  const std::vector<hsize_t> chunk = chunk_of(domain);
  f.expected = first_room(f.extents(1), chunk, expected);
  std::vector<hsize_t> most = f.extents(unlimited);
  for (Field* field : f.fields) {
    f.values.push_back(create_dataset(f.file, field->name(), file_type(domain.precision()), f.extents(0), most, chunk));
    write_attribute(f.values.back(), "long_name", field->name());
    write_attribute(f.values.back(), "units", "1");
    check(H5DSattach_scale(f.values.back(), f.time, 0), "attaching time");
    for (std::size_t d = 0; d < coordinates.size(); ++d) {
      check(H5DSattach_scale(f.values.back(), coordinates[d], static_cast<unsigned>(d + 1)), "attaching coordinates");
    }
  }
  check(H5Fflush(f.file, H5F_SCOPE_GLOBAL), "flushing " + name);
}

Series Series::resume(Domain& domain, const std::string& name, std::vector<Field*> fields, Index last_step) {
  const std::vector<Field*> kept_fields = fields;
  std::unique_ptr<File> file(new File{domain, name, std::move(fields)});
  try {
    file->file = open_file(name, H5F_ACC_RDWR, domain.communicator());
    file->time = Handle(H5Dopen2(file->file, "time", H5P_DEFAULT), H5Dclose, "opening time");
    file->step = Handle(H5Dopen2(file->file, "step", H5P_DEFAULT), H5Dclose, "opening step");
    for (Field* field : file->fields) {
      file->values.emplace_back(H5Dopen2(file->file, field->name().c_str(), H5P_DEFAULT), H5Dclose,
                                "opening " + field->name());
      const Handle space(H5Dget_space(file->values.back()), H5Sclose, "shape");
      std::vector<hsize_t> shape(file->extents(0).size());
      const bool same_rank = H5Sget_simple_extent_ndims(space) == static_cast<int>(shape.size());
      if (same_rank) H5Sget_simple_extent_dims(space, shape.data(), nullptr);
      if (!same_rank || shape != file->extents(shape[0])) {
        throw Hdf5Error("'" + field->name() + "' has another shape than grid.shape");
      }
      require_precision(file->values.back(), domain.precision());
    }
  } catch (const Hdf5Error& error) {
    // The same file tells every rank the same.
    throw ConfigError("output.file " + name + " cannot be continued: " + error.what() + "; give another output.file");
  }
  // A run that was killed may have extended some data sets only.
  hsize_t longest = std::max(length(file->time), length(file->step));
  hsize_t shortest = std::min(length(file->time), length(file->step));
  for (const Handle& value : file->values) {
    longest = std::max(longest, length(value));
    shortest = std::min(shortest, length(value));
  }
  const std::vector<double> steps = read_numbers(file->step);
  const std::vector<double> times = read_numbers(file->time);
  hsize_t keep = 0;
  while (keep < shortest && !std::isnan(times[keep]) && steps[keep] <= static_cast<double>(last_step) &&
         (keep == 0 || steps[keep] > steps[keep - 1]))
    ++keep;
  if (keep == longest) {
    file->records = file->capacity = keep;
    return Series(std::move(file));
  }
  // Shrinking leaves the cut chunk in every rank's cache, from where it would be written over what one rank
  // writes next: so the file is closed and opened again.
  file->set_length(keep);
  file.reset();
  domain.communicator().barrier();
  return resume(domain, name, kept_fields, last_step);
}

void Series::note(const std::string& name, const std::vector<double>& values) {
  const hid_t file = file_->file;
  if (check(H5Aexists(file, name.c_str()), name) > 0) check(H5Adelete(file, name.c_str()), name);
  write_attribute(file, name.c_str(), values);
}

// The time, by which a reader knows that a record is complete, comes last.
void Series::append(double time, Index step) {
  File& f = *file_;
  const bool root = f.domain.communicator().root();
  const hsize_t record = f.records;
  f.hold(record + 1);
  Slab slab = slab_of(f.domain.grid(), f.domain.rank_box());
  slab.start.insert(slab.start.begin(), record);
  slab.count.insert(slab.count.begin(), 1);
  const Handle memory(H5Screate_simple(static_cast<int>(slab.count.size()), slab.count.data(), nullptr), H5Sclose,
                      "record");
  for (std::size_t v = 0; v < f.values.size(); ++v) {
    gather(f.domain, *f.fields[v], f.buffer);
    const Handle space(H5Dget_space(f.values[v]), H5Sclose, "record");
    check(H5Sselect_hyperslab(space, H5S_SELECT_SET, slab.start.data(), nullptr, slab.count.data(), nullptr), "record");
    check(H5Dwrite(f.values[v], memory_type(f.domain.precision()), memory, space, H5P_DEFAULT, f.buffer.data()),
          "writing " + f.fields[v]->name() + " to " + f.name);
  }
  f.domain.communicator().barrier();  // all values are there
  write_one(f.step, H5T_NATIVE_LLONG, record, static_cast<long long>(step), root);
  write_one(f.time, H5T_NATIVE_DOUBLE, record, time, root);
  ++f.records;
}

void Series::finish() {
  if (file_->capacity == file_->records) return;
  Domain& domain = file_->domain;
  const std::string name = file_->name;
  std::vector<Field*> fields = file_->fields;
  file_.reset();
  domain.communicator().barrier();
  *this = resume(domain, name, std::move(fields), std::numeric_limits<Index>::max());
}

}  // namespace tessera::io
