// How a record of a series lies in its file.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "chunks.hpp"
#include "hdf5.hpp"
#include "tessera/io/series.hpp"

namespace tessera::io {

/// A record of a field is cut into pieces of equal extents; a chunk is the same piece of one record or, where that is small, of
/// several behind one another. Boxes are in the region's own numbering, along all three axes.
class RecordLayout {
 public:
  /// For this rank; pieces are cut as ranks are.
  RecordLayout(const Domain& domain, const SeriesOptions& options);
  /// Takes over how an existing data set is cut: its chunk, time first.
  void take_chunk(const std::vector<hsize_t>& chunk);

  const Index3& shape() const { return shape_; }
  const Index3& piece() const { return piece_; }
  std::size_t value_bytes() const { return static_cast<std::size_t>(bytes_of(precision_)); }
  std::size_t piece_bytes() const;
  std::size_t records_a_chunk() const { return records_a_chunk_; }
  std::size_t chunk_bytes() const { return records_a_chunk_ * piece_bytes(); }
  /// Of a field.
  std::size_t pieces_a_record() const;

  /// Calls f(its first cell) for every piece of a record, in the order of their numbers.
  void for_each_piece(FunctionRef<void(const Index3&)> f) const;
  std::size_t number(const Index3& piece_origin) const;
  /// Calls f(box, first cell of its piece) for what this rank has of every piece, in boxes of at most `most` cells (or a row).
  void for_each_part(Index most, FunctionRef<void(const Box&, const Index3&)> f) const;

  /// Extents or offsets in a data set's own dimensions, time first.
  std::vector<hsize_t> in_file(std::size_t time, const Index3& along) const;
  std::vector<hsize_t> chunk_in_file() const { return in_file(records_a_chunk_, piece_); }
  /// Bytes that so many records of so many fields take at most, and what HDF5 notes of them.
  std::size_t likely_bytes(std::size_t records, std::size_t fields) const;

 private:
  Index3 counts() const;

  std::vector<int> axes_;  // that are dimensions of the data set
  Precision precision_;
  Index3 shape_{};
  Index3 piece_{};
  Box part_;  // this rank's
  std::size_t records_a_chunk_ = 1;
};

inline constexpr Index whole_pieces = std::numeric_limits<Index>::max();

}  // namespace tessera::io
