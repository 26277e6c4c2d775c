/// The halo exchange: ghosts filled from the neighbouring blocks, corners included, and from those across a pole.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tessera/core/field.hpp"

namespace tessera {

/// Exchanges `depth` layers of several fields at once: one message from a block to each neighbouring block of another
/// rank, plain copies between blocks of one rank. Along an axis of two ranks both neighbours are the same block: what goes
/// to it in several directions is one message. Its tag says which block of the one rank sends to which of the other.
/// Where the domain's exchange is funneled, all messages go through the calling thread, between phases.
class HaloExchange {
 public:
  using Phase = FunctionRef<void(const Block&)>;

  /// The axes along which a field's ghosts beyond the grid's periodic ends have the other sign.
  using Antiperiodic = std::array<bool, 3>;

  /// `locations`: of the fields that run() is given, in their order. `depth`: ghost layers to fill; no
  /// block may be thinner along an axis that is exchanged. `antiperiodic`: for each field, or none.
  HaloExchange(Domain& domain, std::vector<Location> locations, Index depth,
               std::vector<Antiperiodic> antiperiodic = {});

  /// Fills the ghosts of `fields`. While messages travel, `meanwhile` runs for every block: it must not write the fields' own
  /// cells, and of their ghosts only those from blocks of the same rank are there to be read. `afterwards` runs for a block once its ghosts are filled.
  void run(std::span<Field* const> fields, Phase meanwhile, Phase afterwards);

  Index depth() const noexcept { return depth_; }

 private:
  struct Transfer {  // one direction of one block
    std::vector<Box>
        source;  // a box a field: what the neighbour there needs or, of one of this rank, has for this block
    std::vector<Box> target;       // the ghosts that it fills here
    std::optional<int> turned;     // across a pole: the axis along which the source is read backwards
    std::array<bool, 3> beyond{};  // the axes along which it passes a periodic end of the grid
  };
  struct Neighbour {  // a block, and all directions in which it lies
    BlockAddress address{};
    std::vector<Transfer> transfers;
    std::vector<Transfer> sent_over_pole;
    std::vector<Transfer> received_over_pole;
    std::vector<std::byte> send_buffer;
    std::vector<std::byte> receive_buffer;
  };
  struct Plan {  // of one block
    std::vector<Neighbour> local;
    std::vector<Neighbour> remote;
    std::vector<comm::Request> requests;
  };

  Plan make_plan(const Block& block) const;
  void add_poles(const Block& block, Plan& plan) const;
  std::vector<Transfer> over_pole(const Block& from, const Block& to, int side) const;
  bool opposite(const Transfer& transfer, std::size_t field) const;
  void pack_and_copy(const Block& block, std::span<Field* const> fields);
  int tag(int from, int to) const;  // block numbers
  void receive(const Block& block);
  void send(const Block& block);
  void unpack(const Block& block, std::span<Field* const> fields);

  Domain& domain_;
  std::vector<Location> locations_;
  std::vector<Antiperiodic> antiperiodic_;
  Index depth_;
  std::vector<Plan> plans_;
};

}  // namespace tessera
