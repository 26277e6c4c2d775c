#include "tessera/core/field.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>

namespace tessera {
namespace {

constexpr Index line = 8;  // doubles in a cache line

Index round_up(Index n) { return (n + line - 1) / line * line; }

/// A pitch that is a multiple of a large power of two puts the rows that a stencil reads into the same cache sets.
Index avoid_power_of_two(Index pitch) { return pitch % 128 == 0 ? pitch + line : pitch; }

}  // namespace

void Array::Free::operator()(double* memory) const { std::free(memory); }

Array::Array(const Index3& cells, Location location, Index ghosts, int first_axis) {
  Index3 stored{};
  Index3 ghost{};
  for (int a = 0; a < 3; ++a) {
    const auto axis = static_cast<std::size_t>(a);
    ghost[axis] = a < first_axis ? 0 : ghosts;
    interior_.upper[axis] = cells[axis] + extra(location, a);
    stored[axis] = interior_.upper[axis] + 2 * ghost[axis];
  }
  const Index front = round_up(ghost[2]);  // own cells start on a cache line
  const Index pitch = avoid_power_of_two(front + round_up(stored[2] - ghost[2]));
  stride_ = {stored[1] * pitch, pitch, 1};
  for (int a = 0; a < first_axis; ++a) stride_[static_cast<std::size_t>(a)] = 0;
  const Index count = (stored[0] + 1) * stored[1] * pitch + pitch + 2 * line;
  bytes_ = count * static_cast<Index>(sizeof(double));
  void* memory = std::aligned_alloc(line * sizeof(double), static_cast<std::size_t>(bytes_));
  if (memory == nullptr) throw std::bad_alloc();
  memory_.reset(static_cast<double*>(memory));
  std::fill_n(memory_.get(), count, 0.0);
  origin_ = memory_.get() + line + ghost[0] * stride_[0] + ghost[1] * stride_[1] + front;
}

Field::Field(Domain& domain, std::string name, Location location, Index ghosts)
    : name_(std::move(name)), location_(location), ghosts_(ghosts), arrays_(domain.blocks().size()) {
  domain.phase([&](const Block& block) {
    arrays_[static_cast<std::size_t>(block.number)] =
        std::make_unique<Array>(block.cells.extents(), location, ghosts, domain.grid().first_axis());
  });
  domain.note_allocation(bytes());
}

Index Field::bytes() const noexcept {
  Index sum = 0;
  for (const auto& array : arrays_) sum += array->bytes();
  return sum;
}

Index first_not_finite(Domain& domain, const Field& field) {
  const Grid& grid = domain.grid();
  constexpr Index none = std::numeric_limits<Index>::max();
  std::vector<Index> first(domain.blocks().size(), none);
  domain.phase([&](const Block& block) {
    Index& mine = first[static_cast<std::size_t>(block.number)];
    const Array& values = field[block];
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; mine == none && k < block.cells.extent(2); ++k) {
        if (!std::isfinite(values(i, j, k)))
          mine = grid.number({block.global(0, i), block.global(1, j), block.global(2, k)});
      }
    });
  });
  const Index least = domain.min(*std::min_element(first.begin(), first.end()));
  return least == none ? -1 : least;
}

}  // namespace tessera
