#include "series_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include "tessera/core/failure.hpp"
#include "together.hpp"

namespace tessera::io {
namespace {

constexpr double not_complete = std::numeric_limits<double>::quiet_NaN();

std::vector<hsize_t> extents_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "shape");
  std::vector<hsize_t> extents(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "shape")));
  if (!extents.empty()) check(H5Sget_simple_extent_dims(space, extents.data(), nullptr), "shape");
  return extents;
}

Handle open_dataset(hid_t file, const std::string& name) {
  return {H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, "opening " + name};
}

/// Where the chunk that begins with this value lies.
std::uint64_t address_of(hid_t dataset, const std::vector<hsize_t>& value) {
  haddr_t address = HADDR_UNDEF;
  hsize_t size = 0;
  check(H5Dget_chunk_info_by_coord(dataset, value.data(), nullptr, &address, &size), "a chunk");
  if (address == HADDR_UNDEF) throw Hdf5Error("HDF5 made no room for a chunk");
  return address;
}

/// Where chunks that HDF5 placed one after the other lie, at multiples of a page, between two of them that are known. It looks for
/// each of them among all, which takes long for many; as far as they lie without a gap that is needless.
void find_between(std::vector<std::uint64_t>& places, std::size_t first, std::size_t last, std::uint64_t distance,
                  FunctionRef<std::uint64_t(std::size_t)> find) {
  if (last - first < 2) return;
  if (places[last] - places[first] == (last - first) * distance) {
    for (std::size_t i = first + 1; i < last; ++i) places[i] = places[i - 1] + distance;
    return;
  }
  const std::size_t middle = first + (last - first) / 2;
  places[middle] = find(middle);
  find_between(places, first, middle, distance, find);
  find_between(places, middle, last, distance, find);
}

template <class T>
const std::byte* bytes_of_value(const T& value) {
  return reinterpret_cast<const std::byte*>(&value);
}

}  // namespace

SeriesFile::SeriesFile(const Domain& domain, const comm::WaitingCommunicator& communicator, const std::string& name,
                       const SeriesOptions& options)
    : domain_(domain), communicator_(communicator), name_(name), options_(options), layout_(domain, options) {}

/// On rank 0: where chunks lie, and times; values are not HDF5's.
void SeriesFile::find_places(hid_t file, std::size_t first) {
  const std::size_t records = times_.size();
  const std::size_t together = layout_.records_a_chunk();
  first_known_ = first / together * together;
  places_.clear();
  std::vector<Index3> origins;
  layout_.for_each_piece([&](const Index3& origin) { origins.push_back(origin); });
  std::vector<std::uint64_t> of_field((records - first_known_ + together - 1) / together * origins.size());
  constexpr std::size_t page = 4096;
  const std::size_t distance = (layout_.chunk_bytes() + page - 1) / page * page;
  for (const Field* field : options_.fields) {
    if (of_field.empty()) break;
    const Handle dataset = open_dataset(file, field->name());
    const auto find = [&](std::size_t chunk) {
      return address_of(
          dataset, layout_.in_file(first_known_ + chunk / origins.size() * together, origins[chunk % origins.size()]));
    };
    of_field.front() = find(0);
    of_field.back() = find(of_field.size() - 1);
    find_between(of_field, 0, of_field.size() - 1, distance, find);
    for (const std::uint64_t place : of_field) image_->reserve(place, layout_.chunk_bytes());
    places_.insert(places_.end(), of_field.begin(), of_field.end());
  }
  time_places_.clear();
  step_places_.clear();
  const Handle time = open_dataset(file, "time");
  const Handle step = open_dataset(file, "step");
  for (std::size_t record = 0; record < records; record += times_a_chunk) {
    time_places_.push_back(address_of(time, {record}));
    step_places_.push_back(address_of(step, {record}));
  }
}

std::uint64_t SeriesFile::place(std::size_t record, std::size_t field, const Index3& origin) const {
  const std::size_t together = layout_.records_a_chunk();
  const std::size_t chunk = (record - first_known_) / together * layout_.pieces_a_record() + layout_.number(origin);
  return places_.at(field * (places_.size() / options_.fields.size()) + chunk) +
         record % together * layout_.piece_bytes();
}

/// Changes what HDF5 wrote, on rank 0. If that makes or takes away places for values, all are told where they are now, from record
/// `first` on.
void SeriesFile::change(const std::string& what, std::optional<std::size_t> first, FunctionRef<void(hid_t)> on_image) {
  together(
      communicator_, problem(what),
      [&] {
        if (!communicator_.root()) return;
        if (!image_) throw std::runtime_error("it failed before");
        recover(name_);  // a change that could be begun, but not completed
        try {
          Handle file = open_in_memory(image_->path());
          on_image(file);
          if (first) find_places(file, *first);
          file.close_checked("making room");
        } catch (const Hdf5Error&) {
          image_.reset();  // whatever it is now
          throw;
        }
        begin_change(name_, image_->size(), image_->changes());
        image_->commit();
        recover(name_);
      },
      without_limit);
  if (first) tell_places();
}

