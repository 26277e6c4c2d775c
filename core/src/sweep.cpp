#include "tessera/core/sweep.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "tessera/core/boundary.hpp"

namespace tessera {

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
    Index layers = 0;
    for (const auto output : stage.outputs) layers = std::max(layers, quantities[output].layers);
    layers_.push_back(layers);
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
    if (inside.size() > 0) {
      run_planes(block, tile, work, s, inside);
      if (stages_.list()[s].shut != nullptr) shut_faces(block, tile, work.storage, s, inside);
    }
    // Some planes more: the ghosts beyond the last one.
    const Range closed{inside.lower, std::min(planes.upper, end + layers_[s])};
    if (layers_[s] > 0 && closed.size() > 0) close_walls(block, tile, work.storage, s, closed, moments);
  };
  if (domain_.sweep().order == SweepOptions::Order::plain) {
    for (std::size_t s = 0; s < stages; ++s) visit(s, {tile.boxes[s].lower[0], tile.boxes[s].upper[0] + layers_[s]});
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

/// Sets a stage's outputs on faces, in these planes, to 0 where nothing may flow.
void Sweep::shut_faces(const Block& block, const Tile& tile, std::span<const Storage> storage, std::size_t stage,
                       const Range& planes) const {
  const Boundary& boundary = *stages_.list()[stage].shut;
  const Grid& grid = domain_.grid();
  const Index bytes = bytes_of(stages_.precision());
  for (const std::size_t q : stages_.list()[stage].outputs) {
    for (int axis = 0; axis < 3; ++axis) {
      if (extra(stages_.quantities()[q].location, axis) == 0) continue;
      const int array = array_axis(axis);
      for (int side = 0; side < 2; ++side) {
        const Index end = side == 0 ? 0 : grid.cells(array);
        const bool rigid = grid.wall(array, side) && boundary.rigid(array, side);
        if (!rigid && !grid.polar(array, side)) continue;
        Box faces = tile.boxes[stage];
        faces.lower[0] = planes.lower;
        faces.upper[0] = planes.upper;
        const Index face = end - block.cells.lower[at(array)];
        if (face < faces.lower[at(axis)] || face >= faces.upper[at(axis)]) continue;
        faces.lower[at(axis)] = face;
        faces.upper[at(axis)] = face + 1;
        for (Index p = faces.lower[0]; p < faces.upper[0]; ++p) {
          for (Index j = faces.lower[1]; j < faces.upper[1]; ++j) {
            std::byte* row = storage[q].at(p) + (j - tile.cells.lower[1]) * storage[q].row;
            std::memset(row + (faces.lower[2] - tile.cells.lower[2]) * bytes, 0,
                        static_cast<std::size_t>(faces.extent(2) * bytes));
          }
        }
      }
    }
  }
}

/// The ghosts of a stage's outputs in these planes and, once there are the planes that they are made of, in those beyond a
/// wall along axis 0. Planes behind the last one are such ghosts.
void Sweep::close_walls(const Block& block, const Tile& tile, std::span<const Storage> storage, std::size_t stage,
                        const Range& planes, std::span<const double> moments) const {
  for (const std::size_t q : stages_.list()[stage].outputs) {
    const Stages::Properties& quantity = stages_.quantities()[q];
    if (quantity.layers == 0) continue;
    // No more than the tile's cells need: there is no memory for others.
    const auto layers_at = [&](int axis, int side) {
      return std::min(quantity.layers, tile.walls[stage][at(side)][at(axis)]);
    };
    Box box = tile.boxes[stage];
    for (int axis = 0; axis < 3; ++axis)
      box.upper[at(axis)] += extra(quantity.location, axis) - faces_[stage][at(axis)];
    const Storage& of = storage[q];
    const Index bytes = bytes_of(stages_.precision());
    const Index3 along{of.plane / bytes, of.row / bytes, 1};
    const auto fill = [&](const Box& ghosts, int axis, int side, Index layer, const Index3& inside) {
      std::byte* values = of.at(ghosts.lower[0]) -
                          (ghosts.lower[0] * along[0] + tile.cells.lower[1] * along[1] + tile.cells.lower[2]) * bytes;
      const Index3 stride = stages_.dimensions() == 2 ? Index3{0, along[0], 1} : along;
      quantity.boundary->fill(block, {swapped(ghosts), array_axis(axis), side, layer, values, stride, inside},
                              moments[quantity.moment]);
    };
    // Planes that lie one behind the other in the ring.
    const auto close_planes = [&](const Range& p) {
      Box before = box;
      before.lower[0] = p.lower;
      before.upper[0] = p.upper;
      for (int axis = 1; axis < 3; ++axis) {
        const std::size_t a = at(axis);
        for (int side = 0; side < 2; ++side) {
          const Index inwards = side == 0 ? along[a] : -along[a];
          for (Index layer = 1; layer <= layers_at(axis, side); ++layer) {
            Box ghosts = before;
            ghosts.lower[a] = side == 0 ? box.lower[a] - layer : box.upper[a] + layer - 1;
            ghosts.upper[a] = ghosts.lower[a] + 1;
            fill(ghosts, axis, side, layer, {layer * inwards, (layer + 1) * inwards, (layer + 2) * inwards});
          }
        }
        // They count for the axis that follows.
        before.lower[a] -= layers_at(axis, 0);
        before.upper[a] += layers_at(axis, 1);
      }
    };
    const auto make_plane = [&](int side, Index layer) {
      Box ghosts = box;
      ghosts.lower[0] = side == 0 ? box.lower[0] - layer : box.upper[0] + layer - 1;
      ghosts.upper[0] = ghosts.lower[0] + 1;
      const auto inside = [&](Index cell) {
        const Index distance = layer + cell;
        return (of.at(ghosts.lower[0] + (side == 0 ? distance : -distance)) - of.at(ghosts.lower[0])) / bytes;
      };
      fill(ghosts, 0, side, layer, {inside(0), inside(1), inside(2)});
      close_planes({ghosts.lower[0], ghosts.upper[0]});
    };
    const Range own{planes.lower, std::min(planes.upper, box.upper[0])};
    for (Index p = own.lower; p < own.upper;) {
      const Index next = of.mask < 0 ? own.upper : std::min(own.upper, (p | of.mask) + 1);  // all of an array do
      close_planes({p, next});
      p = next;
    }
    if (const Index layers = layers_at(0, 0); layers > 0) {
      const Index last = box.lower[0] + std::max<Index>(quantity.boundary->needed(array_axis(0), 0, layers), 1) - 1;
      for (Index layer = 1; layer <= layers && own.lower <= last && last < own.upper; ++layer) make_plane(0, layer);
    }
    for (Index layer = 1; layer <= layers_at(0, 1); ++layer) {
      const Index p = box.upper[0] + layer - 1;
      if (planes.lower <= p && p < planes.upper) make_plane(1, layer);
    }
  }
}

}  // namespace tessera
