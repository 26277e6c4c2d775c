// The HDF5 file of a series, which is whole at any moment.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collective_file.hpp"
#include "file_image.hpp"
#include "record_layout.hpp"
#include "series_places.hpp"
#include "staging.hpp"

namespace tessera::io {

/// Rank 0 alone calls HDF5, on an image of the file in memory, and puts what changed into the file at once (file_image.hpp): that
/// makes room for many records. Then ranks write a record's values to where HDF5 says that they belong; when those of all are
/// there rank 0 writes its time, which was NaN, and by which a reader knows that the record is complete.
///
/// All members are collective, but for those that say otherwise. What fails on any rank throws RunError on all.
class SeriesFile {
 public:
  using Notes = std::map<std::string, std::vector<double>>;

  SeriesFile(const Domain& domain, const comm::WaitingCommunicator& communicator, const std::string& name,
             const SeriesOptions& options);

  /// Makes the file, with room for the first records, in the place of one that is there. `expected`: records, as far as is
  /// known, else -1.
  void create(const Attributes& attributes, Index expected);
  /// Opens it, completing first what a run was doing to it when it was killed. Returns why that cannot be: it may be no series
  /// of these fields in this region and precision.
  std::string open();

  /// Of its records, complete ones and others. Not collective.
  const std::vector<double>& times() const { return times_; }
  const std::vector<double>& steps() const { return steps_; }
  /// Whether its values are compressed: then it cannot be written to.
  bool compressed() const { return compressed_; }

  const RecordLayout& layout() const { return layout_; }
  /// Writes what `values` gives for boxes of this rank's part, of at most `most` cells (or a row), numbered in each field: it may
  /// throw std::runtime_error. Makes room if there is none. Where ranks write together, it must give a buffer of its own for each.
  using Values = FunctionRef<Pieces(std::size_t field, std::size_t number, const Box&)>;
  void write(std::size_t record, double time, Index step, Index most, Values values);
  /// What was staged in the parts of the layout.
  void write(std::size_t record, const Series::Record& staged);
  /// This rank's values, in the parts of a file of another layout. Not collective.
  void read(std::size_t record, const SeriesFile& other, Series::Record& values) const;
  /// Everything reaches the disk.
  void flush();
  /// So many records stay, and the file gets these attributes.
  void finish(std::size_t records, const Notes& notes);
  /// The same, rewriting it with values compressed by deflate, level 1 to 9.
  void compress(std::size_t records, const Notes& notes, const Attributes& attributes, int level);

 private:
  void look_at(hid_t file, const std::string& field);
  void set_length(hid_t file, std::size_t records) const;
  void change(const std::string& what, std::optional<std::size_t> first, FunctionRef<void(hid_t)> on_image);
  void make_room(std::size_t records);
  void reopen();
  void write_values(std::size_t record, Index most, Values values);
  void write_time(std::size_t record, double time, Index step);
  void write_times(hid_t file, std::size_t records) const;
  std::vector<std::vector<std::byte>> collected(std::vector<std::byte> own, std::size_t count) const;
  std::string problem(const std::string& what) const { return "output.file " + name_ + " " + what; }

  const Domain& domain_;
  const comm::WaitingCommunicator& communicator_;
  std::string name_;
  const SeriesOptions& options_;
  RecordLayout layout_;
  SeriesPlaces places_;
  bool compressed_ = false;
  std::vector<double> times_;  // of all that there is room for: NaN where a record is not complete
  std::vector<double> steps_;
  std::optional<Descriptor> descriptor_;
  std::optional<CollectiveFile> collective_;
  std::optional<FileImage> image_;  // of rank 0
};

/// Makes a series in an empty file: `extents` and `chunk` of a field, time first.
void create_series(hid_t file, const Domain& domain, const SeriesOptions& options, const Attributes& attributes,
                   const std::vector<hsize_t>& extents, const std::vector<hsize_t>& chunk, int deflate);

}  // namespace tessera::io
