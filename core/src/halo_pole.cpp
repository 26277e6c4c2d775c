// Halos across the poles of a sphere: what lies beyond a pole lies half a turn away.
#include <algorithm>

#include "tessera/core/halo.hpp"

namespace tessera {
namespace {

/// A range of one block that is to be copied, and where to in another.
struct Piece {
  Range source;
  Range target;
};

/// Where the ghosts and own values [lower, upper) of `to`, which repeat those `shift` further on, lie in `from`'s own, which
/// are [own.lower, own.upper): all in the grid's numbering, which repeats after `period` (0: never). In the blocks' numbering.
std::vector<Piece> overlaps(const Range& wanted, Index shift, Index period, const Range& own, Index from, Index to) {
  std::vector<Piece> pieces;
  for (Index turn = -2; turn <= 2; ++turn) {
    if (period == 0 && turn != 0) continue;
    const Index move = shift + turn * period;
    const Range source{std::max(wanted.lower + move, own.lower), std::min(wanted.upper + move, own.upper)};
    if (source.size() <= 0) continue;
    pieces.push_back(
        {{source.lower - from, source.upper - from}, {source.lower - move - to, source.upper - move - to}});
  }
  return pieces;
}

}  // namespace

/// What `to` has in its ghosts beyond the pole at its lower or upper side of `from`'s own values, both being at that pole.
std::vector<HaloExchange::Transfer> HaloExchange::over_pole(const Block& from, const Block& to, int side) const {
  const Grid& grid = domain_.grid();
  const int pole = grid.polar_axis();
  const int longitude = pole - 1;
  std::vector<Transfer> transfers;
  for (std::size_t f = 0; f < locations_.size(); ++f) {
    std::array<std::vector<Piece>, 3> pieces;
    for (int a = 0; a < 3; ++a) {
      const Index e = extra(locations_[f], a);
      const Index n = to.cells.extent(a);
      if (a == pole) {
        const Index m = from.cells.extent(a);
        pieces[at(a)] = {side == 0 ? Piece{{e, e + depth_}, {-depth_, 0}}
                                   : Piece{{m - depth_, m}, {n + e, n + e + depth_}}};
        continue;
      }
      const Index ghosts = grid.flat(a) ? 0 : depth_;
      Range wanted{to.cells.lower[at(a)] - ghosts, to.cells.upper[at(a)] + e + ghosts};
      Range own{from.cells.lower[at(a)], from.cells.upper[at(a)]};
      if (!grid.periodic(a)) {
        wanted = {std::max<Index>(wanted.lower, 0), std::min(wanted.upper, grid.cells(a) + e)};
        if (own.upper == grid.cells(a)) own.upper += e;
      }
      const Index shift = a == longitude ? grid.cells(a) / 2 : 0;
      pieces[at(a)] = overlaps(wanted, shift, grid.periodic(a) ? grid.cells(a) : 0, own, from.cells.lower[at(a)],
                               to.cells.lower[at(a)]);
    }
    for (const Piece& i : pieces[0]) {
      for (const Piece& j : pieces[1]) {
        for (const Piece& k : pieces[2]) {
          Transfer transfer;
          transfer.turned = pole;
          transfer.source.resize(locations_.size());
          transfer.target.resize(locations_.size());
          transfer.source[f] = {{i.source.lower, j.source.lower, k.source.lower},
                                {i.source.upper, j.source.upper, k.source.upper}};
          transfer.target[f] = {{i.target.lower, j.target.lower, k.target.lower},
                                {i.target.upper, j.target.upper, k.target.upper}};
          transfers.push_back(std::move(transfer));
        }
      }
    }
  }
  return transfers;
}

/// Every pair of blocks finds the same pieces in the same order, whichever of the two looks.
void HaloExchange::add_poles(const Block& block, Plan& plan) const {
  for (int side = 0; side < 2; ++side) {
    for (const auto& [other, rank] : domain_.across_pole(block, side)) {
      std::vector<Transfer> received = over_pole(other, block, side);
      std::vector<Transfer> sent = over_pole(block, other, side);
      if (received.empty() && sent.empty()) continue;
      const bool local = rank == domain_.communicator().rank();
      const BlockAddress address{rank, other.number};
      auto& neighbours = local ? plan.local : plan.remote;
      auto found = std::find_if(neighbours.begin(), neighbours.end(),
                                [&](const Neighbour& neighbour) { return neighbour.address == address; });
      if (found == neighbours.end())
        found = neighbours.insert(neighbours.end(), Neighbour{address, {}, {}, {}, {}, {}});
      std::move(received.begin(), received.end(), std::back_inserter(found->received_over_pole));
      std::move(sent.begin(), sent.end(), std::back_inserter(found->sent_over_pole));
    }
  }
}

}  // namespace tessera
