#include "series_file.hpp"

#include <algorithm>
#include <filesystem>

#include "chunks.hpp"
#include "together.hpp"

namespace tessera::io {
namespace {

constexpr Index chunk_limit = 1 << 19;  // cells: 4 MiB

/// Of a record.
hsize_t count_chunks(const RecordShape& shape) {
  hsize_t chunks = 1;
  for (std::size_t d = 0; d < shape.chunk.size(); ++d)
    chunks *= (shape.extents[d] + shape.chunk[d] - 1) / shape.chunk[d];
  return chunks;
}

template <class T>
void write_one(hid_t dataset, hid_t type, hsize_t index, T value) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "record");
  const hsize_t one = 1;
  const Handle memory(H5Screate_simple(1, &one, nullptr), H5Sclose, "record");
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &index, nullptr, &one, nullptr), "record");
  check(H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, &value), "writing a record's time");
}

std::vector<hsize_t> extents_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "shape");
  std::vector<hsize_t> extents(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "shape")));
  if (!extents.empty()) check(H5Sget_simple_extent_dims(space, extents.data(), nullptr), "shape");
  return extents;
}

/// A record's part of a data set, in the file and in memory.
struct Selection {
  Handle file;
  Handle memory;
};

Selection select(hid_t dataset, hsize_t record, const RecordShape& shape) {
  Slab slab = shape.own;
  slab.start.insert(slab.start.begin(), record);
  slab.count.insert(slab.count.begin(), 1);
  Selection selection{
      Handle(H5Dget_space(dataset), H5Sclose, "record"),
      Handle(H5Screate_simple(static_cast<int>(slab.count.size()), slab.count.data(), nullptr), H5Sclose, "record")};
  if (shape.has_own) {
    check(H5Sselect_hyperslab(selection.file, H5S_SELECT_SET, slab.start.data(), nullptr, slab.count.data(), nullptr),
          "record");
  } else {
    check(H5Sselect_none(selection.file), "record");
    check(H5Sselect_none(selection.memory), "record");
  }
  return selection;
}

}  // namespace

RecordShape record_shape(const Domain& domain, const Region& region) {
  const Grid& grid = domain.grid();
  const Box own = intersection(region.cells, domain.rank_box());
  const Index3 chunk = chunk_of(domain, chunk_limit);
  RecordShape shape{{}, {}, {}, own.cells() > 0};
  for (int a = grid.first_axis(); a < 3; ++a) {
    if (!region.keeps(grid, a)) continue;
    const auto cells = static_cast<hsize_t>(region.cells.extent(a));
    shape.extents.push_back(cells);
    shape.chunk.push_back(std::min(cells, static_cast<hsize_t>(chunk[at(a)])));
    shape.own.start.push_back(static_cast<hsize_t>(own.lower[at(a)] - region.cells.lower[at(a)]));
    shape.own.count.push_back(shape.has_own ? static_cast<hsize_t>(own.extent(a)) : 1);
  }
  return shape;
}

SeriesFile::SeriesFile(const Domain& domain, const comm::WaitingCommunicator& communicator, const std::string& name,
                       const SeriesOptions& options)
    : domain_(domain),
      communicator_(communicator),
      name_(name),
      options_(options),
      shape_(record_shape(domain, options.region)) {}

std::vector<hsize_t> SeriesFile::with_time(hsize_t records, const std::vector<hsize_t>& record) const {
  std::vector<hsize_t> result = record;
  result.insert(result.begin(), records);
  return result;
}

void SeriesFile::open() {
  file_ = open_file(name_, H5F_ACC_RDWR, communicator_);
  const auto data_set = [&](const std::string& data) {
    return Handle(H5Dopen2(file_, data.c_str(), H5P_DEFAULT), H5Dclose, "opening " + data);
  };
  time_ = data_set("time");
  step_ = data_set("step");
  for (const Field* field : options_.fields) {
    values_.push_back(data_set(field->name()));
    const std::vector<hsize_t> extents = extents_of(values_.back());
    if (extents.empty() || extents != with_time(extents[0], shape_.extents)) {
      throw Hdf5Error("a record of '" + field->name() + "' has the shape " +
                      text_of({extents.begin() + (extents.empty() ? 0 : 1), extents.end()}) + ", wanted is " +
                      text_of(shape_.extents));
    }
    require_precision(values_.back(), options_.precision);
  }
  capacity_ = shortest();
}

std::vector<hsize_t> SeriesFile::lengths() const {
  std::vector<hsize_t> all{extents_of(time_)[0], extents_of(step_)[0]};
  for (const Handle& values : values_) all.push_back(extents_of(values)[0]);
  return all;
}

