#include "tessera/core/domain.hpp"

#include "tessera/core/failure.hpp"

namespace tessera {
namespace {

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
    std::array<int, 3> position{};
    for (int a = 0; a < 3; ++a) position[at(a)] = place[at(a)] * layout_.threads[at(a)] + thread[at(a)];
    blocks_.push_back(block_at(position, number));
  }
  seconds_.resize(blocks_.size());
}

Box Domain::rank_box() const { return {blocks_.front().cells.lower, blocks_.back().cells.upper}; }

Block Domain::block_at(const std::array<int, 3>& position, int number) const {
  Block block{number, position, {}};
  for (int a = 0; a < 3; ++a) {
    const Range range = block_range(grid_, layout_, a, position[at(a)]);
    block.cells.lower[at(a)] = range.lower;
    block.cells.upper[at(a)] = range.upper;
  }
  return block;
}

BlockAddress Domain::address_of(const std::array<int, 3>& position) const {
  std::vector<int> rank(3);
  std::array<int, 3> thread{};
  for (int a = 0; a < 3; ++a) {
    rank[at(a)] = position[at(a)] / layout_.threads[at(a)];
    thread[at(a)] = position[at(a)] % layout_.threads[at(a)];
  }
  return {ranks_.rank_at(rank), thread_number(thread, layout_.threads)};
}

std::optional<BlockAddress> Domain::neighbour(const Block& block, const Index3& direction) const {
  std::array<int, 3> position{};
  for (int a = 0; a < 3; ++a) {
    const int count = layout_.blocks(a);
    position[at(a)] = block.position[at(a)] + static_cast<int>(direction[at(a)]);
    if (grid_.periodic(a)) position[at(a)] = (position[at(a)] + count) % count;
    if (position[at(a)] < 0 || position[at(a)] >= count) return std::nullopt;
  }
  return address_of(position);
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
  return grid_.wall(axis, side) && at_end(block, axis, side);
}

bool Domain::at_end(const Block& block, int axis, int side) const {
  return block.position[at(axis)] == (side == 0 ? 0 : layout_.blocks(axis) - 1);
}

std::vector<std::pair<Block, int>> Domain::across_pole(const Block& block, int side) const {
  const int pole = grid_.polar_axis();
  if (pole < 0 || !grid_.polar(pole, side) || !at_end(block, pole, side)) return {};
  std::vector<std::pair<Block, int>> others;
  std::array<int, 3> position = block.position;
  const int other = pole == 2 ? 0 : 2;  // besides the longitude, which is the axis before
  for (position[at(pole - 1)] = 0; position[at(pole - 1)] < layout_.blocks(pole - 1); ++position[at(pole - 1)]) {
    for (position[at(other)] = 0; position[at(other)] < layout_.blocks(other); ++position[at(other)]) {
      const BlockAddress address = address_of(position);
      others.emplace_back(block_at(position, address.number), address.rank);
    }
  }
  return others;
}

Box Domain::grown(const Block& block, Box box, Index layers) const {
  for (int a = grid_.first_axis(); a < 3; ++a) {
    if (!at_wall(block, a, 0)) box.lower[at(a)] -= layers;
    if (!at_wall(block, a, 1)) box.upper[at(a)] += layers;
  }
  return box;
}

void Domain::limit_memory(double bytes, std::string message) {
  limit_ = bytes;
  too_large_ = std::move(message);
}

void Domain::note_allocation(double bytes) {
  allocated_ += bytes;
  if (limit_ > 0 && max(allocated_ / limit_) > 1) throw ConfigError(too_large_);
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
