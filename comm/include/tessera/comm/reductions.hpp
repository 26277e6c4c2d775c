/// Calls that combine the elements of all ranks.
#pragma once

#include <cstring>

#include "tessera/comm/collectives.hpp"

namespace tessera::comm {

namespace detail {

template <class S, class R, class Op>
constexpr bool require_reduction() {
  if constexpr (require_buffers<S, R>()) return require_operator<InnermostOf<R>, Op>();
  else return false;
}
template <class T, class Op>
constexpr bool require_value_reduction() {
  if constexpr (require_value<T>()) return require_operator<T, Op>();
  else return false;
}

/// reduce, allreduce, scan, exscan differ in the call, in who receives, and in what is left of a buffer that is not
/// written as a whole.
template <class Mode, class Self, class S, class R, class Op, class F, class G, class... Root>
typename Mode::Result combine_all(const Self& self, const char* name, F blocking, G nonblocking, Use use, S&& send,
                                  R&& recv, const Op& op, Root... root) {
  using T = InnermostOf<R>;
  auto handle = operator_handle<T>(op, name);
  const MPI_Op native = handle.native();
  if constexpr (is_in_place<S>) {
    None none;
    auto data = Mode::template buffer<R>(std::forward<R>(recv), Use::both, name);
    return Mode::call(self, name, blocking, nonblocking, none, data, std::move(handle), in_place_address(), data.data(),
                      data.elements(), reduced_type<T>(data.type()), native, root...);
  } else {
    auto in = Mode::template buffer<S>(std::forward<S>(send), Use::read, name);
    auto out = Mode::template buffer<S>(std::forward<R>(recv), use, name);
    if (use != Use::nothing) require_equal(in.elements(), out.elements(), name);
    return Mode::call(self, name, blocking, nonblocking, in, out, std::move(handle), in.data(), out.data(),
                      in.elements(), reduced_type<T>(in.type()), native, root...);
  }
}

/// In place on root; elsewhere `data` is sent.
template <class Mode, class Self, class B, class Op>
typename Mode::Result reduce_in_place(const Self& self, B&& data, const Op& op, int root) {
  constexpr auto name = "MPI_Reduce";
  using T = InnermostOf<B>;
  const bool at_root = self.rank() == root;
  auto handle = operator_handle<T>(op, name);
  const MPI_Op native = handle.native();
  auto both = Mode::template buffer<B>(std::forward<B>(data), at_root ? Use::both : Use::read, name);
  const void* sent = at_root ? in_place_address() : both.data();
  Staging copy;
  if (at_root && root != 0 && !reduce_in_place_is_safe) {
    const std::size_t bytes = static_cast<std::size_t>(both.elements()) * sizeof(T);
    copy = Staging(bytes);
    if (bytes > 0) std::memcpy(copy.data(), both.data(), bytes);
    sent = copy.data();
  }
  None none;
  return Mode::call(self, name, MPI_Reduce, MPI_Ireduce, both, none, std::pair(std::move(handle), std::move(copy)),
                    sent, at_root ? both.data() : nullptr, both.elements(), reduced_type<T>(both.type()), native, root);
}

template <class Mode, class Self, class S, class R, class Op>
typename Mode::Result reduce(const Self& self, S&& send, R&& recv, const Op& op, int root) {
  if constexpr (!require_reduction<S, R, Op>()) {
    return typename Mode::Result();
  } else if constexpr (is_in_place<S>) {
    return reduce_in_place<Mode>(self, std::forward<R>(recv), op, root);
  } else {
    return combine_all<Mode>(self, "MPI_Reduce", MPI_Reduce, MPI_Ireduce,
                             self.rank() == root ? Use::write : Use::nothing, std::forward<S>(send),
                             std::forward<R>(recv), op, root);
  }
}

}  // namespace detail

/// The reductions of a communicator. The operator is one of Operator, or a function of two elements without captures,
/// for example a lambda, which MPI combines in the order of ranks (in any order if it is wrapped in commutative()).
/// Arrays are combined element by element. A reduction of floating-point numbers may differ in its last bits between
/// numbers of ranks.
///
/// Given a value instead of buffers, a call returns the result.
template <class Waits>
class Reductions : public Collectives<Waits> {
  using Use = detail::Use;
  using Blocking = detail::Blocking;
  using Nonblocking = detail::Nonblocking;

 public:
  using Collectives<Waits>::Collectives;

