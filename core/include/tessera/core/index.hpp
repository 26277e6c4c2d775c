/// Indices and boxes of cells.
///
/// Arrays always have three axes, the last one contiguous. The dimensions of a 1-D or 2-D grid are
/// the last ones; an axis in front of them is flat: one cell and no ghosts.
#pragma once

#include <array>
#include <cstddef>

namespace tessera {

using Index = std::ptrdiff_t;
using Index3 = std::array<Index, 3>;

/// An axis, or another small number, as an index of a container.
constexpr std::size_t at(int axis) noexcept { return static_cast<std::size_t>(axis); }

/// Half-open: lower <= index < upper along every axis.
struct Box {
  Index3 lower{0, 0, 0};
  Index3 upper{0, 0, 0};

  Index extent(int axis) const { return upper[at(axis)] - lower[at(axis)]; }
  Index3 extents() const { return {extent(0), extent(1), extent(2)}; }
  Index cells() const { return extent(0) * extent(1) * extent(2); }
  friend bool operator==(const Box&, const Box&) = default;
};

/// Calls f(i, j) for every row of the box: its cells are (i, j, lower[2]) .. (i, j, upper[2] - 1).
template <class F>
void for_each_row(const Box& box, F&& f) {
  for (Index i = box.lower[0]; i < box.upper[0]; ++i) {
    for (Index j = box.lower[1]; j < box.upper[1]; ++j) f(i, j);
  }
}

}  // namespace tessera
