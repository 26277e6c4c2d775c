/// The grid cut into blocks: what a solver runs on.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tessera/comm/cartesian.hpp"
#include "tessera/core/function_ref.hpp"
#include "tessera/core/grid.hpp"
#include "tessera/core/layout.hpp"
#include "tessera/core/log.hpp"
#include "tessera/core/precision.hpp"
#include "tessera/core/team.hpp"
#include "tessera/core/timing.hpp"

namespace tessera {

/// A part of the grid that one thread of one rank owns.
struct Block {
  int number;                   // among the blocks of this rank: its place in layout.threads, row-major
  std::array<int, 3> position;  // among all blocks of the grid, along each axis
  Box cells;                    // its cells, in the grid's numbering

  /// Its cells in its own numbering, which starts at 0.
  Box local() const { return {{0, 0, 0}, cells.extents()}; }
  /// The grid's number of a cell (ghosts included) given by its number along an axis of this block.
  Index global(int axis, Index local) const { return cells.lower[static_cast<std::size_t>(axis)] + local; }
};

/// A block of any rank.
struct BlockAddress {
  int rank;
  int number;
  friend bool operator==(const BlockAddress&, const BlockAddress&) = default;
};

/// How halos travel; see HaloExchange.
struct ExchangeOptions {
  bool funneled = false;  // messages by the main thread only
  comm::WaitPolicy wait = comm::WaitPolicy::spin;
  enum class Depth { automatic, pass } depth = Depth::automatic;  // one exchange a step, or one a pass
};

/// How stages run through blocks; see Sweep.
struct SweepOptions {
  enum class Order {
    streamed,
    plain,  // each stage over the whole block before the next one: slow, and what tests compare with
  } order = Order::streamed;
  bool overlap = false;           // inner cells computed while messages travel
  int steps_at_once = 0;          // 0: chosen by the solver
  Index cache = Index{1} << 20U;  // bytes: blocks whose temporaries would need more are walked in tiles
};

/// Grid, layout, the blocks of this rank, and its threads.
class Domain {
 public:
  /// `layout` must have as many ranks as `communicator`, which is not copied, and which nobody else may use
  /// for messages.
  Domain(const Grid& grid, const Layout& layout, const comm::WaitingCommunicator& communicator,
         const ExchangeOptions& exchange, const Log& log, const SweepOptions& sweep = {},
         Precision precision = Precision::float64);

  const Grid& grid() const noexcept { return grid_; }
  const Layout& layout() const noexcept { return layout_; }
  const comm::WaitingCommunicator& communicator() const noexcept { return communicator_; }
  const ExchangeOptions& exchange() const noexcept { return exchange_; }
  const SweepOptions& sweep() const noexcept { return sweep_; }
  const Log& log() const noexcept { return log_; }
  /// Of its fields.
  Precision precision() const noexcept { return precision_; }

  std::span<const Block> blocks() const noexcept { return blocks_; }
  /// All cells of this rank.
  Box rank_box() const;
  /// The block at a position among all blocks of the grid.
  BlockAddress address_of(const std::array<int, 3>& position) const;
  /// The block next to `block` in `direction` (-1, 0 or 1 along each axis); none beyond a wall.
  std::optional<BlockAddress> neighbour(const Block& block, const Index3& direction) const;
  /// The blocks, and their ranks, in whose cells the ghosts beyond a pole at this end of the block may lie; none elsewhere.
  std::vector<std::pair<Block, int>> across_pole(const Block& block, int side) const;
  /// True if the block's lower (side 0) or upper (side 1) end along the axis is an end of the grid, and if that is a wall.
  bool at_end(const Block& block, int axis, int side) const;
  bool at_wall(const Block& block, int axis, int side) const;
  /// `box` with `layers` more at each end of the block where it has a neighbour, not where it has a wall.
  Box grown(const Block& block, Box box, Index layers) const;
  /// Whether so many fields of the largest block do not stay in a core's cache from step to step.
  bool outgrows_cache(Index fields = 1) const;
  /// Whether no block is thinner than `layers` along an axis that is exchanged.
  bool thick_enough(Index layers) const;
  /// Axes whose ghosts are filled by the exchange: those that are periodic, polar or cut.
  bool exchanged(int axis) const {
    return grid_.periodic(axis) || axis == grid_.polar_axis() || layout_.blocks(axis) > 1;
  }

  /// One phase: task(block) for every block of this rank, each by its thread; returns when all are done.
  void phase(FunctionRef<void(const Block&)> task);

  /// Where the time of a block's thread goes, and that of all blocks of this rank.
  PartSeconds& seconds(const Block& block) noexcept { return seconds_[static_cast<std::size_t>(block.number)]; }
  std::span<PartSeconds> seconds() noexcept { return seconds_; }

  /// Bytes of this rank's fields so far.
  double allocated() const noexcept { return allocated_; }
  /// Fields that take more than so many bytes of any rank are refused from now on, with this message.
  void limit_memory(double bytes, std::string message);
  /// Before a field is made. Collective where there is a limit.
  void note_allocation(double bytes);

  /// Collective: the least and the largest of all ranks' values. NaN must be told apart before.
  double min(double value) const { return communicator_.allreduce(value, comm::Operator::min); }
  double max(double value) const { return communicator_.allreduce(value, comm::Operator::max); }
  Index min(Index value) const { return communicator_.allreduce(value, comm::Operator::min); }

 private:
  Block block_at(const std::array<int, 3>& position, int number) const;

  Grid grid_;
  Layout layout_;
  const comm::WaitingCommunicator& communicator_;
  comm::Arrangement ranks_;
  ExchangeOptions exchange_;
  SweepOptions sweep_;
  Log log_;
  Precision precision_;
  std::vector<Block> blocks_;
  std::vector<PartSeconds> seconds_;
  Team team_;
  double allocated_ = 0;
  double limit_ = 0;  // of that; 0: none
  std::string too_large_;
};

}  // namespace tessera
