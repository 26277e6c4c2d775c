#include "series_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "attributes.hpp"
#include "completeness.hpp"
#include "tessera/core/failure.hpp"
#include "together.hpp"

namespace tessera::io {
namespace {

template <class T>
const std::byte* bytes_of_value(const T& value) {
  return reinterpret_cast<const std::byte*>(&value);
}

}  // namespace

SeriesFile::SeriesFile(const Domain& domain, const comm::WaitingCommunicator& communicator, const std::string& name,
                       const SeriesOptions& options)
    : domain_(domain),
      communicator_(communicator),
      name_(name),
      options_(options),
      layout_(domain, options),
      places_(layout_) {}

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
          if (first) places_.find(file, options_.fields, times_.size(), *first, *image_);
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
  if (first) places_.tell(communicator_);
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
          places_.find(file, options_.fields, times_.size(), 0, *image_);
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
  places_.tell(communicator_);
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
  std::string why = why_not_together(
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
        places_.find(file, options_.fields, times_.size(), 0, *image_);
        image_->load(name_);
      },
      without_limit);
  if (!why.empty()) return why;
  communicator_.bcast_resizing(times_);
  communicator_.bcast_resizing(steps_);
  std::vector<hsize_t> chunk = layout_.chunk_in_file();
  communicator_.bcast_resizing(chunk);
  layout_.take_chunk(chunk);
  int compressed = compressed_ ? 1 : 0;
  communicator_.bcast(compressed);
  compressed_ = compressed == 1;
  if (!compressed_) places_.tell(communicator_);
  reopen();
  return "";
}

/// On rank 0: whether a field is as this run's, and how it is cut into chunks.
void SeriesFile::look_at(hid_t file, const std::string& field) {
  const Handle values = open_dataset(file, field);
  const std::vector<hsize_t> found = extents_of(values);
  const std::vector<hsize_t> wanted = layout_.in_file(times_.size(), layout_.shape());
  if (found != wanted)
    throw Hdf5Error("'" + field + "' has the shape " + text_of(found) + ", wanted is " + text_of(wanted));
  if (const std::string why = why_not_in(options_.precision, precision_of(values)); !why.empty()) throw Hdf5Error(why);
  const Handle creation(H5Dget_create_plist(values), H5Pclose, field);
  compressed_ = check(H5Pget_nfilters(creation), field) > 0;
  std::vector<hsize_t> chunk(found.size());
  check(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), field);
  layout_.take_chunk(chunk);
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
  write(record, staged.time, staged.step, whole_pieces,
        [&](std::size_t field, std::size_t number, const Box&) -> Pieces {
          if (!staged.problem.empty()) throw std::runtime_error(staged.problem);
          return {staged.values[field][number]};
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
  std::vector<Run> runs;
  for (std::size_t f = 0; f < options_.fields.size(); ++f) {
    std::size_t number = 0;
    layout_.for_each_part(most, [&](const Box& box, const Index3& origin) {
      add_runs(box, origin, layout_.piece(), places_.values(record, f, origin), layout_.value_bytes(),
               values(f, number++, box), runs);
      if (options_.collective) return;
      descriptor_->write(runs);
      runs.clear();
    });
  }
  if (options_.collective) collective_->write(std::move(runs));
}

/// On rank 0. The time, by which a reader knows that the record is complete, comes last.
void SeriesFile::write_time(std::size_t record, double time, Index step) {
  const auto write = [&](std::uint64_t place, const std::byte* value, std::size_t bytes) {
    descriptor_->write(value, bytes, place);
    image_->note(value, bytes, place);
  };
  const std::int64_t number = step;
  write(places_.step(record), bytes_of_value(number), sizeof number);
  write(places_.time(record), bytes_of_value(time), sizeof time);
}

void SeriesFile::read(std::size_t record, const SeriesFile& other, Series::Record& values) const {
  const Handle file = open_file_alone(name_);
  values.values.resize(options_.fields.size());
  for (std::size_t f = 0; f < options_.fields.size(); ++f) {
    const Handle dataset = open_dataset(file, options_.fields[f]->name());
    values.values[f].clear();
    other.layout_.for_each_part(whole_pieces, [&](const Box& box, const Index3&) {
      std::vector<std::byte>& part =
          values.values[f].emplace_back(static_cast<std::size_t>(box.cells()) * layout_.value_bytes());
      const Slab slab{layout_.in_file(record, box.lower), layout_.in_file(1, box.extents())};
      read_slab(dataset, slab, memory_type(options_.precision), part.data());
    });
  }
}

void SeriesFile::flush() {
  together(
      communicator_, problem("cannot be written"), [&] { descriptor_->sync(); }, without_limit);
}

}  // namespace tessera::io
