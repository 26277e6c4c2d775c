#include "tessera/core/halo.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>

#include "tessera/core/failure.hpp"
#include "tessera/core/waiting.hpp"

namespace tessera {
namespace {

std::atomic<int> waiting = 0;

Index3 reverse(const Index3& d) { return {-d[0], -d[1], -d[2]}; }

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

/// How the source of a copy is read: as it is or, across a pole, backwards along an axis; with the other sign for what points
/// to a pole, and beyond antiperiodic ends.
struct Reading {
  std::optional<int> turned;
  bool opposite;
};

void read_row(const Array& array, const std::byte* row, std::byte* to, Index bytes, const Reading& reading) {
  if (!reading.turned && !reading.opposite) {
    copy_row(row, to, bytes);
    return;
  }
  with_real(array.precision(), [&]<class Real>() {
    const auto* from = reinterpret_cast<const Real*>(row);
    auto* out = reinterpret_cast<Real*>(to);
    const Index n = bytes / static_cast<Index>(sizeof(Real));
    for (Index k = 0; k < n; ++k) {
      const Real value = from[reading.turned == 2 ? n - 1 - k : k];
      out[k] = reading.opposite ? -value : value;
    }
  });
}

/// Calls f(row) for the rows of a box, in the order of their targets.
template <class F>
void for_each_source_row(const Array& array, const Box& box, const Reading& reading, const F& f) {
  for_each_row(box, [&](Index i, Index j) {
    if (reading.turned == 0) i = box.lower[0] + box.upper[0] - 1 - i;
    if (reading.turned == 1) j = box.lower[1] + box.upper[1] - 1 - j;
    f(array.address(i, j, box.lower[2]));
  });
}

std::byte* pack(const Array& array, const Box& box, std::byte* out, const Reading& reading) {
  const Index bytes = row_bytes(array, box);
  for_each_source_row(array, box, reading, [&](const std::byte* row) {
    read_row(array, row, out, bytes, reading);
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

void copy_box(const Array& from, const Box& source, Array& to, const Box& target, const Reading& reading) {
  const Index bytes = row_bytes(to, target);
  Index i = target.lower[0];
  Index j = target.lower[1];
  for_each_source_row(from, source, reading, [&](const std::byte* row) {
    read_row(from, row, to.address(i, j, target.lower[2]), bytes, reading);
    if (++j < target.upper[1]) return;
    j = target.lower[1];
    ++i;
  });
}

}  // namespace

int threads_waiting() noexcept { return waiting.load(std::memory_order_relaxed); }

HaloExchange::HaloExchange(Domain& domain, std::vector<Location> locations, Index depth,
                           std::vector<Antiperiodic> antiperiodic)
    : domain_(domain),
      locations_(std::move(locations)),
      antiperiodic_(std::move(antiperiodic)),
      depth_(depth),
      plans_(domain.blocks().size()) {
  antiperiodic_.resize(locations_.size());
  if (!domain.thick_enough(depth)) throw std::logic_error("HaloExchange: a block is thinner than the exchange is deep");
  const int limit = domain.communicator().tag_limit();
  const int threads = domain.layout().thread_count();
  if (threads > limit / threads) {
    throw RunError("layout.threads: " + std::to_string(threads) +
                   " threads need more message tags than this MPI has (" + std::to_string(limit) +
                   "): use fewer threads a rank");
  }
  // Each block's thread makes, and so first touches, its own buffers.
  domain.phase([&](const Block& block) { plans_[static_cast<std::size_t>(block.number)] = make_plan(block); });
}

HaloExchange::Plan HaloExchange::make_plan(const Block& block) const {
  Plan plan;
  constexpr int directions = 27;
  for (int d = 0; d < directions; ++d) {
    const Index3 direction{d / 9 - 1, d / 3 % 3 - 1, d % 3 - 1};
    if (direction == Index3{0, 0, 0}) continue;
    bool possible = true;
    for (int a = 0; a < 3; ++a)
      possible = possible && (direction[static_cast<std::size_t>(a)] == 0 || !domain_.grid().flat(a));
    if (!possible) continue;
    const auto address = domain_.neighbour(block, direction);
    if (!address) continue;
    const bool local = address->rank == domain_.communicator().rank();
    auto& neighbours = local ? plan.local : plan.remote;
    auto found = std::find_if(neighbours.begin(), neighbours.end(),
                              [&](const Neighbour& neighbour) { return neighbour.address == *address; });
    if (found == neighbours.end()) found = neighbours.insert(neighbours.end(), Neighbour{*address, {}, {}, {}, {}, {}});
    const Block& sender = local ? domain_.blocks()[static_cast<std::size_t>(address->number)] : block;
    Transfer transfer;
    for (int a = 0; a < 3; ++a) {
      const Index to = direction[static_cast<std::size_t>(a)];
      transfer.beyond[static_cast<std::size_t>(a)] = to != 0 && domain_.at_end(block, a, to < 0 ? 0 : 1);
    }
    for (const Location location : locations_) {
      transfer.source.push_back(layers(sender, location, local ? reverse(direction) : direction, depth_, false));
      transfer.target.push_back(layers(block, location, direction, depth_, true));
    }
    found->transfers.push_back(std::move(transfer));
  }
  add_poles(block, plan);
  const auto bytes = [&](const std::vector<Box>& boxes) {
    Index cells = 0;
    for (const Box& box : boxes) cells += box.cells();
    return static_cast<std::size_t>(cells * bytes_of(domain_.precision()));
  };
  for (Neighbour& neighbour : plan.remote) {
    std::size_t sent = 0;
    std::size_t received = 0;
    for (const Transfer& transfer : neighbour.transfers) {
      sent += bytes(transfer.source);
      received += bytes(transfer.target);
    }
    for (const Transfer& transfer : neighbour.sent_over_pole) sent += bytes(transfer.source);
    for (const Transfer& transfer : neighbour.received_over_pole) received += bytes(transfer.target);
    neighbour.send_buffer.resize(sent);
    neighbour.receive_buffer.resize(received);
  }
  plan.requests.resize(2 * plan.remote.size());
  return plan;
}

void HaloExchange::run(std::span<Field* const> fields, Phase meanwhile, Phase afterwards) {
  const auto plan_of = [&](const Block& block) -> Plan& { return plans_[static_cast<std::size_t>(block.number)]; };
  const auto timed = [&](const Block& block, Part part, const auto& work) { domain_.seconds(block).time(part, work); };
  const auto wait = [&](const Block& block) {
    waiting.fetch_add(1, std::memory_order_relaxed);
    comm::waitall(plan_of(block).requests, domain_.exchange().wait);
    waiting.fetch_sub(1, std::memory_order_relaxed);
  };
  if (domain_.exchange().funneled) {
    for (const Block& block : domain_.blocks()) timed(block, Part::exchange, [&] { receive(block); });
    domain_.phase([&](const Block& block) { timed(block, Part::exchange, [&] { pack_and_copy(block, fields); }); });
    for (const Block& block : domain_.blocks()) timed(block, Part::exchange, [&] { send(block); });
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
      receive(block);
      pack_and_copy(block, fields);
      send(block);
    });
    meanwhile(block);
  });
  domain_.phase([&](const Block& block) {
    timed(block, Part::wait, [&] { wait(block); });
    timed(block, Part::exchange, [&] { unpack(block, fields); });
    afterwards(block);
  });
}

int HaloExchange::tag(int from, int to) const { return from * domain_.layout().thread_count() + to; }

void HaloExchange::receive(const Block& block) {
  Plan& plan = plans_[static_cast<std::size_t>(block.number)];
  for (std::size_t n = 0; n < plan.remote.size(); ++n) {
    Neighbour& from = plan.remote[n];
    plan.requests[2 * n] =
        domain_.communicator().irecv(from.receive_buffer, from.address.rank, tag(from.address.number, block.number));
  }
}

void HaloExchange::send(const Block& block) {
  Plan& plan = plans_[static_cast<std::size_t>(block.number)];
  for (std::size_t n = 0; n < plan.remote.size(); ++n) {
    const Neighbour& to = plan.remote[n];
    plan.requests[2 * n + 1] =
        domain_.communicator().isend(to.send_buffer, to.address.rank, tag(block.number, to.address.number));
  }
}

bool HaloExchange::opposite(const Transfer& transfer, std::size_t field) const {
  bool opposite = transfer.turned && locations_[field] == faces(*transfer.turned);
  for (std::size_t a = 0; a < 3; ++a) opposite ^= transfer.beyond[a] && antiperiodic_[field][a];
  return opposite;
}

void HaloExchange::pack_and_copy(const Block& block, std::span<Field* const> fields) {
  Plan& plan = plans_[static_cast<std::size_t>(block.number)];
  for (Neighbour& to : plan.remote) {
    std::byte* out = to.send_buffer.data();
    for (const auto* transfers : {&to.transfers, &to.sent_over_pole}) {
      for (const Transfer& transfer : *transfers) {
        for (std::size_t f = 0; f < fields.size(); ++f)
          out = pack((*fields[f])[block], transfer.source[f], out, {transfer.turned, opposite(transfer, f)});
      }
    }
  }
  for (const Neighbour& from : plan.local) {
    const Block& other = domain_.blocks()[static_cast<std::size_t>(from.address.number)];
    for (const auto* transfers : {&from.transfers, &from.received_over_pole}) {
      for (const Transfer& transfer : *transfers) {
        for (std::size_t f = 0; f < fields.size(); ++f)
          copy_box((*fields[f])[other], transfer.source[f], (*fields[f])[block], transfer.target[f],
                   {transfer.turned, opposite(transfer, f)});
      }
    }
  }
}

void HaloExchange::unpack(const Block& block, std::span<Field* const> fields) {
  for (const Neighbour& from : plans_[static_cast<std::size_t>(block.number)].remote) {
    const std::byte* in = from.receive_buffer.data();
    const auto fill = [&](const Transfer& transfer) {
      for (std::size_t f = 0; f < fields.size(); ++f) in = unpack_box((*fields[f])[block], transfer.target[f], in);
    };
    // Opposite directions come in the opposite order.
    std::for_each(from.transfers.rbegin(), from.transfers.rend(), fill);
    std::for_each(from.received_over_pole.begin(), from.received_over_pole.end(), fill);
  }
}

}  // namespace tessera
