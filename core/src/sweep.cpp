#include "tessera/core/sweep.hpp"

#include <algorithm>
#include <limits>

#include "tessera/core/boundary.hpp"

namespace tessera {
namespace {

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

}  // namespace

/// Between array axes and sweep axes: a grid of two dimensions is streamed along array axis 1.
Box Sweep::swapped(const Box& box) const {
  if (stages_.dimensions() != 2) return box;
  return {{box.lower[1], box.lower[0], box.lower[2]}, {box.upper[1], box.upper[0], box.upper[2]}};
}

int Sweep::array_axis(int axis) const { return stages_.dimensions() == 2 && axis < 2 ? 1 - axis : axis; }

bool Sweep::at_wall(const Block& block, int axis, int side) const {
  return domain_.at_wall(block, array_axis(axis), side);
}

Sweep::Sweep(Domain& domain, Stages stages) : domain_(domain), stages_(std::move(stages)), needed_(stages_.needed()) {
  const auto& list = stages_.list();
  const auto& quantities = stages_.quantities();
  constexpr Index unset = -1;
  std::vector<Index> written(quantities.size(), unset);  // the lag of the stage that writes it
  ring_.assign(quantities.size(), 1);
  constexpr Index unread = std::numeric_limits<Index>::min();
  std::vector<Index> lead(quantities.size(), unread);  // of external ones: planes before the front that are read
  for (const auto& stage : list) {
    Index lag = 0;
    for (const auto& [quantity, reach] : stage.inputs) {
      if (written[quantity] != unset)
        lag = std::max(lag, written[quantity] + reach.above[0] + extra(quantities[quantity].location, 0));
    }
    Reach around;
    for (const auto output : stage.outputs) {
      around = around | needed_[output];
      written[output] = lag;
    }
    for (const auto& [quantity, reach] : stage.inputs) {
      if (quantities[quantity].external) lead[quantity] = std::max(lead[quantity], reach.above[0] - lag);
      else ring_[quantity] = std::max(ring_[quantity], lag + reach.below[0] - written[quantity] + 1);
    }
    lag_.push_back(lag);
    around_.push_back(around);
    Index3 faces{};
    for (const auto output : stage.outputs) {
      for (int axis = 0; axis < 3; ++axis)
        faces[at(axis)] = std::max(faces[at(axis)], extra(quantities[output].location, axis));
    }
    faces_.push_back(faces);
    closes_.push_back(std::any_of(stage.outputs.begin(), stage.outputs.end(), [&](std::size_t output) {
      return quantities[output].boundary != nullptr && quantities[output].boundary->any();
    }));
  }
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    if (!quantities[q].external) continue;
    external_.push_back(q);
    for (std::size_t a = 0; a < 3; ++a) depth_ = std::max({depth_, needed_[q].below[a], needed_[q].above[a]});
  }
  // What does not stay in the cache is asked for early, one array by each stage: not by the first one, which is where it is
  // read, but while others compute.
  asks_.resize(list.size());
  std::size_t stage = list.size() > 1 ? 1 : 0;
  const auto read = std::count_if(lead.begin(), lead.end(), [](Index l) { return l != unread; });
  for (const std::size_t q : external_) {
    if (lead[q] == unread || stage >= list.size() || !domain.outgrows_cache(read)) continue;
    asks_[stage++] = {q, lead[q]};
  }
  work_.resize(domain.blocks().size());
  // Each block's thread makes, and so first touches, its own rings.
  domain.phase([&](const Block& block) { work_[static_cast<std::size_t>(block.number)] = make_work(block); });
}

Index Sweep::work() const {
  Index cells = 0;
  for (const Work& work : work_) {
    for (const Tile& tile : work.tiles) {
      for (const Box& box : tile.boxes) cells += box.cells();
    }
  }
  return cells;
}

