/// Buffers of nonblocking calls, with whatever has to live until the call is finished.
#pragma once

#include <memory>
#include <utility>

#include "tessera/comm/request.hpp"
#include "tessera/comm/transfer.hpp"

namespace tessera::comm::detail {

/// What a call does with a buffer; `message` writes as many elements as come.
enum class Use { nothing, read, write, message, both };
constexpr bool reads(Use use) { return use == Use::read || use == Use::both; }
constexpr bool writes(Use use) { return use == Use::write || use == Use::both; }

/// A buffer of a nonblocking call: its arguments, and what has to live on, if anything.
class Posted {
 public:
  Posted(const void* data, int count, MPI_Datatype type, int elements) noexcept
      : data_(const_cast<void*>(data)), count_(count), type_(type), elements_(elements) {}

  void* data() const noexcept { return data_; }
  int count() const noexcept { return count_; }
  MPI_Datatype type() const noexcept { return type_; }
  int elements() const noexcept { return elements_; }

  std::unique_ptr<Kept> kept;

 private:
  void* data_;
  int count_;
  MPI_Datatype type_;
  int elements_;
};

/// A strided or moved-in buffer. `X` is a reference for what stays the caller's.
template <class X, class Sent, As as>
class KeptBuffer final : public Kept {
 public:
  KeptBuffer(X&& object, Use use, const char* call)
      : object_(std::forward<X>(object)), transfer_(incoming<Sent, as>(object_, call)), use_(use) {}

  void begin() override {
    if (reads(use_)) transfer_.begin();
  }
  void finish(const MPI_Status& status) override {
    if (use_ == Use::message) transfer_.finish(status);
    else if (writes(use_)) transfer_.finish();
  }
  Posted posted() const { return {transfer_.data(), transfer_.count(), transfer_.type(), transfer_.elements()}; }

 private:
  X object_;
  decltype(incoming<Sent, as>(std::declval<std::remove_reference_t<X>&>(), "")) transfer_;
  Use use_;
};

/// Anything else that must live on: an operator, counts, a shared buffer.
template <class T>
class KeptObject final : public Kept {
 public:
  explicit KeptObject(T object) : object_(std::move(object)) {}
  void finish(const MPI_Status&) override {}
  T& object() noexcept { return object_; }

 private:
  T object_;
};

/// `Sent`: the type of the buffer whose order of elements this one follows. What is read is brought into place by
/// begin(), of what is kept.
template <As as, class Sent, class X>
Posted post(X&& x, Use use, const char* call) {
  constexpr bool stays = std::is_lvalue_reference_v<X> || !owns_elements<X>;
  if constexpr (stays && is_direct<Sent, X>) {
    const auto direct = transfer(x, call);
    return {direct.data(), direct.count(), direct.type(), direct.elements()};
  } else {
    auto kept = std::make_unique<KeptBuffer<X, Sent, as>>(std::forward<X>(x), use, call);
    Posted posted = kept->posted();
    posted.kept = std::move(kept);
    return posted;
  }
}

/// The same, ready for a call that starts now.
template <As as, class Sent, class X>
Posted post_now(X&& x, Use use, const char* call) {
  Posted posted = post<as, Sent>(std::forward<X>(x), use, call);
  if (posted.kept) posted.kept->begin();
  return posted;
}

/// Both in one; either may be none.
inline std::unique_ptr<Kept> together(std::unique_ptr<Kept> first, std::unique_ptr<Kept> second) {
  if (!first) return second;
  Kept* last = first.get();
  while (last->next) last = last->next.get();
  last->next = std::move(second);
  return first;
}

}  // namespace tessera::comm::detail
