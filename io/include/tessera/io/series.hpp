/// The output: one HDF5 file with all times, written by all ranks together.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tessera/core/field.hpp"
#include "tessera/io/region.hpp"

namespace tessera::io {

using Attributes = std::map<std::string, std::string>;

/// What a series holds, and how.
struct SeriesOptions {
  std::string file;
  std::vector<Field*> fields;
  Region region;
  Precision precision = Precision::float64;  // in the file
  Attributes units = {};                     // of a field, an axis or `time`; 1 if not given
  int deflate = 0;                           // 1 (fast) to 9 (small): a run that is done leaves the file compressed
  bool collective = false;                   // how ranks write: with each other, or each for itself
};

/// Fields as (time, x[, y[, z]]) with `time`, `step` and the cell centres as dimension scales, CF attributes and the layout, so
/// that xarray and netCDF tools open it as a labelled data set, and an XDMF file beside it for ParaView. Room is made for many
/// records at once: the time of those that are not complete is NaN. A run that dies leaves a file with all records completed.
///
/// All members but stage() are collective, and call HDF5: one thread at a time (background.hpp). What fails on any rank throws
/// RunError on all.
class Series {
 public:
  /// A record of this rank's values, ready to be written.
  struct Record {
    double time = 0;
    Index step = 0;
    std::vector<std::vector<std::vector<std::byte>>> values = {};  // of each field, in parts
    std::string problem = {};                                      // why it cannot be written; or empty
  };

  /// Creates the file, replacing one that is there. `expected`: records, as far as is known, else -1.
  Series(Domain& domain, const SeriesOptions& options, const Attributes& attributes, Index expected);
  /// Opens the file of an interrupted run, which must have `records` up to step `last_step`, and drops what it wrote after them.
  /// Throws ConfigError if it has not, or holds other fields or another region.
  static Series resume(Domain& domain, const SeriesOptions& options, const Attributes& attributes, Index records,
                       Index last_step);
  Series(Series&&) noexcept;
  Series& operator=(Series&&) noexcept;
  ~Series();

  /// Copies the fields as they are now. Uses the domain's threads; neither messages nor HDF5.
  void stage(double time, Index step, Record& record) const;
  void write(const Record& record);
  /// Both, without a copy of the record: some rows at a time, through a buffer that stays in the cache.
  void write(double time, Index step);
  /// Everything written so far reaches the disk.
  void flush();
  /// No more will be written: gives back the room for more, adds attributes, and compresses the file if the run is `done` and
  /// that was asked for.
  using Notes = std::map<std::string, std::vector<double>>;
  void finish(bool done, const Notes& notes);

  /// Of all ranks' values in a record.
  static double record_bytes(const Grid& grid, const SeriesOptions& options);

 private:
  class Impl;
  explicit Series(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The names of all files that a series is at times made of, its own first.
std::vector<std::string> files_of_series(const std::string& file);
/// The name of the XDMF file beside a series: out.xdmf beside out.h5.
std::string xdmf_beside(const std::string& file);

}  // namespace tessera::io
