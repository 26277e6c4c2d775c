#include "tessera/core/halo.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "tessera/core/failure.hpp"

namespace tessera {
namespace {

constexpr int directions = 27;

int number(const Index3& direction) {
  return static_cast<int>((direction[0] + 1) * 9 + (direction[1] + 1) * 3 + direction[2] + 1);
}

Index3 opposite(const Index3& d) { return {-d[0], -d[1], -d[2]}; }

/// What a block sends in `direction` (its outermost own layers) or the ghosts that it fills there.
/// The face that two blocks share belongs to both and does not travel.
Box layers(const Block& block, Location location, const Index3& direction, Index depth, bool ghosts) {
  Box box;
  for (int axis = 0; axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    const Index n = block.cells.extent(axis);
    const Index e = extra(location, axis);
    Index lower = 0;
    Index upper = n + e;
    if (direction[a] == -1) {
      lower = ghosts ? -depth : e;
      upper = lower + depth;
    } else if (direction[a] == 1) {
      lower = ghosts ? n + e : n - depth;
      upper = lower + depth;
    }
    box.lower[a] = lower;
    box.upper[a] = upper;
  }
  return box;
}

Index row_bytes(const Array& array, const Box& box) { return box.extent(2) * bytes_of(array.precision()); }

/// Most rows of a halo are a few values: shorter than a call of memcpy takes.
void copy_row(const std::byte* from, std::byte* to, Index bytes) {
  constexpr Index few = 64;
  if (bytes > few) {
    std::copy_n(from, bytes, to);
    return;
  }
  Index b = 0;
  for (; b + 8 <= bytes; b += 8) std::copy_n(from + b, 8, to + b);
  if (b < bytes) std::copy_n(from + b, 4, to + b);
}

std::byte* pack(const Array& array, const Box& box, std::byte* out) {
  const Index bytes = row_bytes(array, box);
  for_each_row(box, [&](Index i, Index j) {
    copy_row(array.address(i, j, box.lower[2]), out, bytes);
    out += bytes;
  });
  return out;
}

const std::byte* unpack_box(Array& array, const Box& box, const std::byte* in) {
  const Index bytes = row_bytes(array, box);
  for_each_row(box, [&](Index i, Index j) {
    copy_row(in, array.address(i, j, box.lower[2]), bytes);
    in += bytes;
  });
  return in;
}

void copy_box(const Array& from, const Box& source, Array& to, const Box& target) {
  const Index bytes = row_bytes(to, target);
  for (Index i = 0; i < target.extent(0); ++i) {
    for (Index j = 0; j < target.extent(1); ++j) {
      copy_row(from.address(source.lower[0] + i, source.lower[1] + j, source.lower[2]),
               to.address(target.lower[0] + i, target.lower[1] + j, target.lower[2]), bytes);
    }
  }
}

Index total_cells(const std::vector<Box>& boxes) {
  Index sum = 0;
  for (const Box& box : boxes) sum += box.cells();
  return sum;
}

}  // namespace

HaloExchange::HaloExchange(Domain& domain, std::vector<Location> locations, Index depth)
    : domain_(domain), locations_(std::move(locations)), depth_(depth), plans_(domain.blocks().size()) {
  if (!domain.thick_enough(depth)) throw std::logic_error("HaloExchange: a block is thinner than the exchange is deep");
  const int limit = domain.communicator().tag_limit();
  if (limit / directions <= domain.layout().thread_count()) {
    throw RunError("layout.threads: " + std::to_string(domain.layout().thread_count()) +
                   " threads need more message tags than this MPI has (" + std::to_string(limit) +
                   "): use fewer threads a rank");
  }
  // Each block's thread makes, and so first touches, its own buffers.
  domain.phase([&](const Block& block) {
    Plan& plan = plans_[static_cast<std::size_t>(block.number)];
    for (int d = 0; d < directions; ++d) {
      const Index3 direction{d / 9 - 1, d / 3 % 3 - 1, d % 3 - 1};
      if (direction == Index3{0, 0, 0}) continue;
      bool possible = true;
      for (int a = 0; a < 3; ++a)
        possible = possible && (direction[static_cast<std::size_t>(a)] == 0 || !domain.grid().flat(a));
      if (!possible) continue;
      if (const auto neighbour = domain.neighbour(block, direction)) {
        plan.transfers.push_back(plan_transfer(block, direction, *neighbour));
      }
    }
    plan.requests.resize(2 * plan.transfers.size());
  });
}

HaloExchange::Transfer HaloExchange::plan_transfer(const Block& block, const Index3& direction,
                                                   const BlockAddress& neighbour) const {
  Transfer transfer;
  transfer.direction = direction;
  transfer.neighbour = neighbour;
  transfer.local = neighbour.rank == domain_.communicator().rank();
  for (const Location location : locations_) {
    transfer.source.push_back(layers(block, location, direction, depth_, false));
    transfer.target.push_back(layers(block, location, direction, depth_, true));
  }
  transfer.send_tag = block.number * directions + number(direction);
  transfer.receive_tag = neighbour.number * directions + number(opposite(direction));
  if (!transfer.local) {
    const Index element = bytes_of(domain_.precision());
    transfer.send_buffer.resize(static_cast<std::size_t>(total_cells(transfer.source) * element));
    transfer.receive_buffer.resize(static_cast<std::size_t>(total_cells(transfer.target) * element));
  }
  return transfer;
}

void HaloExchange::run(std::span<Field* const> fields, const Phase& meanwhile, const Phase& afterwards) {
  const auto plan_of = [&](const Block& block) -> Plan& { return plans_[static_cast<std::size_t>(block.number)]; };
  const auto timed = [&](const Block& block, Part part, const auto& work) { domain_.seconds(block).time(part, work); };
  const auto wait = [&](const Block& block) { comm::waitall(plan_of(block).requests, domain_.exchange().wait); };
  if (domain_.exchange().funneled) {
    for (const Block& block : domain_.blocks()) timed(block, Part::exchange, [&] { receive(plan_of(block)); });
    domain_.phase([&](const Block& block) { timed(block, Part::exchange, [&] { pack_and_copy(block, fields); }); });
    for (const Block& block : domain_.blocks()) timed(block, Part::exchange, [&] { send(plan_of(block)); });
    domain_.phase(meanwhile);
    for (const Block& block : domain_.blocks()) timed(block, Part::wait, [&] { wait(block); });
    domain_.phase([&](const Block& block) {
      timed(block, Part::exchange, [&] { unpack(block, fields); });
      afterwards(block);
    });
    return;
  }
  domain_.phase([&](const Block& block) {
    timed(block, Part::exchange, [&] {
      receive(plan_of(block));
      pack_and_copy(block, fields);
      send(plan_of(block));
    });
    meanwhile(block);
  });
  domain_.phase([&](const Block& block) {
    timed(block, Part::wait, [&] { wait(block); });
    timed(block, Part::exchange, [&] { unpack(block, fields); });
    afterwards(block);
  });
}

void HaloExchange::receive(Plan& plan) {
  for (std::size_t t = 0; t < plan.transfers.size(); ++t) {
    Transfer& transfer = plan.transfers[t];
    if (transfer.local) continue;
    plan.requests[2 * t] =
        domain_.communicator().irecv(transfer.receive_buffer, transfer.neighbour.rank, transfer.receive_tag);
  }
}

void HaloExchange::send(Plan& plan) {
  for (std::size_t t = 0; t < plan.transfers.size(); ++t) {
    const Transfer& transfer = plan.transfers[t];
    if (transfer.local) continue;
    plan.requests[2 * t + 1] =
        domain_.communicator().isend(transfer.send_buffer, transfer.neighbour.rank, transfer.send_tag);
  }
}

void HaloExchange::pack_and_copy(const Block& block, std::span<Field* const> fields) {
  for (Transfer& transfer : plans_[static_cast<std::size_t>(block.number)].transfers) {
    if (!transfer.local) {
      std::byte* out = transfer.send_buffer.data();
      for (std::size_t f = 0; f < fields.size(); ++f) out = pack((*fields[f])[block], transfer.source[f], out);
      continue;
    }
    // The neighbour's layers that lie towards this block: its own transfer in the opposite direction.
    const Block& other = domain_.blocks()[static_cast<std::size_t>(transfer.neighbour.number)];
    for (std::size_t f = 0; f < fields.size(); ++f) {
      const Box source = layers(other, locations_[f], opposite(transfer.direction), depth_, false);
      copy_box((*fields[f])[other], source, (*fields[f])[block], transfer.target[f]);
    }
  }
}

void HaloExchange::unpack(const Block& block, std::span<Field* const> fields) {
  for (const Transfer& transfer : plans_[static_cast<std::size_t>(block.number)].transfers) {
    if (transfer.local) continue;
    const std::byte* in = transfer.receive_buffer.data();
    for (std::size_t f = 0; f < fields.size(); ++f) in = unpack_box((*fields[f])[block], transfer.target[f], in);
  }
}

}  // namespace tessera
