/// numba-mpi's names: every call on all ranks of the job, as a function. Parameters are those of the members of
/// Communicator with the same name.
#pragma once

#include "tessera/comm/communicator.hpp"

namespace tessera::comm {

inline int rank() noexcept { return world().rank(); }
inline int size() noexcept { return world().size(); }
inline void barrier() { world().barrier(); }

// Return types are given, not deduced: clang does not say where a function with a deduced one was called wrongly.
// clang-format off
template <class... A> void send(A&&... a) { world().send(std::forward<A>(a)...); }
template <class... A> void ssend(A&&... a) { world().ssend(std::forward<A>(a)...); }
template <class... A> void recv(A&&... a) { world().recv(std::forward<A>(a)...); }
template <class... A> void sendrecv(A&&... a) { world().sendrecv(std::forward<A>(a)...); }
template <class... A> void sendrecv_replace(A&&... a) { world().sendrecv_replace(std::forward<A>(a)...); }
template <class... A> [[nodiscard]] Request isend(A&&... a) { return world().isend(std::forward<A>(a)...); }
template <class... A> [[nodiscard]] Request issend(A&&... a) { return world().issend(std::forward<A>(a)...); }
template <class... A> [[nodiscard]] auto irecv(A&&... a) -> decltype(world().irecv(std::forward<A>(a)...)) {
  return world().irecv(std::forward<A>(a)...);
}
template <class... A> [[nodiscard]] Request send_init(A&&... a) { return world().send_init(std::forward<A>(a)...); }
template <class... A> [[nodiscard]] Request recv_init(A&&... a) { return world().recv_init(std::forward<A>(a)...); }
inline Status probe(int source = any_source, int tag = any_tag) { return world().probe(source, tag); }
inline std::optional<Status> iprobe(int source = any_source, int tag = any_tag) { return world().iprobe(source, tag); }

template <class... A> void bcast(A&&... a) { world().bcast(std::forward<A>(a)...); }
template <class... A> void scatter(A&&... a) { world().scatter(std::forward<A>(a)...); }
template <class... A> void gather(A&&... a) { world().gather(std::forward<A>(a)...); }
template <class... A> [[nodiscard]] auto allgather(A&&... a) -> decltype(world().allgather(std::forward<A>(a)...)) {
  return world().allgather(std::forward<A>(a)...);
}
template <class... A> void alltoall(A&&... a) { world().alltoall(std::forward<A>(a)...); }
template <class... A> void scatterv(A&&... a) { world().scatterv(std::forward<A>(a)...); }
template <class... A> void gatherv(A&&... a) { world().gatherv(std::forward<A>(a)...); }
template <class... A> void allgatherv(A&&... a) { world().allgatherv(std::forward<A>(a)...); }
template <class... A> void alltoallv(A&&... a) { world().alltoallv(std::forward<A>(a)...); }
template <class... A> [[nodiscard]] auto reduce(A&&... a) -> decltype(world().reduce(std::forward<A>(a)...)) {
  return world().reduce(std::forward<A>(a)...);
}
template <class... A> [[nodiscard]] auto allreduce(A&&... a) -> decltype(world().allreduce(std::forward<A>(a)...)) {
  return world().allreduce(std::forward<A>(a)...);
}
template <class... A> [[nodiscard]] auto scan(A&&... a) -> decltype(world().scan(std::forward<A>(a)...)) {
  return world().scan(std::forward<A>(a)...);
}
template <class... A> [[nodiscard]] auto exscan(A&&... a) -> decltype(world().exscan(std::forward<A>(a)...)) {
  return world().exscan(std::forward<A>(a)...);
}
// clang-format on

}  // namespace tessera::comm
