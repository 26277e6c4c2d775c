/// What the collective calls of collectives.hpp do; each serves its blocking and its nonblocking form.
#pragma once

#include "tessera/comm/call.hpp"
#include "tessera/comm/cuts.hpp"

namespace tessera::comm {

/// In the place of the sent buffer: the received one holds what is sent, too.
struct InPlace {};
inline constexpr InPlace in_place;

namespace detail {

template <class X>
inline constexpr bool is_in_place = std::is_same_v<std::remove_cvref_t<X>, InPlace>;
template <class X>
using InnermostOf = typename Innermost<ValueOf<X>>::type;
template <class X>
inline constexpr int parts_of = static_cast<int>(Innermost<ValueOf<X>>::count);

template <class S, class R>
constexpr bool require_buffers() {
  static_assert(!is_in_place<R>, "tessera::comm: comm::in_place goes in the place of the sent buffer");
  if constexpr (is_in_place<R>) return false;
  else if constexpr (is_in_place<S>) return require_receivable<R>();
  else return require_pair<S, R>();
}

/// The forms that give the result back.
template <class T>
constexpr bool require_value() {
  static_assert(Scalar<T>,
                "tessera::comm: only a value can be given back; give two buffers, or comm::in_place and one");
  return Scalar<T>;
}

[[noreturn]] void throw_parts(const char* call, int whole, int part, int ranks);

/// The length of one rank's part of a whole, both in MPI's types.
inline int part_of(int whole, int ranks, const char* call) {
  if (whole % ranks != 0) [[unlikely]]
    throw_parts(call, whole, whole / ranks, ranks);
  return whole / ranks;
}
inline void require_part(int whole, int part, int ranks, bool more_may_follow, const char* call) {
  const auto needed = static_cast<long long>(part) * ranks;
  if (more_may_follow ? whole < needed : whole != needed) [[unlikely]]
    throw_parts(call, whole, part, ranks);
}
[[noreturn]] void throw_unequal(const char* call, int sent, int received);

inline void require_equal(int sent, int received, const char* call) {
  if (sent != received) [[unlikely]]
    throw_unequal(call, sent, received);
}

template <class Mode, class Self, class B>
typename Mode::Result bcast(const Self& self, B&& data, int root) {
  if constexpr (require_receivable<B>()) {
    auto both =
        Mode::template buffer<B>(std::forward<B>(data), self.rank() == root ? Use::read : Use::write, "MPI_Bcast");
    None none;
    return Mode::call(self, "MPI_Bcast", MPI_Bcast, MPI_Ibcast, both, none, None{}, both.data(), both.count(),
                      both.type(), root);
  } else {
    return typename Mode::Result();
  }
}

template <class Mode, class Self, class S, class R>
typename Mode::Result scatter(const Self& self, S&& send, R&& recv, std::optional<int> count, int root) {
  constexpr auto name = "MPI_Scatter";
  const bool at_root = self.rank() == root;
  None none;
  if constexpr (!require_buffers<S, R>()) {
    return typename Mode::Result();
  } else if constexpr (is_in_place<S>) {
    auto data = Mode::template buffer<R>(std::forward<R>(recv), at_root ? Use::read : Use::write, name);
    const int part = at_root ? part_of(data.elements(), self.size(), name) : data.elements();
    return Mode::call(self, name, MPI_Scatter, MPI_Iscatter, data, none, None{}, at_root ? data.data() : nullptr, part,
                      data.type(), at_root ? in_place_address() : data.data(), part, data.type(), root);
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name, at_root);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), Use::write, name);
    if (count) require_equal(*count * parts_of<R>, out.elements(), name);
    if (at_root) require_part(in.elements(), out.elements(), self.size(), count.has_value(), name);
    return Mode::call(self, name, MPI_Scatter, MPI_Iscatter, in, out, None{}, in.data(), out.elements(), in.type(),
                      out.data(), out.count(), out.type(), root);
  }
}

