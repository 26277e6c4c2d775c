/// What can be sent and received: where its elements lie, and in which order they travel.
///
///     scalars               double, int, an enumeration, a described struct, ...
///     contiguous ranges     std::vector, std::array, std::span, std::string, C arrays
///     field views           anything with data(), extents() and strides() (in elements, slowest index first)
///     Eigen                 matrices, arrays, maps, blocks (include tessera/comm/eigen.hpp)
///
/// Elements travel in the buffer's own storage order, so a contiguous buffer is never copied. Where one call
/// has two buffers of different storage orders, the received one is filled in the order of the sent one, so that
/// element (i, j) stays element (i, j). Between two ranks whose matrices differ in storage order, one of them
/// has to say row_major(matrix) or column_major(matrix).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <type_traits>

#include "tessera/comm/datatype.hpp"

namespace tessera::comm {

/// Which index varies slowest in the order in which elements travel; `any` for one dimension.
enum class StorageOrder { any, row_major, column_major };

/// Elements at equal distances along up to three axes, slowest index first, distances in elements.
template <class T, StorageOrder travelling = StorageOrder::any>
struct StridedView {
  T* data;
  std::array<std::ptrdiff_t, 3> extents{1, 1, 1};
  std::array<std::ptrdiff_t, 3> strides{0, 0, 1};
  static constexpr StorageOrder order = travelling;

