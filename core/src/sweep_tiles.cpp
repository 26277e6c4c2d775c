// How a sweep walks a block: regions, tiles, and the rings of its temporaries.
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>

#include "row_memory.hpp"
#include "tessera/core/sweep.hpp"

namespace tessera {
namespace {

Index power_of_two(Index n) { return static_cast<Index>(std::bit_ceil(static_cast<std::size_t>(n))); }

}  // namespace

void Sweep::Free::operator()(std::byte* memory) const { std::free(memory); }

Sweep::Work Sweep::make_work(const Block& block) const {
  Work work;
  work.tiling = choose_tiling(block);
  const std::vector<Box> all = regions(block);
  for (const Box& region : all) {
    add_tiles(block, region, work);
    if (&region == &all.front() && all.size() > 1) work.inner = static_cast<Index>(work.tiles.size());
  }
  make_rings(block, work);
  return work;
}

/// The block or, where exchange and computing are to overlap, first what needs nothing from other ranks, then the rest, which
/// has walls, too. Slabs along the contiguous axis would be too thin to be computed fast: there nothing is gained.
std::vector<Box> Sweep::regions(const Block& block) const {
  const Box whole = swapped(block.local());
  const auto waits = [&](int axis, int side) {
    Index3 direction{0, 0, 0};
    direction[at(array_axis(axis))] = side == 0 ? -1 : 1;
    const auto neighbour = domain_.neighbour(block, direction);
    if (!domain_.across_pole(block, side).empty() && array_axis(axis) == domain_.grid().polar_axis()) return true;
    return at_wall(block, axis, side) || (neighbour && neighbour->rank != domain_.communicator().rank());
  };
  if (!domain_.sweep().overlap || waits(2, 0) || waits(2, 1)) return {whole};
  Box inner = whole;
  for (int axis = 0; axis < 2; ++axis) {
    if (domain_.grid().flat(array_axis(axis))) continue;
    if (waits(axis, 0)) inner.lower[at(axis)] += depth_;
    if (waits(axis, 1)) inner.upper[at(axis)] -= depth_;
    if (inner.extent(axis) <= 0) return {whole};
  }
  std::vector<Box> result{inner};
  Box rest = whole;
  for (int axis = 0; axis < 2; ++axis) {
    const std::size_t a = at(axis);
    Box below = rest;
    below.upper[a] = inner.lower[a];
    Box above = rest;
    above.lower[a] = inner.upper[a];
    for (const Box& slab : {below, above}) {
      if (slab.extent(axis) > 0) result.push_back(slab);
    }
    rest.lower[a] = inner.lower[a];
    rest.upper[a] = inner.upper[a];
  }
  return result;
}

/// From row to row of a quantity, in bytes; cell 0 begins a cache line.
Index Sweep::row_bytes(std::size_t quantity, Index length) const {
  const Reach& needed = needed_[quantity];
  const Index element = bytes_of(stages_.precision());
  return row_pitch(needed.below[2] * element, (length + needed.above[2] + 1) * element);
}

Index Sweep::plane_bytes(std::size_t quantity, const Tiling& tiling) const {
  const Reach& needed = needed_[quantity];
  const Index rows = tiling.rows + needed.below[1] + needed.above[1] + (stages_.dimensions() == 3 ? 1 : 0);
  return rows * row_bytes(quantity, tiling.length);
}

Index Sweep::ring_planes(std::size_t quantity, const Tiling& tiling) const {
  const Reach& needed = needed_[quantity];
  return power_of_two(domain_.sweep().order == SweepOptions::Order::plain
                          ? tiling.planes + needed.below[0] + needed.above[0] + 1
                          : ring_[quantity] + tiling.band - 1);
}

Index Sweep::rings_bytes(const Tiling& tiling) const {
  Index sum = 0;
  for (std::size_t q = 0; q < stages_.quantities().size(); ++q) {
    if (!stages_.quantities()[q].external) sum += ring_planes(q, tiling) * plane_bytes(q, tiling);
  }
  return sum;
}

/// The tiles of least work (they overlap, and each row costs a few cells' time) among those whose rings fit into the
/// cache; if none does, the smallest.
Sweep::Tiling Sweep::choose_tiling(const Block& block) const {
  const Box whole = swapped(block.local());
  const Index element = bytes_of(stages_.precision());
  // Beginning a stage costs as much as many cells, and rows that it reads above and below are read again by the next band:
  // several rows are done at once, as many bytes of them as leave room for all rings.
  const auto tiling_of = [&](Index rows, Index length) {
    constexpr Index most = 16;
    Tiling tiling{whole.extent(0), rows, length, 1};
    if (stages_.dimensions() != 2) return tiling;
    for (const Index bytes : {32768, 8192}) {
      tiling.band = std::clamp(bytes / (length * element), Index{1}, most);
      if (rings_bytes(tiling) <= domain_.sweep().cache) break;
    }
    return tiling;
  };
  Tiling best = tiling_of(whole.extent(1), whole.extent(2));
  if (domain_.sweep().order == SweepOptions::Order::plain) return best;
  const Index vector = cache_line / element;  // cells
  constexpr Index begin_row = 24;             // cells that could be computed in the time of beginning a row
  double least = std::numeric_limits<double>::infinity();
  for (Index n = 1; n <= whole.extent(1); ++n) {
    const auto at_least = [&](Index m) {  // the work of any tiles that are so many
      return static_cast<double>(whole.extent(1) + 2 * depth_ * n) *
             static_cast<double>(whole.extent(2) + (2 * depth_ + begin_row) * m);
    };
    for (Index m = 1; m <= (whole.extent(2) + vector - 1) / vector && at_least(m) < least; ++m) {
      const Index rows = (whole.extent(1) + n - 1) / n;
      const Index length = ((whole.extent(2) + m - 1) / m + vector - 1) / vector * vector;
      const Tiling tiling = tiling_of(rows, length);
      const bool smallest = rows == 1 && length == vector;
      if (rings_bytes(tiling) > domain_.sweep().cache && !smallest) continue;
      const auto work = static_cast<double>(n * m * (rows + 2 * depth_) * (length + 2 * depth_ + begin_row));
      if (work < least) {
        least = work;
        best = tiling;
      }
    }
  }
  return best;
}

/// The cells grown to where the stage has to work, but not beyond walls; with upper faces.
Box Sweep::box_of(const Block& block, const Box& cells, std::size_t stage) const {
  const Reach& around = around_[stage];
  const Box block_cells = swapped(block.local());
  Box box = cells;
  for (int axis = 0; axis < 3; ++axis) {
    const std::size_t a = at(axis);
    box.lower[a] -= around.below[a];
    box.upper[a] += around.above[a];
    if (at_wall(block, axis, 0)) box.lower[a] = std::max(box.lower[a], block_cells.lower[a]);
    if (at_wall(block, axis, 1)) box.upper[a] = std::min(box.upper[a], block_cells.upper[a]);
    box.upper[a] += faces_[stage][a];
  }
  return box;
}

void Sweep::add_tiles(const Block& block, const Box& region, Work& work) const {
  const Box whole = swapped(block.local());
  for (Index j = region.lower[1]; j < region.upper[1]; j += work.tiling.rows) {
    for (Index k = region.lower[2]; k < region.upper[2]; k += work.tiling.length) {
      Tile tile{region, {}, {}};
      tile.cells.lower = {region.lower[0], j, k};
      tile.cells.upper = {region.upper[0], std::min(j + work.tiling.rows, region.upper[1]),
                          std::min(k + work.tiling.length, region.upper[2])};
      for (std::size_t s = 0; s < stages_.list().size(); ++s) {
        Walls walls{};
        for (int axis = 0; axis < 3; ++axis) {
          const std::size_t a = at(axis);
          const Index below = whole.lower[a] - (tile.cells.lower[a] - around_[s].below[a]);
          const Index above = tile.cells.upper[a] + around_[s].above[a] - whole.upper[a];
          if (at_wall(block, axis, 0)) walls[0][a] = std::max<Index>(below, 0);
          if (at_wall(block, axis, 1)) walls[1][a] = std::max<Index>(above, 0);
        }
        tile.boxes.push_back(box_of(block, tile.cells, s));
        tile.walls.push_back(walls);
      }
      work.tiles.push_back(std::move(tile));
    }
  }
}

void Sweep::make_rings(const Block& block, Work& work) const {
  const auto& quantities = stages_.quantities();
  const Index element = bytes_of(stages_.precision());
  const Index row = row_bytes(0, swapped(block.local()).extent(2));
  const Index beyond = 2 * cache_line + 2 * row;  // upper faces and ends of rows are read beyond
  work.memory.reset(allocate_rows(rings_bytes(work.tiling) + beyond));
  std::byte* next = work.memory.get() + cache_line;
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    Storage storage;
    if (!quantities[q].external) {
      const Reach& needed = needed_[q];
      storage.row = row_bytes(q, work.tiling.length);
      storage.plane = plane_bytes(q, work.tiling);
      storage.mask = ring_planes(q, work.tiling) - 1;
      storage.origin = next + needed.below[1] * storage.row + round_up_to_line(needed.below[2] * element);
      next += (storage.mask + 1) * storage.plane;
    }
    work.storage.push_back(storage);
  }
}

}  // namespace tessera
