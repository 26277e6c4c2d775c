/// How a grid is cut: ranks and threads along each axis.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tessera/core/grid.hpp"

namespace tessera {

/// Ranks form a Cartesian arrangement, and the threads of every rank another one inside its part.
struct Layout {
  std::array<int, 3> ranks{1, 1, 1};
  std::array<int, 3> threads{1, 1, 1};

  int rank_count() const { return ranks[0] * ranks[1] * ranks[2]; }
  int thread_count() const { return threads[0] * threads[1] * threads[2]; }
  /// Blocks along an axis.
  int blocks(int axis) const { return ranks[static_cast<std::size_t>(axis)] * threads[static_cast<std::size_t>(axis)]; }
};

/// A half-open range of cells.
struct Range {
  Index lower;
  Index upper;
  Index size() const { return upper - lower; }
};

/// Part `part` of `cells` cells cut into `parts` ranges, as even as can be: the first ones get one more.
Range cut(Index cells, int parts, int part);

/// The cells of block `position` along an axis: the rank's part first, then the thread's part of it.
Range block_range(const Grid& grid, const Layout& layout, int axis, int position);
/// The thinnest block along an axis.
Index thinnest_block(const Grid& grid, const Layout& layout, int axis);

/// What a layout exchanges, to compare layouts by: cells on the surfaces between blocks, those normal to the last dimension,
/// whose values are apart in memory, strided_surface times.
inline constexpr Index strided_surface = 2;
Index exchange_cost(const Grid& grid, const Layout& layout);
/// All layouts of these counts in which no block is thinner than `reach`, those of least exchange cost first; of equal ones, those
/// that cut the first dimension.
std::vector<Layout> layouts(const Grid& grid, int rank_count, int thread_count, Index reach);

/// What the user asks for, a number a dimension; -1: to be chosen.
struct LayoutRequest {
  std::vector<int> ranks;
  std::vector<int> threads;
};

/// Why a layout cannot work, and which half of the request is to blame.
struct LayoutProblem {
  const char* key;  // "ranks" or "threads"
  std::string what;
};

/// The layout for `rank_count` ranks: every -1 is chosen so that the exchange cost is least. `thread_count` counts only where a
/// -1 stands in threads. `reach` is the ghost layers that a pass reads: no block may be thinner along
/// an axis that is cut or periodic. Returns a problem instead, with the largest layout that would work.
std::optional<LayoutProblem> choose_layout(const Grid& grid, const LayoutRequest& request, int rank_count,
                                           int thread_count, Index reach, Layout& result);

/// "2 x 1 ranks x 1 x 3 threads" in the grid's dimensions.
std::string describe(const Grid& grid, const Layout& layout);

}  // namespace tessera