  std::size_t size() const noexcept { return static_cast<std::size_t>(extents[0] * extents[1] * extents[2]); }
  /// The same elements with the slowest index last.
  StridedView<T> reversed() const noexcept {
    return {data, {extents[2], extents[1], extents[0]}, {strides[2], strides[1], strides[0]}};
  }
};

/// Makes another library's arrays known; specialised for Eigen in eigen.hpp. Needs
///     static StridedView<T> view(X&)         T const if the elements are
///     static constexpr StorageOrder order
///     static constexpr bool contiguous       known to be without gaps at compile time
///     static constexpr bool owns             a temporary can be moved into a request
template <class X>
struct Adapt;

namespace detail {

template <class X>
concept Adapted = requires(X& x) {
  Adapt<std::remove_cv_t<X>>::view(x);
};

template <class X>
concept FieldView = !Adapted<X> && requires(X & x) {
  requires std::is_pointer_v<decltype(x.data())>;
  requires std::convertible_to<std::ranges::range_value_t<decltype(x.extents())>, std::ptrdiff_t>;
  requires std::convertible_to<std::ranges::range_value_t<decltype(x.strides())>, std::ptrdiff_t>;
};

template <class X>
inline constexpr bool is_view = false;
template <class T, StorageOrder order>
inline constexpr bool is_view<StridedView<T, order>> = true;

template <class X>
concept Range = !Adapted<X> && !FieldView<X> && std::ranges::contiguous_range<X> && std::ranges::sized_range<X>;

/// The type of the elements, const if they are.
template <class X>
auto element_pointer(X& x) {
  if constexpr (Adapted<X>) return Adapt<std::remove_cv_t<X>>::view(x).data;
  else if constexpr (is_view<std::remove_cv_t<X>>) return x.data;
  else if constexpr (FieldView<X>) return x.data();
  else if constexpr (Range<X>) return std::ranges::data(x);
  else return &x;
}
template <class X>
using ElementOf = std::remove_pointer_t<decltype(element_pointer(std::declval<std::remove_reference_t<X>&>()))>;
template <class X>
using ValueOf = std::remove_cv_t<ElementOf<X>>;

template <class X>
inline constexpr bool is_vector_of_bool = std::ranges::range<X> && !std::ranges::contiguous_range<X> && requires {
  requires std::same_as<std::remove_cv_t<X>, std::vector<bool, typename std::remove_cv_t<X>::allocator_type>>;
};

/// True for what can be sent; what can be received must also have elements that are not const.
template <class X>
inline constexpr bool is_buffer = [] {
  using B = std::remove_reference_t<X>;
  if constexpr (Adapted<B> || is_view<std::remove_cv_t<B>> || FieldView<B> || Range<B>) return Element<ValueOf<B>>;
  else return Scalar<std::remove_cv_t<B>>;
}();

/// The message of a program that does not compile because X cannot be sent. Nothing else may be instantiated
/// for such an X, so that this is the only one.
template <class X>
constexpr bool require_buffer() {
  using B = std::remove_reference_t<X>;
  if constexpr (is_buffer<X>) {
    return true;
  } else if constexpr (is_vector_of_bool<B>) {
    static_assert(!is_vector_of_bool<B>,
                  "tessera::comm: std::vector<bool> packs its elements into bits that MPI cannot reach; use "
                  "std::vector<char> or std::vector<std::uint8_t>");
  } else if constexpr (std::is_pointer_v<B>) {
    static_assert(
        !std::is_pointer_v<B>,
        "tessera::comm: a pointer does not say how many elements it points to; use std::span(pointer, count)");
  } else if constexpr (requires(B & x) { x.eval(); }) {
    static_assert(
        is_buffer<X>,
        "tessera::comm: an Eigen expression has no elements in memory before its .eval(); for anything else of "
        "Eigen's, include tessera/comm/eigen.hpp");
  } else if constexpr (std::ranges::range<B> && !std::ranges::contiguous_range<B>) {
    static_assert(
        is_buffer<X>,
        "tessera::comm: the elements of this range are not contiguous in memory; copy them into a std::vector");
  } else {
    static_assert(
        is_buffer<X>,
        "tessera::comm: this type, or its element type, cannot be sent. For a trivially copyable struct, describe "
        "its members by specialising tessera::comm::Members; anything else has to be sent in parts");
  }
  return false;
}

template <class X>
constexpr bool require_writable() {
  if constexpr (!require_buffer<X>()) {
    return false;
  } else {
    static_assert(!std::is_const_v<ElementOf<X>>, "tessera::comm: the receive buffer is const, or its elements are");
    return !std::is_const_v<ElementOf<X>>;
  }
}

template <class X>
inline constexpr StorageOrder order_of = [] {
  using B = std::remove_cvref_t<X>;
  if constexpr (Adapted<B>) return Adapt<B>::order;
  else if constexpr (is_view<B>) return B::order;
  else if constexpr (FieldView<B>) return StorageOrder::row_major;
  else return StorageOrder::any;
}();
/// True if Y has to be gone through with its indices exchanged to match the order of X.
template <class X, class Y>
inline constexpr bool orders_conflict =
    order_of<X> != StorageOrder::any&& order_of<Y> != StorageOrder::any&& order_of<X> != order_of<Y>;

template <class X>
inline constexpr bool is_contiguous = [] {
  using B = std::remove_reference_t<X>;
  if constexpr (Adapted<B>) return Adapt<std::remove_cv_t<B>>::contiguous;
  else return !FieldView<B> && !is_view<std::remove_cv_t<B>>;
}();

/// True if nothing is left to do once X has received what travelled in the order of Sent.
template <class Sent, class X>
inline constexpr bool is_direct = is_contiguous<X> && !orders_conflict<Sent, X>;

/// A temporary of this type takes its elements along when it is moved into a request.
template <class X>
inline constexpr bool owns_elements = [] {
  if constexpr (Adapted<X>) return Adapt<std::remove_cv_t<X>>::owns;
  else if constexpr (Range<X>) return !std::ranges::borrowed_range<X> && !std::ranges::view<X>;
  else return Scalar<X>;
}();

/// Contiguous elements.
template <class X>
std::span<ElementOf<X>> as_span(X& x) {
  if constexpr (Adapted<X>) {
    const auto view = Adapt<std::remove_cv_t<X>>::view(x);
    return {view.data, view.size()};
  } else if constexpr (Range<X>) {
    return {std::ranges::data(x), std::ranges::size(x)};
  } else {
    return {&x, 1};
  }
}

/// Where the caller looks for what has come. `X` is a reference for what stays the caller's.
template <class X>
constexpr bool require_receivable() {
  if constexpr (!require_writable<X>()) {
    return false;
  } else {
    constexpr bool lost = !std::is_lvalue_reference_v<X> && owns_elements<X>;
    static_assert(
        !lost,
        "tessera::comm: what is received into a temporary is lost; give it a variable or a view of one (where a "
        "rank's buffer plays no role, an empty std::span)");
    return !lost;
  }
}

/// The buffers of one call, one sent and one received.
template <class S, class R>
constexpr bool require_pair() {
  if constexpr (require_buffer<S>() && require_receivable<R>()) {
    constexpr bool same = std::is_same_v<typename Innermost<ValueOf<S>>::type, typename Innermost<ValueOf<R>>::type>;
    static_assert(same, "tessera::comm: the sent and the received elements are of different types");
    return same;
  } else {
    return false;
  }
}

[[noreturn]] void too_many_dimensions(std::size_t dimensions);

/// Any buffer as a strided one.
template <class X>
StridedView<ElementOf<X>> as_view(X& x) {
  if constexpr (is_view<std::remove_cv_t<X>>) {
    return {x.data, x.extents, x.strides};
  } else if constexpr (Adapted<X>) {
    return Adapt<std::remove_cv_t<X>>::view(x);
  } else if constexpr (FieldView<X>) {
    StridedView<ElementOf<X>> view{x.data()};
    const auto& extents = x.extents();
    const auto& strides = x.strides();
    const auto dimensions = static_cast<std::size_t>(std::ranges::distance(extents));
    if (dimensions > 3) too_many_dimensions(dimensions);
    std::size_t axis = 3 - dimensions;
    auto stride = std::ranges::begin(strides);
    for (const auto extent : extents) {
      view.extents[axis] = static_cast<std::ptrdiff_t>(extent);
      view.strides[axis++] = static_cast<std::ptrdiff_t>(*stride++);
    }
    return view;
  } else {
    const auto span = as_span(x);
    return {span.data(), {1, 1, static_cast<std::ptrdiff_t>(span.size())}, {0, 0, 1}};
  }
}

template <StorageOrder wanted, class X>
auto travelling(X&& x) {
  static_assert(std::is_lvalue_reference_v<X> || !owns_elements<X>,
                "tessera::comm: this would be a view of a temporary, which does not live long enough");
  auto view = as_view(x);
  if (order_of<X> != StorageOrder::any && order_of<X> != wanted) view = view.reversed();
  return StridedView<ElementOf<X>, wanted>{view.data, view.extents, view.strides};
}

}  // namespace detail

/// A buffer whose elements travel row by row, whatever its storage order. The elements are not copied.
template <class X>
auto row_major(X&& x) {
  return detail::travelling<StorageOrder::row_major>(std::forward<X>(x));
}
/// A buffer whose elements travel column by column, whatever its storage order. The elements are not copied.
template <class X>
auto column_major(X&& x) {
  return detail::travelling<StorageOrder::column_major>(std::forward<X>(x));
}

}  // namespace tessera::comm