bool Sweep::in_place(std::size_t input, std::size_t output) const {
  for (const Work& work : work_) {
    if (work.tiles.size() > 1) return false;  // the next one reads what this one has written
  }
  const auto& list = stages_.list();
  const auto writes = [&](const Stages::Stage& stage) {
    return std::find(stage.outputs.begin(), stage.outputs.end(), external_[output]) != stage.outputs.end();
  };
  const auto writer = static_cast<std::size_t>(std::find_if(list.begin(), list.end(), writes) - list.begin());
  for (std::size_t s = 0; s < list.size(); ++s) {
    for (const auto& [quantity, reach] : list[s].inputs) {
      if (quantity != external_[input]) continue;
      if (s > writer || lag_[writer] < lag_[s] + reach.below[0]) return false;
      const bool beside = reach.below[1] + reach.above[1] + reach.below[2] + reach.above[2] > 0;
      if (s == writer && beside) return false;
    }
  }
  return true;
}

void Sweep::run(const Block& block, std::span<Array* const> arrays, std::span<const double> moments, Cells cells) {
  Work& work = work_[static_cast<std::size_t>(block.number)];
  domain_.seconds(block).time(Part::compute, [&] { run_tiles(block, work, arrays, moments, cells); });
}

void Sweep::run_tiles(const Block& block, Work& work, std::span<Array* const> arrays, std::span<const double> moments,
                      Cells cells) const {
  const bool flat = stages_.dimensions() == 2;
  const Index element = bytes_of(stages_.precision());
  const auto begin = work.tiles.begin() + (cells == Cells::outer ? work.inner : 0);
  const auto end = cells == Cells::inner ? work.tiles.begin() + work.inner : work.tiles.end();
  for (const Tile& tile : std::span(begin, end)) {
    for (std::size_t e = 0; e < external_.size(); ++e) {
      Array& array = *arrays[e];
      const Index plane = array.stride(flat ? 1 : 0) * element;
      const Index row = array.stride(flat ? 0 : 1) * element;
      std::byte* origin = array.address(0, 0, 0) + tile.cells.lower[1] * row + tile.cells.lower[2] * element;
      work.storage[external_[e]] = {origin, plane, -1, row};
    }
    run_tile(block, tile, work, moments);
  }
}

void Sweep::run_tile(const Block& block, const Tile& tile, const Work& work, std::span<const double> moments) const {
  const std::size_t stages = tile.boxes.size();
  const auto visit = [&](std::size_t s, const Range& planes) {
    const Index first = tile.boxes[s].lower[0];
    const Index end = tile.boxes[s].upper[0];
    const Range inside{std::max(planes.lower, first), std::min(planes.upper, end)};
    if (inside.size() > 0) run_planes(block, tile, work, s, inside);
    // One plane more: the ghosts beyond the last one.
    const Range closed{inside.lower, std::min(planes.upper, end + 1)};
    if (closes_[s] && closed.size() > 0) close_walls(block, tile, work.storage, s, closed, moments);
  };
  if (domain_.sweep().order == SweepOptions::Order::plain) {
    for (std::size_t s = 0; s < stages; ++s) visit(s, {tile.boxes[s].lower[0], tile.boxes[s].upper[0] + 1});
    return;
  }
  Index first = tile.boxes[0].lower[0];
  Index last = first;
  for (std::size_t s = 0; s < stages; ++s) {
    first = std::min(first, tile.boxes[s].lower[0] + lag_[s]);
    last = std::max(last, tile.boxes[s].upper[0] + lag_[s]);
  }
  for (Index front = first; front <= last; front += work.tiling.band) {
    for (std::size_t s = 0; s < stages; ++s) visit(s, {front - lag_[s], front - lag_[s] + work.tiling.band});
  }
}

