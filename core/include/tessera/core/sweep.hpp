/// Stages streamed through a block.
///
/// Every stage follows the one before as closely as its reach allows: as soon as the planes exist that it reads. Of a
/// temporary only those few planes are kept, in a ring, so that it stays in the cache. Blocks whose rings would not fit
/// are walked in tiles; at the edges of tiles (and, in ghosts, of blocks) neighbours compute the same values twice.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tessera/core/stages.hpp"

namespace tessera {

class Sweep {
 public:
  enum class Cells { all, inner, outer };

  /// The grid's dimensions must be those of `stages`.
  Sweep(Domain& domain, Stages stages);

  /// Ghost layers that the external quantities must have to run on whole blocks.
  Index depth() const noexcept { return depth_; }
  /// Cells that are computed in a run, summed over stages and this rank's blocks: overlaps count, as often as they are computed.
  Index work() const;
  /// True if two of run()'s arrays, an input and an output, may be one: what is written has been read.
  bool in_place(std::size_t input, std::size_t output) const;
  /// Runs the stages until the external outputs exist in all cells of the block. `arrays`: the external quantities, in the
  /// order in which they were declared; their ghosts hold values where `depth` asks for them. `moments`: times, for boundaries.
  /// With Cells::inner only those, in which no ghosts from other ranks and no walls matter: none unless `layout.overlap` asks for
  /// some. Cells::outer are the others. Called in a phase, for a block by its own thread.
  void run(const Block& block, std::span<Array* const> arrays, std::span<const double> moments = {},
           Cells cells = Cells::all);

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  using Walls = std::array<Index3, 2>;  // at the lower and upper ends: layers beyond, along each axis
  struct Tile {
    Box cells;
    std::vector<Box> boxes;    // of each stage
    std::vector<Walls> walls;  // that the boxes end at: so far they would go on
  };
  struct Tiling {
    Index planes, rows, length;  // of the largest tile
    Index band;                  // planes that a stage does at once
  };
  struct Work {  // of a block
    Tiling tiling;
    std::vector<Tile> tiles;
    Index inner = 0;  // so many tiles come first
    std::unique_ptr<std::byte, Free> memory;
    std::vector<Storage> storage;  // by quantity
  };

  Work make_work(const Block& block) const;
  std::vector<Box> regions(const Block& block) const;
  Tiling choose_tiling(const Block& block) const;
  Index row_bytes(std::size_t quantity, Index length) const;
  Index plane_bytes(std::size_t quantity, const Tiling& tiling) const;
  Index ring_planes(std::size_t quantity, const Tiling& tiling) const;
  Index rings_bytes(const Tiling& tiling) const;
  void add_tiles(const Block& block, const Box& region, Work& work) const;
  void make_rings(const Block& block, Work& work) const;
  Box box_of(const Block& block, const Box& cells, std::size_t stage) const;
  void run_tiles(const Block& block, Work& work, std::span<Array* const> arrays, std::span<const double> moments,
                 Cells cells) const;
  void run_tile(const Block& block, const Tile& tile, const Work& work, std::span<const double> moments) const;
  void close_walls(const Block& block, const Tile& tile, std::span<const Storage> storage, std::size_t stage,
                   const Range& planes, std::span<const double> moments) const;
  void shut_faces(const Block& block, const Tile& tile, std::span<const Storage> storage, std::size_t stage,
                  const Range& planes) const;
  int array_axis(int axis) const;
  bool at_wall(const Block& block, int axis, int side) const;
  void run_planes(const Block& block, const Tile& tile, const Work& work, std::size_t stage, const Range& planes) const;
  Box swapped(const Box& box) const;

  Domain& domain_;
  Stages stages_;
  Index depth_ = 0;
  std::vector<std::size_t> external_;  // quantities: those of run()'s arrays
  std::vector<Reach> needed_;          // by quantity
  std::vector<Reach> around_;          // by stage: what its box is more than the cells
  std::vector<Index3> faces_;          // by stage: 1 along axes with upper faces
  std::vector<Index> layers_;          // by stage: of ghosts that boundaries fill beside its outputs
  std::vector<Index> lag_;             // by stage: planes behind the first
  std::vector<Index> ring_;            // by quantity: planes kept, if they are done one by one
  std::vector<std::optional<std::pair<std::size_t, Index>>> asks_;  // by stage: an external quantity, and how far ahead
  std::vector<Work> work_;
};

}  // namespace tessera
