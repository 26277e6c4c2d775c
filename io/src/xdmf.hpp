// The XDMF file beside a series, by which ParaView and VTK open it.
#pragma once

#include <string>
#include <vector>

#include "tessera/io/series.hpp"

namespace tessera::io {

/// A temporal collection of uniform grids whose cell values lie in the HDF5 file (XDMF model and format, version 3.0,
/// https://www.xdmf.org/index.php/XDMF_Model_and_Format). Of one rank; failures throw std::runtime_error.
///
/// A record is added in one write over the end of the file, so that a run may die at any moment. XDMF lists dimensions from
/// slow to fast as Z, Y, X: ParaView's X is the last dimension of the series.
class Xdmf {
 public:
  Xdmf(const Grid& grid, const SeriesOptions& options);
  /// Replaces the file, in one go, by one of these records.
  void begin(const std::vector<double>& times);
  void append(double time);

 private:
  std::string entry(double time, std::size_t record) const;
  std::string values(const std::string& field, std::size_t record) const;
  void write(const std::string& text, std::size_t position, int flags = 0) const;

  std::string file_;
  std::string data_;  // the HDF5 file's name, without folders
  std::vector<std::string> fields_;
  int bytes_;                   // of a value
  std::string topology_;        // and geometry: elements of a grid
  std::vector<Index> extents_;  // of a record
  std::size_t records_ = 0;
  std::size_t end_ = 0;  // where the next record goes
};

}  // namespace tessera::io
