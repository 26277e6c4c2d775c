/// Calls that all ranks of a communicator make together.
#pragma once

#include <vector>

#include "tessera/comm/collective_calls.hpp"
#include "tessera/comm/messages.hpp"

namespace tessera::comm {

/// The collective calls of a communicator, blocking and nonblocking (names with i).
///
/// A call takes a buffer to send and one to receive into, which must not overlap; comm::in_place instead of the first
/// means that the second holds what is sent, too. Counts come from the buffers. A buffer that holds all ranks' parts
/// ("whole") has them in the order of ranks and is size() times as long as a part; where a `count` is given, that many
/// elements are a part, and more may follow. Where a rank's buffer plays no role in a call, any will do, an empty span
/// for one.
///
/// A nonblocking call moves temporary containers into its request and leaves lvalues to the caller, as isend does.
template <class Waits>
class Collectives : public Messages<Waits> {
  using Blocking = detail::Blocking;
  using Nonblocking = detail::Nonblocking;

 public:
  using Messages<Waits>::Messages;

  void barrier() const { this->run("MPI_Barrier", MPI_Barrier, MPI_Ibarrier); }
  [[nodiscard]] Request ibarrier() const { return this->start("MPI_Ibarrier", nullptr, MPI_Ibarrier); }

  /// Root's elements, to all.
  template <class B>
  void bcast(B&& data, int root = 0) const {
    detail::bcast<Blocking>(*this, std::forward<B>(data), root);
  }
  template <class B>
  [[nodiscard]] Request ibcast(B&& data, int root = 0) const {
    return detail::bcast<Nonblocking>(*this, std::forward<B>(data), root);
  }
  /// A std::string or std::vector whose length only root needs to know (two calls of MPI).
  template <class C>
  void bcast_resizing(C& data, int root = 0) const {
    constexpr bool can_grow = requires(std::remove_const_t<C> & c) { c.resize(c.size()); };
    static_assert(can_grow, "tessera::comm: bcast_resizing needs something with resize(), std::vector or std::string");
    if constexpr (can_grow && detail::require_receivable<C&>()) {
      std::size_t length = data.size();
      bcast(length, root);
      data.resize(length);
      bcast(data, root);
    }
  }

  /// A part of root's whole, to each rank. In place: `recv` is the whole on root, which keeps its own part there, and the
  /// part elsewhere.
  template <class S, class R>
  void scatter(const S& send, R&& recv, int root = 0) const {
    detail::scatter<Blocking>(*this, send, std::forward<R>(recv), {}, root);
  }
  template <class S, class R>
  void scatter(const S& send, R&& recv, int count, int root) const {
    detail::scatter<Blocking>(*this, send, std::forward<R>(recv), count, root);
  }
  template <class S, class R>
  [[nodiscard]] Request iscatter(S&& send, R&& recv, int root = 0) const {
    return detail::scatter<Nonblocking>(*this, std::forward<S>(send), std::forward<R>(recv), {}, root);
  }

  /// Every rank's part, to root's whole. In place: `recv` is the whole on root, with its own part in place, and the part
  /// elsewhere.
  template <class S, class R>
  void gather(const S& send, R&& recv, int root = 0) const {
    detail::gather<Blocking>(*this, send, std::forward<R>(recv), {}, root);
  }
  template <class S, class R>
  void gather(const S& send, R&& recv, int count, int root) const {
    detail::gather<Blocking>(*this, send, std::forward<R>(recv), count, root);
  }
  template <class S, class R>
  [[nodiscard]] Request igather(S&& send, R&& recv, int root = 0) const {
    return detail::gather<Nonblocking>(*this, std::forward<S>(send), std::forward<R>(recv), {}, root);
  }

  /// Every rank's part, to all. In place: `recv` is the whole, with the own part in place.
  template <class S, class R>
  void allgather(const S& send, R&& recv) const {
    detail::allgather<Blocking>(*this, send, std::forward<R>(recv), {});
  }
  template <class S, class R>
  void allgather(const S& send, R&& recv, int count) const {
    detail::allgather<Blocking>(*this, send, std::forward<R>(recv), count);
  }
  /// Every rank's value, by rank.
  template <class T>
  [[nodiscard]] std::vector<T> allgather(const T& value) const {
    std::vector<T> all(static_cast<std::size_t>(this->size()));
    if constexpr (detail::require_value<T>()) allgather(value, std::span(all));
    return all;
  }
  template <class S, class R>
  [[nodiscard]] Request iallgather(S&& send, R&& recv) const {
    return detail::allgather<Nonblocking>(*this, std::forward<S>(send), std::forward<R>(recv), {});
  }

  /// Part r of the sent whole goes to rank r, into its part rank(). In place: each part is replaced by the other's.
  template <class S, class R>
  void alltoall(const S& send, R&& recv) const {
    detail::alltoall<Blocking>(*this, send, std::forward<R>(recv));
  }
  template <class S, class R>
  [[nodiscard]] Request ialltoall(S&& send, R&& recv) const {
    return detail::alltoall<Nonblocking>(*this, std::forward<S>(send), std::forward<R>(recv));
  }

  /// The same with parts of different lengths: Cuts has their counts by rank, and where they begin unless one follows
  /// the other. For scatterv and gatherv they matter on root alone. (alltoallv has no form in place.)
  template <class S, class R>
  void scatterv(const S& send, Cuts cuts, R&& recv, int root = 0) const {
    detail::scatterv<Blocking>(*this, send, std::move(cuts), std::forward<R>(recv), root);
  }
  template <class S, class R>
  [[nodiscard]] Request iscatterv(S&& send, Cuts cuts, R&& recv, int root = 0) const {
    return detail::scatterv<Nonblocking>(*this, std::forward<S>(send), std::move(cuts), std::forward<R>(recv), root);
  }
  template <class S, class R>
  void gatherv(const S& send, R&& recv, Cuts cuts, int root = 0) const {
    detail::gatherv<Blocking>(*this, send, std::forward<R>(recv), std::move(cuts), root);
  }
  template <class S, class R>
  [[nodiscard]] Request igatherv(S&& send, R&& recv, Cuts cuts, int root = 0) const {
    return detail::gatherv<Nonblocking>(*this, std::forward<S>(send), std::forward<R>(recv), std::move(cuts), root);
  }
  template <class S, class R>
  void allgatherv(const S& send, R&& recv, Cuts cuts) const {
    detail::allgatherv<Blocking>(*this, send, std::forward<R>(recv), std::move(cuts));
  }
  template <class S, class R>
  [[nodiscard]] Request iallgatherv(S&& send, R&& recv, Cuts cuts) const {
    return detail::allgatherv<Nonblocking>(*this, std::forward<S>(send), std::forward<R>(recv), std::move(cuts));
  }
  template <class S, class R>
  void alltoallv(const S& send, Cuts send_cuts, R&& recv, Cuts receive_cuts) const {
    detail::alltoallv<Blocking>(*this, send, std::move(send_cuts), std::forward<R>(recv), std::move(receive_cuts));
  }
  template <class S, class R>
  [[nodiscard]] Request ialltoallv(S&& send, Cuts send_cuts, R&& recv, Cuts receive_cuts) const {
    return detail::alltoallv<Nonblocking>(*this, std::forward<S>(send), std::move(send_cuts), std::forward<R>(recv),
                                          std::move(receive_cuts));
  }
};

}  // namespace tessera::comm