void Sweep::run_planes(const Block& block, const Tile& tile, const Work& work, std::size_t stage,
                       const Range& planes) const {
  const Stages::Stage& of = stages_.list()[stage];
  const Box& box = tile.boxes[stage];
  const bool flat = stages_.dimensions() == 2;
  const auto ahead = [&](Index plane) -> Ahead {
    if (!asks_[stage]) return {};
    const auto& [quantity, lead] = *asks_[stage];
    const Storage& array = work.storage[quantity];
    const Index first = box.lower[2] * bytes_of(stages_.precision()) + (flat ? 0 : box.lower[1] * array.row);
    return {array.at(plane + lag_[stage] + lead + work.tiling.band) + first, flat ? array.plane : array.row};
  };
  for (Index plane = planes.lower; plane < planes.upper; plane += flat ? planes.size() : 1) {
    of.kernel({block.number,
               flat ? planes.size() : box.extent(1),
               box.extent(2),
               {plane, box.lower[1], box.lower[2]},
               work.storage.data(),
               of.operands.data(),
               tile.cells.lower,
               flat,
               ahead(plane)});
  }
}

/// The ghosts of a stage's outputs in these planes and, beside a wall along axis 0, in the plane below; the plane above
/// the last one is all ghosts.
void Sweep::close_walls(const Block& block, const Tile& tile, std::span<const Storage> storage, std::size_t stage,
                        const Range& planes, std::span<const double> moments) const {
  const Box& box = tile.boxes[stage];
  const Walls& walls = tile.walls[stage];
  for (const std::size_t q : stages_.list()[stage].outputs) {
    const Boundary* boundary = stages_.quantities()[q].boundary;
    if (boundary == nullptr) continue;
    const Storage& of = storage[q];
    const Index bytes = bytes_of(stages_.precision());
    const Index3 along{of.plane / bytes, of.row / bytes, 1};
    const Index3 stride = stages_.dimensions() == 2 ? Index3{0, along[0], 1} : along;
    const auto fill = [&](const Box& ghosts, int axis, int side, Index inside) {
      std::byte* values = of.at(ghosts.lower[0]) -
                          (ghosts.lower[0] * along[0] + tile.cells.lower[1] * along[1] + tile.cells.lower[2]) * bytes;
      boundary->fill(block, swapped(ghosts), array_axis(axis), side, moments[stages_.quantities()[q].moment], values,
                     stride, inside);
    };
    // Planes that lie one behind the other in the ring.
    const auto close_planes = [&](const Range& p) {
      Box ghosts = box;
      ghosts.lower[0] = p.lower;
      ghosts.upper[0] = p.upper;
      for (int axis = 1; axis < 3; ++axis) {
        const std::size_t a = at(axis);
        const Index lower = ghosts.lower[a];
        const Index upper = ghosts.upper[a];
        for (int side = 0; side < 2; ++side) {
          if (!walls[a][at(side)]) continue;
          ghosts.lower[a] = side == 0 ? lower - 1 : upper;
          ghosts.upper[a] = ghosts.lower[a] + 1;
          fill(ghosts, axis, side, side == 0 ? along[a] : -along[a]);
        }
        // They count for the axis that follows.
        ghosts.lower[a] = lower - (walls[a][0] ? 1 : 0);
        ghosts.upper[a] = upper + (walls[a][1] ? 1 : 0);
      }
    };
    const auto make_plane = [&](Index p, int side) {
      Box ghosts = box;
      ghosts.lower[0] = p;
      ghosts.upper[0] = p + 1;
      fill(ghosts, 0, side, (of.at(side == 0 ? p + 1 : p - 1) - of.at(p)) / bytes);
      close_planes({p, p + 1});
    };
    const Index end = std::min(planes.upper, box.upper[0]);
    for (Index p = planes.lower; p < end;) {
      const Index next = std::min(end, (p | of.mask) + 1);
      close_planes({p, next});
      p = next;
    }
    if (walls[0][0] && planes.lower == box.lower[0] && end > planes.lower) make_plane(box.lower[0] - 1, 0);
    if (walls[0][1] && planes.upper > box.upper[0]) make_plane(box.upper[0], 1);
  }
}

}  // namespace tessera
