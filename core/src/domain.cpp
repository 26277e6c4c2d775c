#include "tessera/core/domain.hpp"

namespace tessera {
namespace {

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

/// A thread's place in layout.threads from its number, row-major, and back.
std::array<int, 3> thread_place(int number, const std::array<int, 3>& shape) {
  return {number / (shape[1] * shape[2]), number / shape[2] % shape[1], number % shape[2]};
}

int thread_number(const std::array<int, 3>& position, const std::array<int, 3>& shape) {
  return (position[0] * shape[1] + position[1]) * shape[2] + position[2];
}

}  // namespace

Domain::Domain(const Grid& grid, const Layout& layout, const comm::WaitingCommunicator& communicator,
               const ExchangeOptions& exchange, const Log& log, const SweepOptions& sweep, Precision precision)
    : grid_(grid),
      layout_(layout),
      communicator_(communicator),
      ranks_(communicator.size(), {layout.ranks[0], layout.ranks[1], layout.ranks[2]},
             {grid.periodic(0), grid.periodic(1), grid.periodic(2)}),
      exchange_(exchange),
      sweep_(sweep),
      log_(log),
      precision_(precision),
      team_(layout.thread_count()) {
  const std::vector<int> place = ranks_.coordinates(communicator.rank());
  for (int number = 0; number < layout_.thread_count(); ++number) {
    const std::array<int, 3> thread = thread_place(number, layout_.threads);
    Block block{number, {}, {}};
    for (int a = 0; a < 3; ++a) {
      block.position[at(a)] = place[at(a)] * layout_.threads[at(a)] + thread[at(a)];
      const Range range = block_range(grid_, layout_, a, block.position[at(a)]);
      block.cells.lower[at(a)] = range.lower;
      block.cells.upper[at(a)] = range.upper;
    }
    blocks_.push_back(block);
  }
  seconds_.resize(blocks_.size());
}

Box Domain::rank_box() const { return {blocks_.front().cells.lower, blocks_.back().cells.upper}; }

std::optional<BlockAddress> Domain::neighbour(const Block& block, const Index3& direction) const {
  std::vector<int> rank(3);
  std::array<int, 3> thread{};
  for (int a = 0; a < 3; ++a) {
    const int count = layout_.blocks(a);
    int position = block.position[at(a)] + static_cast<int>(direction[at(a)]);
    if (grid_.periodic(a)) position = (position + count) % count;
    if (position < 0 || position >= count) return std::nullopt;
    rank[at(a)] = position / layout_.threads[at(a)];
    thread[at(a)] = position % layout_.threads[at(a)];
  }
  return BlockAddress{ranks_.rank_at(rank), thread_number(thread, layout_.threads)};
}

bool Domain::outgrows_cache(Index fields) const {
  constexpr Index cache = Index{2} << 20U;  // bytes
  Index cells = 1;
  for (int a = 0; a < 3; ++a) cells *= (grid_.cells(a) + layout_.blocks(a) - 1) / layout_.blocks(a);
  return fields * cells * bytes_of(precision_) > cache;
}

bool Domain::thick_enough(Index layers) const {
  for (int a = 0; a < 3; ++a) {
    if (exchanged(a) && thinnest_block(grid_, layout_, a) < layers) return false;
  }
  return true;
}

bool Domain::at_wall(const Block& block, int axis, int side) const {
  if (grid_.periodic(axis) || grid_.flat(axis)) return false;
  return block.position[at(axis)] == (side == 0 ? 0 : layout_.blocks(axis) - 1);
}

Box Domain::grown(const Block& block, Box box, Index layers) const {
  for (int a = grid_.first_axis(); a < 3; ++a) {
    if (!at_wall(block, a, 0)) box.lower[at(a)] -= layers;
    if (!at_wall(block, a, 1)) box.upper[at(a)] += layers;
  }
  return box;
}

void Domain::phase(FunctionRef<void(const Block&)> task) {
  if (blocks_.size() == 1) return task(blocks_.front());
  team_.run(static_cast<int>(blocks_.size()), [&](int number) {
    const Block& block = blocks_[static_cast<std::size_t>(number)];
    task(block);
    seconds(block).leave();
  });
  for (PartSeconds& block : seconds_) block.join();
}

}  // namespace tessera
