#include "tessera/core/domain.hpp"

namespace tessera {
namespace {

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

std::array<int, 3> unravel(int number, const std::array<int, 3>& shape) {
  return {number / (shape[1] * shape[2]), number / shape[2] % shape[1], number % shape[2]};
}

int ravel(const std::array<int, 3>& position, const std::array<int, 3>& shape) {
  return (position[0] * shape[1] + position[1]) * shape[2] + position[2];
}

}  // namespace

Domain::Domain(const Grid& grid, const Layout& layout, const comm::Communicator& communicator,
               const ExchangeOptions& exchange, const Log& log)
    : grid_(grid),
      layout_(layout),
      communicator_(communicator),
      exchange_(exchange),
      log_(log),
      team_(layout.thread_count()) {
  const std::array<int, 3> place = unravel(communicator_.rank(), layout_.ranks);
  for (int number = 0; number < layout_.thread_count(); ++number) {
    const std::array<int, 3> thread = unravel(number, layout_.threads);
    Block block{number, {}, {}};
    for (int a = 0; a < 3; ++a) {
      block.position[at(a)] = place[at(a)] * layout_.threads[at(a)] + thread[at(a)];
      const Range range = block_range(grid_, layout_, a, block.position[at(a)]);
      block.cells.lower[at(a)] = range.lower;
      block.cells.upper[at(a)] = range.upper;
    }
    blocks_.push_back(block);
  }
}

Box Domain::rank_box() const { return {blocks_.front().cells.lower, blocks_.back().cells.upper}; }

std::optional<BlockAddress> Domain::neighbour(const Block& block, const Index3& direction) const {
  std::array<int, 3> rank{};
  std::array<int, 3> thread{};
  for (int a = 0; a < 3; ++a) {
    const int count = layout_.blocks(a);
    int position = block.position[at(a)] + static_cast<int>(direction[at(a)]);
    if (grid_.periodic(a)) position = (position + count) % count;
    if (position < 0 || position >= count) return std::nullopt;
    rank[at(a)] = position / layout_.threads[at(a)];
    thread[at(a)] = position % layout_.threads[at(a)];
  }
  return BlockAddress{ravel(rank, layout_.ranks), ravel(thread, layout_.threads)};
}

bool Domain::at_wall(const Block& block, int axis, int side) const {
  if (grid_.periodic(axis) || grid_.flat(axis)) return false;
  return block.position[at(axis)] == (side == 0 ? 0 : layout_.blocks(axis) - 1);
}

void Domain::phase(const std::function<void(const Block&)>& task) {
  team_.run(static_cast<int>(blocks_.size()), [&](int number) { task(blocks_[static_cast<std::size_t>(number)]); });
}

}  // namespace tessera
