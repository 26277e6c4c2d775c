#include "series_places.hpp"

namespace tessera::io {
namespace {

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

}  // namespace

void SeriesPlaces::find(hid_t file, const std::vector<Field*>& fields, std::size_t records, std::size_t first,
                        FileImage& image) {
  const std::size_t together = layout_.records_a_chunk();
  first_known_ = first / together * together;
  std::vector<Index3> origins;
  layout_.for_each_piece([&](const Index3& origin) { origins.push_back(origin); });
  std::vector<std::uint64_t> of_field((records - first_known_ + together - 1) / together * origins.size());
  const std::size_t distance = (layout_.chunk_bytes() + page_size - 1) / page_size * page_size;
  values_.clear();
  for (const Field* field : fields) {
    if (of_field.empty()) break;
    const Handle dataset = open_dataset(file, field->name());
    const auto find = [&](std::size_t chunk) {
      const std::size_t record = first_known_ + chunk / origins.size() * together;
      return chunk_at(dataset, layout_.in_file(record, origins[chunk % origins.size()])).address;
    };
    of_field.front() = find(0);
    of_field.back() = find(of_field.size() - 1);
    find_between(of_field, 0, of_field.size() - 1, distance, find);
    for (const std::uint64_t place : of_field) image.reserve(place, layout_.chunk_bytes());
    values_.insert(values_.end(), of_field.begin(), of_field.end());
  }
  of_field_ = of_field.size();
  times_.clear();
  steps_.clear();
  const Handle time = open_dataset(file, "time");
  const Handle step = open_dataset(file, "step");
  for (std::size_t record = 0; record < records; record += times_a_chunk) {
    times_.push_back(chunk_at(time, {record}).address);
    steps_.push_back(chunk_at(step, {record}).address);
  }
}

void SeriesPlaces::tell(const comm::WaitingCommunicator& communicator) {
  communicator.bcast_resizing(values_);
  communicator.bcast(of_field_);
  communicator.bcast(first_known_);
}

std::uint64_t SeriesPlaces::values(std::size_t record, std::size_t field, const Index3& origin) const {
  const std::size_t together = layout_.records_a_chunk();
  const std::size_t chunk = (record - first_known_) / together * layout_.pieces_a_record() + layout_.number(origin);
  return values_.at(field * of_field_ + chunk) + record % together * layout_.piece_bytes();
}

std::uint64_t SeriesPlaces::in_chunks(const std::vector<std::uint64_t>& chunks, std::size_t record) {
  return chunks.at(record / times_a_chunk) + record % times_a_chunk * sizeof(double);
}

}  // namespace tessera::io
