// The HDF5 file of a series, and the protocol by which it can be read at any moment.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hdf5.hpp"
#include "tessera/io/series.hpp"

namespace tessera::io {

/// A record in the file.
struct RecordShape {
  std::vector<hsize_t> extents;  // of a field, in the dimensions that the region keeps
  std::vector<hsize_t> chunk;
  Slab own;  // this rank's part
  bool has_own;
};
RecordShape record_shape(const Domain& domain, const Region& region);

/// All members but times() and the like are collective. HDF5's failures throw Hdf5Error on the rank where they happen, unless it
/// says otherwise. It keeps its handles open when it throws: closing is collective, too.
class SeriesFile {
 public:
  SeriesFile(const Domain& domain, const comm::WaitingCommunicator& communicator, const std::string& name,
             const SeriesOptions& options);

  /// Makes the file, with no records. `deflate`: above 0, its records are compressed when they are written, and a run that is
  /// killed leaves no file that can be read.
  void create(const Attributes& attributes, int deflate);
  /// Opens it. Throws, on all ranks, if it is no series of these fields in this region and precision.
  void open();

  const std::string& name() const { return name_; }
  /// Of its records, complete ones and others.
  std::vector<double> times() const { return read_numbers(time_); }
  std::vector<double> steps() const { return read_numbers(step_); }
  /// The records that all of its data sets have, and those that any has: a run that was killed may have extended some only.
  hsize_t shortest() const;
  hsize_t longest() const;
  bool compressed() const;

  /// Records to make room for at once, if the run will write so many; below 0: not known.
  void expect(Index records);
  /// Records that there is room for.
  hsize_t room() const { return capacity_; }
  /// Makes room for so many records: rarely, for many at once, so that nothing else changes what HDF5 knows of the file.
  void hold(hsize_t records);
  /// Cuts or lengthens it, without regard for a run that is killed meanwhile.
  void set_length(hsize_t records);
  /// Into room that there is: its values first, and when those of all ranks are there its time, by which a reader knows that
  /// the record is complete. Throws RunError on all ranks if it fails on any.
  void write(hsize_t record, const Series::Record& values);
  /// This rank's values.
  void read(hsize_t record, Series::Record& values) const;
  /// Everything reaches the disk.
  void flush() { check(H5Fflush(file_, H5F_SCOPE_GLOBAL), "flushing " + name_); }
  /// An attribute, replacing one that is there.
  void note(const std::string& name, const std::vector<double>& values);

 private:
  void create_fields(const std::vector<Handle>& coordinates, int deflate);
  std::vector<Handle> create_coordinates();
  std::vector<hsize_t> lengths() const;
  std::vector<hsize_t> with_time(hsize_t records, const std::vector<hsize_t>& record) const;
  void lengthen(hsize_t by) const;

  const Domain& domain_;
  const comm::WaitingCommunicator& communicator_;
  std::string name_;
  const SeriesOptions& options_;
  RecordShape shape_;
  Handle file_;
  Handle time_;
  Handle step_;
  std::vector<Handle> values_;
  hsize_t expected_ = 0;  // records in all
  hsize_t capacity_ = 0;  // see room()
};

}  // namespace tessera::io