template <class Mode, class Self, class S, class R>
typename Mode::Result gather(const Self& self, S&& send, R&& recv, std::optional<int> count, int root) {
  constexpr auto name = "MPI_Gather";
  const bool at_root = self.rank() == root;
  None none;
  if constexpr (!require_buffers<S, R>()) {
    return typename Mode::Result();
  } else if constexpr (is_in_place<S>) {
    auto data = Mode::template buffer<R>(std::forward<R>(recv), at_root ? Use::both : Use::read, name);
    const int part = at_root ? part_of(data.elements(), self.size(), name) : data.elements();
    return Mode::call(self, name, MPI_Gather, MPI_Igather, data, none, None{},
                      at_root ? in_place_address() : data.data(), part, data.type(), at_root ? data.data() : nullptr,
                      part, data.type(), root);
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), count ? Use::both : Use::write, name, at_root);
    if (count) require_equal(in.elements(), *count * parts_of<S>, name);
    if (at_root) require_part(out.elements(), in.elements(), self.size(), count.has_value(), name);
    return Mode::call(self, name, MPI_Gather, MPI_Igather, in, out, None{}, in.data(), in.count(), in.type(),
                      out.data(), in.elements(), out.type(), root);
  }
}

/// allgather and alltoall in place: their calls take the same arguments.
template <class Mode, class Self, class R, class F, class G>
typename Mode::Result in_place_all(const Self& self, const char* name, F blocking, G nonblocking, R&& recv) {
  auto data = Mode::template buffer<R>(std::forward<R>(recv), Use::both, name);
  const int part = part_of(data.elements(), self.size(), name);
  None none;
  return Mode::call(self, name, blocking, nonblocking, data, none, None{}, in_place_address(), part, data.type(),
                    data.data(), part, data.type());
}

template <class Mode, class Self, class S, class R>
typename Mode::Result allgather(const Self& self, S&& send, R&& recv, std::optional<int> count) {
  constexpr auto name = "MPI_Allgather";
  if constexpr (!require_buffers<S, R>()) {
    return typename Mode::Result();
  } else if constexpr (is_in_place<S>) {
    return in_place_all<Mode>(self, name, MPI_Allgather, MPI_Iallgather, std::forward<R>(recv));
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), count ? Use::both : Use::write, name);
    if (count) require_equal(in.elements(), *count * parts_of<S>, name);
    require_part(out.elements(), in.elements(), self.size(), count.has_value(), name);
    return Mode::call(self, name, MPI_Allgather, MPI_Iallgather, in, out, None{}, in.data(), in.count(), in.type(),
                      out.data(), in.elements(), out.type());
  }
}

template <class Mode, class Self, class S, class R>
typename Mode::Result alltoall(const Self& self, S&& send, R&& recv) {
  constexpr auto name = "MPI_Alltoall";
  if constexpr (!require_buffers<S, R>()) {
    return typename Mode::Result();
  } else if constexpr (is_in_place<S>) {
    return in_place_all<Mode>(self, name, MPI_Alltoall, MPI_Ialltoall, std::forward<R>(recv));
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), Use::write, name);
    require_equal(in.elements(), out.elements(), name);
    const int part = part_of(in.elements(), self.size(), name);
    return Mode::call(self, name, MPI_Alltoall, MPI_Ialltoall, in, out, None{}, in.data(), part, in.type(), out.data(),
                      part, out.type());
  }
}

template <class Mode, class Self, class S, class R>
typename Mode::Result scatterv(const Self& self, S&& send, Cuts cuts, R&& recv, int root) {
  constexpr auto name = "MPI_Scatterv";
  const bool at_root = self.rank() == root;
  None none;
  if constexpr (!require_buffers<S, R>()) {
    return typename Mode::Result();
  } else if constexpr (is_in_place<S>) {
    auto data = Mode::template buffer<R>(std::forward<R>(recv), at_root ? Use::read : Use::write, name);
    if (at_root) cuts.fit(parts_of<R>, self.size(), data.elements(), name);
    const auto* counts = cuts.counts();
    const auto* begins = cuts.displacements();
    return Mode::call(self, name, MPI_Scatterv, MPI_Iscatterv, data, none, std::move(cuts),
                      at_root ? data.data() : nullptr, counts, begins, data.type(),
                      at_root ? in_place_address() : data.data(), data.elements(), data.type(), root);
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name, at_root);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), Use::write, name);
    if (at_root) {
      cuts.fit(parts_of<S>, self.size(), in.elements(), name);
      cuts.require(root, out.elements(), name);
    }
    const auto* counts = cuts.counts();
    const auto* begins = cuts.displacements();
    return Mode::call(self, name, MPI_Scatterv, MPI_Iscatterv, in, out, std::move(cuts), in.data(), counts, begins,
                      in.type(), out.data(), out.count(), out.type(), root);
  }
}