void SeriesFile::tell_places() {
  communicator_.bcast_resizing(places_);
  communicator_.bcast(first_known_);
}

void SeriesFile::create(const Attributes& attributes, Index expected) {
  constexpr std::size_t unknown = 16;
  constexpr std::size_t most = 4096;  // chunks: making room for them takes a moment
  const std::size_t records = std::clamp<std::size_t>(expected < 0 ? unknown : static_cast<std::size_t>(expected), 1,
                                                      std::max<std::size_t>(most / layout_.pieces_a_record(), 1));
  times_.assign(records, not_complete);
  steps_.assign(records, 0);
  const std::string why = why_not_together(
      communicator_,
      [&] {
        if (!communicator_.root()) return;
        const std::string beside = temporary_of(name_);
        image_.emplace();
        begin_temporary(name_);
        const Descriptor created(beside, O_WRONLY);
        created.resize(layout_.likely_bytes(
            records, options_.fields.size()));  // a limit on files is one on those in memory, too: so it is found here
        {
          Handle file = create_in_memory(image_->path());
          create_series(file, domain_, options_, attributes, layout_.in_file(records, layout_.shape()),
                        layout_.chunk_in_file(), 0);
          find_places(file, 0);
          file.close_checked("making the file");
        }
        image_->changes();
        image_->commit();
        image_->copy_to(created);
        created.sync();
        std::filesystem::remove(journal_of(name_));  // of a file that was there: it must not be made in this one
        std::filesystem::rename(beside, name_);
        sync_folder_of(name_);
      },
      without_limit);
  if (!why.empty()) {
    if (communicator_.root()) remove_temporary(name_);
    throw RunError(problem("cannot be created: ") + why);
  }
  tell_places();
  reopen();
}

void SeriesFile::reopen() {
  collective_.reset();
  together(
      communicator_, problem("cannot be opened"),
      // Not for reading: a network's file system would read pages first, and write back what others have changed meanwhile.
      [&] { descriptor_.emplace(name_, O_WRONLY); }, without_limit);
  if (!options_.collective) return;
  together(communicator_, problem("cannot be opened"), [&] { collective_.emplace(communicator_, name_); });
}

std::string SeriesFile::open() {
  const std::string why = why_not_together(
      communicator_,
      [&] {
        if (!communicator_.root()) return;
        recover(name_);
        remove_temporary(name_);
        image_.emplace();
        const Handle file = open_file_alone(name_);
        times_ = read_numbers(open_dataset(file, "time"));
        steps_ = read_numbers(open_dataset(file, "step"));
        for (const Field* field : options_.fields) look_at(file, field->name());
        if (compressed_) return;
        find_places(file, 0);
        image_->load(name_);
      },
      without_limit);
  if (!why.empty()) return why;
  communicator_.bcast_resizing(times_);
  communicator_.bcast_resizing(steps_);
  communicator_.bcast_resizing(chunk_);
  layout_.take_chunk(chunk_);
  int compressed = compressed_ ? 1 : 0;
  communicator_.bcast(compressed);
  compressed_ = compressed == 1;
  if (!compressed_) tell_places();
  reopen();
  return "";
}

/// On rank 0: whether a field is as this run's, and how it is cut into chunks.
void SeriesFile::look_at(hid_t file, const std::string& field) {
  const Handle values = open_dataset(file, field);
  std::vector<hsize_t> found = extents_of(values);
  const std::vector<hsize_t> wanted = layout_.in_file(times_.size(), layout_.shape());
  if (found != wanted)
    throw Hdf5Error("'" + field + "' has the shape " + text_of(found) + ", wanted is " + text_of(wanted));
  require_precision(values, options_.precision);
  const Handle creation(H5Dget_create_plist(values), H5Pclose, field);
  compressed_ = check(H5Pget_nfilters(creation), field) > 0;
  std::vector<hsize_t> chunk(found.size());
  check(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), field);
  layout_.take_chunk(chunk);
  chunk_ = std::move(chunk);
}

void SeriesFile::make_room(std::size_t records) {
  constexpr std::size_t most = 65536;  // places at once
  const std::size_t now = times_.size();
  const std::size_t more = std::clamp<std::size_t>(now, 1, std::max<std::size_t>(most / layout_.pieces_a_record(), 1)) +
                           layout_.records_a_chunk();
  const std::size_t next = std::max(records, now + more);
  times_.resize(next, not_complete);
  steps_.resize(next);
  together(
      communicator_, problem("cannot be extended"),
      [&] {
        if (communicator_.root())
          descriptor_->resize(image_->size() + layout_.likely_bytes(next - now, options_.fields.size()));
      },
      without_limit);
  change("cannot be extended", now, [&](hid_t file) { set_length(file, next); });
}

/// On rank 0.
void SeriesFile::set_length(hid_t file, std::size_t records) const {
  const hsize_t length = records;
  for (const char* name : {"time", "step"}) check(H5Dset_extent(open_dataset(file, name), &length), "extending it");
  for (const Field* field : options_.fields)
    check(H5Dset_extent(open_dataset(file, field->name()), layout_.in_file(records, layout_.shape()).data()),
          "extending it");
}

