// What a checkpoint holds beside the values, and says of them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hdf5.hpp"
#include "tessera/io/checkpoint.hpp"

namespace tessera::io {

struct CheckpointHead {
  static constexpr std::uint64_t format = 2;  // 1 had no checksums

  CheckpointData data = {};
  std::vector<hsize_t> shape = {};
  std::vector<double> bounds = {};
  Precision precision = Precision::float64;
  std::vector<std::pair<std::string, std::uint64_t>> sums = {};  // of the fields

  /// Collective.
  static CheckpointHead of(Domain& domain, const std::vector<Field*>& fields, const CheckpointData& data);
  /// Throws Hdf5Error if something is missing, or not as it was written.
  static CheckpointHead read(hid_t file);
  /// A file in memory with all of this, and room for the values in chunks of these extents.
  void make_file(const std::string& path, const std::vector<hsize_t>& chunk) const;

  /// Throws OtherCheckpoint unless it is of this grid, in this precision.
  void require_same_grid(const Domain& domain) const;
  /// The checksum of a field's values. Throws OtherCheckpoint if it has none.
  std::uint64_t sum_of(const std::string& field) const;

 private:
  std::uint64_t checksum() const;
};

}  // namespace tessera::io
