/// A part of the grid that an output holds.
#pragma once

#include <algorithm>
#include <array>

#include "tessera/core/config.hpp"
#include "tessera/core/grid.hpp"

namespace tessera::io {

/// A box of cells. Where it is a slice, one cell thick, the axis is no dimension of the output.
struct Region {
  Box cells;  // in the grid's numbering
  std::array<bool, 3> sliced{false, false, false};

  /// Whether an axis of the grid is a dimension of the output.
  bool keeps(const Grid& grid, int axis) const { return !grid.flat(axis) && !sliced[at(axis)]; }
};

/// The key `region` of an output: for an axis by its name, `[from, to]` for cells whose centres lie there, ends included, or a
/// coordinate for a slice through the cell that holds it. Axes that are not named are whole; without the key all are.
Region read_region(const Config& output, const Grid& grid);

/// The cells that two boxes share; none along an axis where they do not meet.
inline Box intersection(const Box& one, const Box& other) {
  Box shared;
  for (std::size_t a = 0; a < 3; ++a) {
    shared.lower[a] = std::max(one.lower[a], other.lower[a]);
    shared.upper[a] = std::max(shared.lower[a], std::min(one.upper[a], other.upper[a]));
  }
  return shared;
}

}  // namespace tessera::io
