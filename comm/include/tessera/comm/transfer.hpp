/// A buffer as one MPI call sees it: address, count, data type; and what is left to do after the call.
#pragma once

#include <mpi.h>

#include <climits>

#include "tessera/comm/staging.hpp"

namespace tessera::comm::detail {

[[noreturn]] void throw_too_many(std::size_t count, const char* call);

inline int to_count(std::size_t count, const char* call) {
  if (count > static_cast<std::size_t>(INT_MAX)) [[unlikely]]
    throw_too_many(count, call);
  return static_cast<int>(count);
}

/// What may stand for a strided buffer: reductions and collectives that cut it need contiguous elements.
enum class As { contiguous, message };

/// Contiguous elements: nothing to do before or after.
template <class T>
class Direct {
 public:
  Direct(std::span<T> elements, const char* call)
      : data_(elements.data()), count_(to_count(elements.size() * Innermost<std::remove_const_t<T>>::count, call)) {}

  T* data() const noexcept { return data_; }
  int count() const noexcept { return count_; }
  MPI_Datatype type() const { return datatype<std::remove_const_t<T>>(); }
  /// Of the innermost type, whatever type() is.
  int elements() const noexcept { return count_; }
  void begin() noexcept {}
  void finish() noexcept {}
  void finish(const MPI_Status&) noexcept {}

 private:
  T* data_;
  int count_;
};

/// A buffer that may have gaps: if it has, it is staged, or described to MPI by a data type of its own.
class Gapped {
 public:
  /// Straight from the view: a copy of Bytes would wait for the stores before it.
  template <class T>
  Gapped(const StridedView<T>& view, As as, const char* call)
      : bytes_(bytes_of(view)), elements_(to_count(bytes_.elements() * bytes_.parts, call)) {
    if (!bytes_.contiguous()) prepare(as);
  }

  void* data() const noexcept {
    const std::byte* staged = staging_.data();
    return staged ? const_cast<std::byte*>(staged) : bytes_.data;
  }
  int count() const noexcept { return described() ? 1 : elements_; }
  MPI_Datatype type() const noexcept { return described() ? type_.native() : bytes_.type; }
  int elements() const noexcept { return elements_; }

  /// Before the call, if it reads the elements.
  void begin() {
    if (std::byte* staged = staging_.data()) pack(bytes_, staged);
  }
  /// After the call, if it wrote them: all, or as many as have come.
  void finish();
  void finish(const MPI_Status& status);

 private:
  void prepare(As as);
  bool described() const noexcept { return type_.native() != MPI_DATATYPE_NULL; }

  Bytes bytes_;
  int elements_;
  Staging staging_;
  StridedType type_;
};

/// The buffer of a call that reads, writes, or does both: begin() and finish() are up to the caller.
template <As as = As::contiguous, class X>
auto transfer(X& x, const char* call) {
  if constexpr (is_contiguous<X>) return Direct<ElementOf<X>>(as_span(x), call);
  else return Gapped(as_view(x), as, call);
}

/// The same for a buffer that is only read.
template <As as = As::contiguous, class X>
auto outgoing(X& x, const char* call) {
  auto result = transfer<as>(x, call);
  result.begin();
  return result;
}

/// The same for a buffer that is written in the order in which the elements of a Sent travelled.
template <class Sent, As as = As::contiguous, class X>
auto incoming(X& x, const char* call) {
  if constexpr (orders_conflict<Sent, X>) return Gapped(as_view(x).reversed(), as, call);
  else return transfer<as>(x, call);
}

}  // namespace tessera::comm::detail