  /// The combination of all ranks' elements, on root. In place: `recv` is replaced by it on root, and sent elsewhere.
  template <class S, class R, class Op = Operator>
    requires(!detail::OperatorLike<R, S>)
  void reduce(const S& send, R&& recv, const Op& op = Operator::sum, int root = 0) const {
    detail::reduce<Blocking>(*this, send, std::forward<R>(recv), op, root);
  }
  /// On other ranks than root, the value given.
  template <class T, detail::OperatorLike<T> Op = Operator>
  [[nodiscard]] T reduce(const T& value, const Op& op = Operator::sum, int root = 0) const {
    T result = value;
    if constexpr (detail::require_value_reduction<T, Op>()) reduce(value, result, op, root);
    return result;
  }
  template <class S, class R, class Op = Operator>
  [[nodiscard]] Request ireduce(S&& send, R&& recv, const Op& op = Operator::sum, int root = 0) const {
    return detail::reduce<Nonblocking>(*this, std::forward<S>(send), std::forward<R>(recv), op, root);
  }

  /// The same on all ranks.
  template <class S, class R, class Op = Operator>
    requires(!detail::OperatorLike<R, S>)
  void allreduce(const S& send, R&& recv, const Op& op = Operator::sum) const {
    if constexpr (detail::require_reduction<const S, R, Op>())
      detail::combine_all<Blocking>(*this, "MPI_Allreduce", MPI_Allreduce, MPI_Iallreduce, Use::write, send, recv, op);
  }
  template <class T, detail::OperatorLike<T> Op = Operator>
  [[nodiscard]] T allreduce(const T& value, const Op& op = Operator::sum) const {
    T result = value;
    if constexpr (detail::require_value_reduction<T, Op>()) allreduce(value, result, op);
    return result;
  }
  template <class S, class R, class Op = Operator>
  [[nodiscard]] Request iallreduce(S&& send, R&& recv, const Op& op = Operator::sum) const {
    if constexpr (detail::require_reduction<S, R, Op>())
      return detail::combine_all<Nonblocking>(*this, "MPI_Allreduce", MPI_Allreduce, MPI_Iallreduce, Use::write,
                                              std::forward<S>(send), std::forward<R>(recv), op);
    else return Request();
  }

  /// The combination of ranks 0 to this one.
  template <class S, class R, class Op = Operator>
    requires(!detail::OperatorLike<R, S>)
  void scan(const S& send, R&& recv, const Op& op = Operator::sum) const {
    if constexpr (detail::require_reduction<const S, R, Op>())
      detail::combine_all<Blocking>(*this, "MPI_Scan", MPI_Scan, MPI_Iscan, Use::write, send, recv, op);
  }
  template <class T, detail::OperatorLike<T> Op = Operator>
  [[nodiscard]] T scan(const T& value, const Op& op = Operator::sum) const {
    T result = value;
    if constexpr (detail::require_value_reduction<T, Op>()) scan(value, result, op);
    return result;
  }
  template <class S, class R, class Op = Operator>
  [[nodiscard]] Request iscan(S&& send, R&& recv, const Op& op = Operator::sum) const {
    if constexpr (detail::require_reduction<S, R, Op>())
      return detail::combine_all<Nonblocking>(*this, "MPI_Scan", MPI_Scan, MPI_Iscan, Use::write, std::forward<S>(send),
                                              std::forward<R>(recv), op);
    else return Request();
  }

  /// The combination of the ranks before this one; rank 0's buffer stays as it is.
  template <class S, class R, class Op = Operator>
    requires(!detail::OperatorLike<R, S>)
  void exscan(const S& send, R&& recv, const Op& op = Operator::sum) const {
    if constexpr (detail::require_reduction<const S, R, Op>())
      detail::combine_all<Blocking>(*this, "MPI_Exscan", MPI_Exscan, MPI_Iexscan, Use::both, send, recv, op);
  }
  /// Rank 0 gets `first`.
  template <class T, detail::OperatorLike<T> Op = Operator>
  [[nodiscard]] T exscan(const T& value, const Op& op = Operator::sum, const T& first = T{}) const {
    T result = first;
    if constexpr (detail::require_value_reduction<T, Op>()) exscan(value, result, op);
    return this->rank() == 0 ? first : result;
  }
  template <class S, class R, class Op = Operator>
  [[nodiscard]] Request iexscan(S&& send, R&& recv, const Op& op = Operator::sum) const {
    if constexpr (detail::require_reduction<S, R, Op>())
      return detail::combine_all<Nonblocking>(*this, "MPI_Exscan", MPI_Exscan, MPI_Iexscan, Use::both,
                                              std::forward<S>(send), std::forward<R>(recv), op);
    else return Request();
  }
};

}  // namespace tessera::comm
