// Where the values and times of a series lie in its file.
#pragma once

#include <cstdint>
#include <vector>

#include "file_image.hpp"
#include "hdf5.hpp"
#include "record_layout.hpp"

namespace tessera::io {

class SeriesPlaces {
 public:
  explicit SeriesPlaces(const RecordLayout& layout) : layout_(layout) {}

  /// On the root: finds them in a file with room for so many records, for values from record `first` on, and reserves the values' in
  /// an image of the file.
  void find(hid_t file, const std::vector<Field*>& fields, std::size_t records, std::size_t first, FileImage& image);
  /// Collective: tells all ranks where values lie.
  void tell(const comm::WaitingCommunicator& communicator);

  /// The first record whose values' places are known.
  std::size_t first_known() const { return first_known_; }
  /// Of the piece of a field's record that begins at `origin`.
  std::uint64_t values(std::size_t record, std::size_t field, const Index3& origin) const;
  /// Of a record, on the root.
  std::uint64_t time(std::size_t record) const { return in_chunks(times_, record); }
  std::uint64_t step(std::size_t record) const { return in_chunks(steps_, record); }

 private:
  static std::uint64_t in_chunks(const std::vector<std::uint64_t>& chunks, std::size_t record);

  const RecordLayout& layout_;
  std::vector<std::uint64_t>
      values_;                // of chunks, from record first_known_ on, of all pieces of the first field, then the next
  std::size_t of_field_ = 0;  // how many of them
  std::size_t first_known_ = 0;
  std::vector<std::uint64_t> times_;  // of chunks, on the root
  std::vector<std::uint64_t> steps_;
};

/// Records in a chunk of times, or of steps, which take 8 bytes each.
inline constexpr std::size_t times_a_chunk = 1024;

}  // namespace tessera::io