hsize_t SeriesFile::shortest() const {
  const auto all = lengths();
  return *std::min_element(all.begin(), all.end());
}

hsize_t SeriesFile::longest() const {
  const auto all = lengths();
  return *std::max_element(all.begin(), all.end());
}

bool SeriesFile::compressed() const {
  const Handle creation(H5Dget_create_plist(values_.front()), H5Pclose, name_);
  return check(H5Pget_nfilters(creation), name_) > 0;
}

void SeriesFile::expect(Index records) {
  constexpr hsize_t unknown = 16;
  constexpr hsize_t most = 4096;  // chunks: making room for them takes a moment
  expected_ = std::clamp<hsize_t>(records < 0 ? unknown : static_cast<hsize_t>(records), 1,
                                  std::max<hsize_t>(most / count_chunks(shape_), 1));
}

void SeriesFile::set_length(hsize_t records) {
  capacity_ = records;
  for (const Handle& values : values_)
    check(H5Dset_extent(values, with_time(records, shape_.extents).data()), "extending " + name_);
  check(H5Dset_extent(step_, &records), "extending " + name_);
  check(H5Dset_extent(time_, &records), "extending " + name_);
}

/// Makes the file as long as it will become. HDF5 refuses one that is shorter than it says of itself, and says so before it has
/// written all; longer ones it takes, and cuts them when it closes them.
void SeriesFile::lengthen(hsize_t by) const {
  constexpr std::uintmax_t for_a_chunk = 128;  // that HDF5 notes of it, at most
  constexpr std::uintmax_t more = 1 << 16;     // beside the records
  auto chunk = static_cast<std::uintmax_t>(bytes_of(options_.precision));
  for (const hsize_t cells : shape_.chunk) chunk *= cells;
  const std::uintmax_t record = values_.size() * count_chunks(shape_) * (chunk + for_a_chunk) + 2 * sizeof(double);
  communicator_.barrier();  // everything so far is in the file
  if (!communicator_.root()) return;
  std::error_code error;
  const std::uintmax_t now = std::filesystem::file_size(name_, error);
  if (!error) std::filesystem::resize_file(name_, now + more + by * record, error);
  if (error) throw Hdf5Error("lengthening it: " + error.message());
}

void SeriesFile::hold(hsize_t records) {
  const hsize_t next = std::max({records, 2 * capacity_, expected_});
  lengthen(next - capacity_);
  set_length(next);
  flush();
  communicator_.barrier();
}

void SeriesFile::write(hsize_t record, const Series::Record& values) {
  const std::string what = "output.file " + name_ + " cannot be written";
  // Collective writes may leave the others waiting for a rank that failed; it alone knows.
  const Patience patience = options_.collective ? Patience{} : without_limit;
  together(
      communicator_, what,
      [&] {
        if (!values.problem.empty()) throw Hdf5Error(values.problem);
        const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "transfer");
        const bool collective = options_.collective || compressed();
        check(H5Pset_dxpl_mpio(transfer, collective ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT), "transfer");
        for (std::size_t v = 0; v < values_.size(); ++v) {
          if (!collective && !shape_.has_own) continue;
          const Selection selection = select(values_[v], record, shape_);
          check(H5Dwrite(values_[v], memory_type(options_.precision), selection.memory, selection.file, transfer,
                         values.values[v].data()),
                "writing '" + options_.fields[v]->name() + "'");
        }
      },
      patience);
  together(
      communicator_, what,
      [&] {
        if (!communicator_.root()) return;
        write_one(step_, H5T_NATIVE_LLONG, record, static_cast<long long>(values.step));
        write_one(time_, H5T_NATIVE_DOUBLE, record, values.time);
      },
      without_limit);
}

void SeriesFile::read(hsize_t record, Series::Record& values) const {
  std::size_t bytes = static_cast<std::size_t>(bytes_of(options_.precision));
  for (const hsize_t n : shape_.own.count) bytes *= n;
  values.values.resize(values_.size());
  for (std::size_t v = 0; v < values_.size() && shape_.has_own; ++v) {
    values.values[v].resize(bytes);
    const Selection selection = select(values_[v], record, shape_);
    check(H5Dread(values_[v], memory_type(options_.precision), selection.memory, selection.file, H5P_DEFAULT,
                  values.values[v].data()),
          "reading '" + options_.fields[v]->name() + "'");
  }
}

void SeriesFile::note(const std::string& name, const std::vector<double>& values) {
  if (check(H5Aexists(file_, name.c_str()), name) > 0) check(H5Adelete(file_, name.c_str()), name);
  write_attribute(file_, name.c_str(), values);
}

}  // namespace tessera::io
