/// Eigen's arrays and matrices as buffers: plain ones, maps, blocks, rows and columns, with any stride and
/// storage order, on both sides of every call.
#pragma once

#include <Eigen/Core>

#include "tessera/comm/buffer.hpp"

namespace tessera::comm {

namespace detail {
/// The class whose properties Eigen knows: X itself, or its base (a VectorBlock is a Block).
template <class D>
D eigen_class(const Eigen::DenseBase<D>&);
template <class X>
using EigenClass = decltype(eigen_class(std::declval<const X&>()));
}  // namespace detail

/// Objects with memory of their own or somebody else's; expressions such as a + b have none: use .eval().
template <class X>
  requires((int(Eigen::internal::traits<detail::EigenClass<X>>::Flags) & Eigen::DirectAccessBit) != 0)
struct Adapt<X> {
  using Class = detail::EigenClass<X>;

  static constexpr bool owns = std::is_base_of_v<Eigen::PlainObjectBase<Class>, Class>;
  /// True if memory without gaps is all that X can have.
  static constexpr bool contiguous = owns || [] {
    constexpr int inner = Eigen::internal::inner_stride_at_compile_time<Class>::ret;
    constexpr int outer = Eigen::internal::outer_stride_at_compile_time<Class>::ret;
    constexpr int inner_size = Class::InnerSizeAtCompileTime;
    return inner == 1 && (Class::IsVectorAtCompileTime || (inner_size != Eigen::Dynamic && outer == inner_size));
  }();
  static constexpr StorageOrder order = Class::IsVectorAtCompileTime ? StorageOrder::any
                                        : Class::IsRowMajor          ? StorageOrder::row_major
                                                                     : StorageOrder::column_major;

  template <class Y>
  static auto view(Y& x) {
    using Pointer = decltype(x.data());
    return StridedView<std::remove_pointer_t<Pointer>>{
        x.data(), {1, x.outerSize(), x.innerSize()}, {0, x.outerStride(), x.innerStride()}};
  }
};

}  // namespace tessera::comm
