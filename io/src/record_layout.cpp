#include "record_layout.hpp"

#include <algorithm>

#include "kept_file.hpp"

namespace tessera::io {
namespace {

constexpr Index piece_limit = 1 << 19;  // cells: 4 MiB

}  // namespace

RecordLayout::RecordLayout(const Domain& domain, const SeriesOptions& options) : precision_(options.precision) {
  const Region& region = options.region;
  const Index3 as_ranks = chunk_of(domain, piece_limit);
  part_ = shifted(intersection(region.cells, domain.rank_box()), region.cells.lower, -1);
  for (int a = 0; a < 3; ++a) {
    if (region.keeps(domain.grid(), a)) axes_.push_back(a);
    shape_[at(a)] = region.cells.extent(a);
    piece_[at(a)] = std::min(shape_[at(a)], as_ranks[at(a)]);
  }
  records_a_chunk_ = (page_size + piece_bytes() - 1) / piece_bytes();
}

void RecordLayout::take_chunk(const std::vector<hsize_t>& chunk) {
  records_a_chunk_ = chunk.front();
  for (std::size_t d = 0; d < axes_.size(); ++d) piece_[at(axes_[d])] = static_cast<Index>(chunk.at(d + 1));
}

std::size_t RecordLayout::piece_bytes() const {
  return static_cast<std::size_t>(piece_[0] * piece_[1] * piece_[2]) * value_bytes();
}

Index3 RecordLayout::counts() const {
  Index3 counts{};
  for (std::size_t a = 0; a < 3; ++a) counts[a] = (shape_[a] + piece_[a] - 1) / piece_[a];
  return counts;
}

std::size_t RecordLayout::pieces_a_record() const {
  const Index3 count = counts();
  return static_cast<std::size_t>(count[0] * count[1] * count[2]);
}

void RecordLayout::for_each_piece(FunctionRef<void(const Index3&)> f) const {
  const Index3 count = counts();
  for_each_row({{0, 0, 0}, count}, [&](Index i, Index j) {
    for (Index k = 0; k < count[2]; ++k) f({i * piece_[0], j * piece_[1], k * piece_[2]});
  });
}

std::size_t RecordLayout::number(const Index3& piece_origin) const {
  const Index3 count = counts();
  Index number = 0;
  for (std::size_t a = 0; a < 3; ++a) number = number * count[a] + piece_origin[a] / piece_[a];
  return static_cast<std::size_t>(number);
}

void RecordLayout::for_each_part(Index most, FunctionRef<void(const Box&, const Index3&)> f) const {
  if (part_.cells() > 0) for_each_box(part_, piece_, most, f);
}

std::vector<hsize_t> RecordLayout::in_file(std::size_t time, const Index3& along) const {
  std::vector<hsize_t> result{time};
  for (const int a : axes_) result.push_back(static_cast<hsize_t>(along[at(a)]));
  return result;
}

std::size_t RecordLayout::likely_bytes(std::size_t records, std::size_t fields) const {
  constexpr std::size_t for_a_chunk = page_size + 64;  // that it begins with a page, and that HDF5 notes of it
  constexpr std::size_t more = 1 << 20;                // beside the records: the configuration, among others
  const std::size_t chunks = (records / records_a_chunk_ + 1) * fields * pieces_a_record();
  return chunks * (chunk_bytes() + for_a_chunk) + 4 * sizeof(double) * records + more;
}

}  // namespace tessera::io
