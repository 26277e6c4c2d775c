/// The halo exchange: ghosts filled from the neighbouring blocks, corners included.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "tessera/core/field.hpp"

namespace tessera {

/// Exchanges `depth` layers of several fields at once: one message for each pair of blocks of different
/// ranks, plain copies between blocks of one rank.
///
/// A message is identified by the sending block's number and the direction in which it goes, so that
/// an axis with one or two ranks, where both neighbours are the same, works like any other.
/// Where the domain's exchange is funneled, all messages go through the calling thread, between phases.
class HaloExchange {
 public:
  using Phase = std::function<void(const Block&)>;

  /// `locations`: of the fields that run() is given, in their order. `depth`: ghost layers to fill; no
  /// block may be thinner along an axis that is exchanged.
  HaloExchange(Domain& domain, std::vector<Location> locations, Index depth);

  /// Fills the ghosts of `fields`. While messages travel, `meanwhile` runs for every block: it must not
  /// write the fields' own cells, nor read their ghosts. `afterwards` runs for a block once its ghosts are filled.
  void run(std::span<Field* const> fields, const Phase& meanwhile, const Phase& afterwards);

  Index depth() const noexcept { return depth_; }

 private:
  struct Transfer {           // one direction of one block
    std::vector<Box> source;  // what the neighbour in this direction needs, a box a field
    std::vector<Box> target;  // the ghosts that it fills here
    Index3 direction{};
    BlockAddress neighbour{};
    bool local = false;
    int send_tag = 0;
    int receive_tag = 0;
    std::vector<std::byte> send_buffer;
    std::vector<std::byte> receive_buffer;
  };
  struct Plan {  // of one block
    std::vector<Transfer> transfers;
    std::vector<comm::Request> requests;
  };

  Transfer plan_transfer(const Block& block, const Index3& direction, const BlockAddress& neighbour) const;
  void pack_and_copy(const Block& block, std::span<Field* const> fields);
  void receive(Plan& plan);
  void send(Plan& plan);
  void unpack(const Block& block, std::span<Field* const> fields);

  Domain& domain_;
  std::vector<Location> locations_;
  Index depth_;
  std::vector<Plan> plans_;
};

}  // namespace tessera
