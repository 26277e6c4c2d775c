#include "tessera/core/field.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>

#include "row_memory.hpp"

namespace tessera {

void Array::Free::operator()(std::byte* memory) const { std::free(memory); }

namespace {

/// How an array lies in memory.
struct Extents {
  Index3 stored{}, ghost{};
  Index pitch;   // values from row to row
  double bytes;  // as a double: it may be more than can be counted
};

Extents measure(const Index3& cells, Location location, Index ghosts, int first_axis, Precision precision) {
  Extents of{};
  for (int a = 0; a < 3; ++a) {
    const auto axis = static_cast<std::size_t>(a);
    of.ghost[axis] = a < first_axis ? 0 : ghosts;
    of.stored[axis] = cells[axis] + extra(location, a) + 2 * of.ghost[axis];
  }
  const Index element = bytes_of(precision);
  of.pitch = row_pitch(of.ghost[2] * element, (of.stored[2] - of.ghost[2]) * element) / element;
  const double rows = (static_cast<double>(of.stored[0]) + 1) * static_cast<double>(of.stored[1]) + 1;
  of.bytes = rows * static_cast<double>(of.pitch * element) + 2 * cache_line;
  return of;
}

}  // namespace

Array::Array(const Index3& cells, Location location, Index ghosts, int first_axis, Precision precision)
    : precision_(precision) {
  const Extents of = measure(cells, location, ghosts, first_axis, precision);
  for (int a = 0; a < 3; ++a)
    interior_.upper[static_cast<std::size_t>(a)] = cells[static_cast<std::size_t>(a)] + extra(location, a);
  stride_ = {of.stored[1] * of.pitch, of.pitch, 1};
  for (int a = 0; a < first_axis; ++a) stride_[static_cast<std::size_t>(a)] = 0;
  memory_.reset(allocate_rows(static_cast<Index>(of.bytes)));
  const Index element = bytes_of(precision);
  const Index front = cache_line + round_up_to_line(of.ghost[2] * element);  // own cells start on a cache line
  origin_ = memory_.get() + front + (of.ghost[0] * stride_[0] + of.ghost[1] * stride_[1]) * element;
}

std::byte* Array::row_as(Precision precision, Index i, Index j) const {
  if (precision != precision_) throw std::logic_error("Array: its values are of another precision");
  return origin_ + offset(i, j, 0);
}

Field::Field(Domain& domain, std::string name, Location location, Index ghosts)
    : name_(std::move(name)), location_(location), ghosts_(ghosts), arrays_(domain.blocks().size()) {
  const int first_axis = domain.grid().first_axis();
  double bytes = 0;
  for (const Block& block : domain.blocks())
    bytes += measure(block.cells.extents(), location, ghosts, first_axis, domain.precision()).bytes;
  domain.note_allocation(bytes);
  domain.phase([&](const Block& block) {
    arrays_[static_cast<std::size_t>(block.number)] =
        std::make_unique<Array>(block.cells.extents(), location, ghosts, first_axis, domain.precision());
  });
}

Index first_not_finite(const Grid& grid, const Block& block, const Array& values) {
  Index first = -1;
  for_each_row(block.local(), [&](Index i, Index j) {
    for (Index k = 0; first < 0 && k < block.cells.extent(2); ++k) {
      if (!std::isfinite(values(i, j, k)))
        first = grid.number({block.global(0, i), block.global(1, j), block.global(2, k)});
    }
  });
  return first;
}

Index first_not_finite(Domain& domain, const Field& field) {
  constexpr Index none = std::numeric_limits<Index>::max();
  std::vector<Index> first(domain.blocks().size(), none);
  domain.phase([&](const Block& block) {
    const Index mine = first_not_finite(domain.grid(), block, field[block]);
    if (mine >= 0) first[static_cast<std::size_t>(block.number)] = mine;
  });
  const Index least = domain.min(*std::min_element(first.begin(), first.end()));
  return least == none ? -1 : least;
}

}  // namespace tessera