template <class Mode, class Self, class S, class R>
typename Mode::Result gatherv(const Self& self, S&& send, R&& recv, Cuts cuts, int root) {
  constexpr auto name = "MPI_Gatherv";
  const bool at_root = self.rank() == root;
  None none;
  if constexpr (!require_buffers<S, R>()) {
    return typename Mode::Result();
  } else if constexpr (is_in_place<S>) {
    auto data = Mode::template buffer<R>(std::forward<R>(recv), at_root ? Use::both : Use::read, name);
    if (at_root) cuts.fit(parts_of<R>, self.size(), data.elements(), name);
    const auto* counts = cuts.counts();
    const auto* begins = cuts.displacements();
    return Mode::call(self, name, MPI_Gatherv, MPI_Igatherv, data, none, std::move(cuts),
                      at_root ? in_place_address() : data.data(), data.elements(), data.type(),
                      at_root ? data.data() : nullptr, counts, begins, data.type(), root);
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), cuts.gaps() ? Use::both : Use::write, name, at_root);
    if (at_root) {
      cuts.fit(parts_of<R>, self.size(), out.elements(), name);
      cuts.require(root, in.elements(), name);
    }
    const auto* counts = cuts.counts();
    const auto* begins = cuts.displacements();
    return Mode::call(self, name, MPI_Gatherv, MPI_Igatherv, in, out, std::move(cuts), in.data(), in.count(), in.type(),
                      out.data(), counts, begins, out.type(), root);
  }
}

template <class Mode, class Self, class S, class R>
typename Mode::Result allgatherv(const Self& self, S&& send, R&& recv, Cuts cuts) {
  constexpr auto name = "MPI_Allgatherv";
  None none;
  if constexpr (!require_buffers<S, R>()) {
    return typename Mode::Result();
  } else {
    const bool keep_rest = is_in_place<S> || cuts.gaps();
    auto out = Mode::template buffer<std::conditional_t<is_in_place<S>, R, S>>(
        std::forward<R>(recv), keep_rest ? Use::both : Use::write, name);
    cuts.fit(parts_of<R>, self.size(), out.elements(), name);
    auto* data = static_cast<InnermostOf<R>*>(static_cast<void*>(out.data()));
    // MPICH 4.0 ignores the displacement of a single rank.
    if (self.size() == 1) data += cuts.take_displacement();
    const auto* counts = cuts.counts();
    const auto* begins = cuts.displacements();
    if constexpr (is_in_place<S>) {
      return Mode::call(self, name, MPI_Allgatherv, MPI_Iallgatherv, none, out, std::move(cuts), in_place_address(), 0,
                        out.type(), data, counts, begins, out.type());
    } else {
      auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name);
      cuts.require(self.rank(), in.elements(), name);
      return Mode::call(self, name, MPI_Allgatherv, MPI_Iallgatherv, in, out, std::move(cuts), in.data(), in.count(),
                        in.type(), data, counts, begins, out.type());
    }
  }
}

template <class Mode, class Self, class S, class R>
typename Mode::Result alltoallv(const Self& self, S&& send, Cuts send_cuts, R&& recv, Cuts receive_cuts) {
  constexpr auto name = "MPI_Alltoallv";
  static_assert(!is_in_place<S>, "tessera::comm: alltoallv has no form in place");
  if constexpr (is_in_place<S> || !require_buffers<S, R>()) {
    return typename Mode::Result();
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), receive_cuts.gaps() ? Use::both : Use::write, name);
    send_cuts.fit(parts_of<S>, self.size(), in.elements(), name);
    receive_cuts.fit(parts_of<R>, self.size(), out.elements(), name);
    const auto* send_counts = send_cuts.counts();
    const auto* send_begins = send_cuts.displacements();
    const auto* counts = receive_cuts.counts();
    const auto* begins = receive_cuts.displacements();
    return Mode::call(self, name, MPI_Alltoallv, MPI_Ialltoallv, in, out,
                      std::pair(std::move(send_cuts), std::move(receive_cuts)), in.data(), send_counts, send_begins,
                      in.type(), out.data(), counts, begins, out.type());
  }
}

}  // namespace detail
}  // namespace tessera::comm
