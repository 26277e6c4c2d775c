/// The output: one HDF5 file with all times, written by all ranks together.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tessera/core/field.hpp"

namespace tessera::io {

using Attributes = std::map<std::string, std::string>;

/// Fields as (time, x[, y[, z]]) with `time`, `step` and the cell centres as dimension scales, CF
/// attributes and the layout, so that xarray and netCDF tools open it as a labelled data set. Room is made for many records at once:
/// the time of those that are not complete is NaN. A run that dies leaves a file with all records completed so far.
///
/// All members are collective. Failures of HDF5 throw on the rank where they happen.
class Series {
 public:
  /// Creates the file, replacing one that is there. `expected`: records, as far as is known.
  Series(Domain& domain, const std::string& name, std::vector<Field*> fields, const Attributes& attributes,
         Index expected);
  /// Opens the file of an interrupted run, and drops what it wrote after step `last_step`.
  /// Throws ConfigError if it holds other fields or another grid.
  static Series resume(Domain& domain, const std::string& name, std::vector<Field*> fields, Index last_step);
  Series(Series&&) noexcept;
  Series& operator=(Series&&) noexcept;
  ~Series();

  void append(double time, Index step);
  /// No more will be appended: gives back the room for more.
  void finish();
  /// An attribute of the file, replacing one that is there.
  void note(const std::string& name, const std::vector<double>& values);

 private:
  struct File;
  explicit Series(std::unique_ptr<File> file);
  std::unique_ptr<File> file_;
};

}  // namespace tessera::io
