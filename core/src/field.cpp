#include "tessera/core/field.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>

#include "row_memory.hpp"

namespace tessera {

void Array::Free::operator()(std::byte* memory) const { std::free(memory); }

Array::Array(const Index3& cells, Location location, Index ghosts, int first_axis, Precision precision)
    : precision_(precision) {
  Index3 stored{};
  Index3 ghost{};
  for (int a = 0; a < 3; ++a) {
    const auto axis = static_cast<std::size_t>(a);
    ghost[axis] = a < first_axis ? 0 : ghosts;
    interior_.upper[axis] = cells[axis] + extra(location, a);
    stored[axis] = interior_.upper[axis] + 2 * ghost[axis];
  }
  const Index element = bytes_of(precision);
  const Index pitch = row_pitch(ghost[2] * element, (stored[2] - ghost[2]) * element) / element;
  stride_ = {stored[1] * pitch, pitch, 1};
  for (int a = 0; a < first_axis; ++a) stride_[static_cast<std::size_t>(a)] = 0;
  bytes_ = ((stored[0] + 1) * stored[1] + 1) * pitch * element + 2 * cache_line;
  memory_.reset(allocate_rows(bytes_));
  const Index front = cache_line + round_up_to_line(ghost[2] * element);  // own cells start on a cache line
  origin_ = memory_.get() + front + (ghost[0] * stride_[0] + ghost[1] * stride_[1]) * element;
}

std::byte* Array::row_as(Precision precision, Index i, Index j) const {
  if (precision != precision_) throw std::logic_error("Array: its values are of another precision");
  return origin_ + offset(i, j, 0);
}

Field::Field(Domain& domain, std::string name, Location location, Index ghosts)
    : name_(std::move(name)), location_(location), ghosts_(ghosts), arrays_(domain.blocks().size()) {
  domain.phase([&](const Block& block) {
    arrays_[static_cast<std::size_t>(block.number)] = std::make_unique<Array>(
        block.cells.extents(), location, ghosts, domain.grid().first_axis(), domain.precision());
  });
  domain.note_allocation(bytes());
}

Index Field::bytes() const noexcept {
  Index sum = 0;
  for (const auto& array : arrays_) sum += array->bytes();
  return sum;
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