/// On rank 0: all of them at once.
void SeriesFile::write_times(hid_t file, std::size_t records) const {
  if (records == 0) return;
  check(H5Dwrite(open_dataset(file, "time"), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, times_.data()), "time");
  check(H5Dwrite(open_dataset(file, "step"), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, steps_.data()), "step");
}

void SeriesFile::finish(std::size_t records, const Notes& notes) {
  const bool shorter = records < times_.size();
  if (!shorter && notes.empty()) return;
  times_.resize(records);
  steps_.resize(records);
  if (shorter && image_) image_->reserve_nothing();
  const auto first = shorter ? std::optional<std::size_t>(0) : std::nullopt;
  change("cannot be completed", first, [&](hid_t file) {
    if (shorter) set_length(file, records);
    for (const auto& [name, values] : notes) {
      if (check(H5Aexists(file, name.c_str()), name) > 0) check(H5Adelete(file, name.c_str()), name);
      write_attribute(file, name.c_str(), values);
    }
  });
}

void SeriesFile::write(std::size_t record, const Series::Record& staged) {
  write(
      record, staged.time, staged.step,
      whole_pieces, [&](std::size_t field, std::size_t number, const Box&) -> const auto& {
        if (!staged.problem.empty()) throw std::runtime_error(staged.problem);
        return staged.values[field][number];
      });
}

void SeriesFile::write(std::size_t record, double time, Index step, Index most, Values values) {
  if (record >= times_.size()) make_room(record + 1);
  const std::string what = problem("cannot be written");
  // Collective writes may leave the others waiting for a rank that failed; it alone knows.
  together(
      communicator_, what, [&] { write_values(record, most, values); },
      options_.collective ? Patience{} : without_limit);
  together(
      communicator_, what,
      [&] {
        times_[record] = time;
        steps_[record] = static_cast<double>(step);
        if (!communicator_.root()) return;
        write_time(record, time, step);
        descriptor_->require_in_place();
      },
      without_limit);
}

void SeriesFile::write_values(std::size_t record, Index most, Values values) {
  const std::size_t bytes = layout_.value_bytes();
  std::vector<Run> runs;  // to be written together
  for (std::size_t f = 0; f < options_.fields.size(); ++f) {
    std::size_t number = 0;
    layout_.for_each_part(most, [&](const Box& box, const Index3& origin) {
      const std::byte* part = values(f, number++, box).data();
      const std::uint64_t begin = place(record, f, origin);
      for_each_run(box, origin, layout_.piece(), [&](Index in_piece, Index in_box, Index cells) {
        const Run run{begin + static_cast<std::size_t>(in_piece) * bytes,
                      part + static_cast<std::size_t>(in_box) * bytes, static_cast<std::size_t>(cells) * bytes};
        if (options_.collective) runs.push_back(run);
        else descriptor_->write(run.data, run.bytes, run.offset);
      });
    });
  }
  if (options_.collective) collective_->write(std::move(runs));
}

/// On rank 0. The time, by which a reader knows that the record is complete, comes last.
void SeriesFile::write_time(std::size_t record, double time, Index step) {
  const auto write = [&](const std::vector<std::uint64_t>& places, const std::byte* value, std::size_t bytes) {
    const std::uint64_t to = places.at(record / times_a_chunk) + record % times_a_chunk * bytes;
    descriptor_->write(value, bytes, to);
    image_->note(value, bytes, to);
  };
  const std::int64_t number = step;
  write(step_places_, bytes_of_value(number), sizeof number);
  write(time_places_, bytes_of_value(time), sizeof time);
}

void SeriesFile::read(std::size_t record, const SeriesFile& other, Series::Record& values) const {
  const Handle file = open_file_alone(name_);
  values.values.resize(options_.fields.size());
  for (std::size_t f = 0; f < options_.fields.size(); ++f) {
    const Handle dataset = open_dataset(file, options_.fields[f]->name());
    values.values[f].clear();
    other.layout_.for_each_part(whole_pieces, [&](const Box& box, const Index3&) {
      const Handle space(H5Dget_space(dataset), H5Sclose, "record");
      std::vector<hsize_t> count = layout_.in_file(1, box.extents());
      const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose, "record");
      check(H5Sselect_hyperslab(space, H5S_SELECT_SET, layout_.in_file(record, box.lower).data(), nullptr, count.data(),
                                nullptr),
            "record");
      std::vector<std::byte>& part =
          values.values[f].emplace_back(static_cast<std::size_t>(box.cells()) * layout_.value_bytes());
      check(H5Dread(dataset, memory_type(options_.precision), memory, space, H5P_DEFAULT, part.data()), "reading it");
    });
  }
}

void SeriesFile::flush() {
  together(
      communicator_, problem("cannot be written"), [&] { descriptor_->sync(); }, without_limit);
}

}  // namespace tessera::io
