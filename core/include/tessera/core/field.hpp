/// Fields: an array with ghosts for every block.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tessera/core/domain.hpp"

namespace tessera {

/// Where a field's values sit: in the cells, on the faces normal to an axis (Arakawa's C grid), or where those of two axes meet.
enum class Location : unsigned { cells = 0, faces_0 = 1, faces_1 = 2, faces_2 = 4 };
inline Location faces(int axis) { return static_cast<Location>(1U << static_cast<unsigned>(axis)); }
inline Location corners(int axis, int other) {
  return static_cast<Location>(static_cast<unsigned>(faces(axis)) | static_cast<unsigned>(faces(other)));
}

/// 1 along an axis that a location's faces are normal to (they are one more than the cells), else 0.
inline Index extra(Location location, int axis) {
  return static_cast<Index>(static_cast<unsigned>(location) >> static_cast<unsigned>(axis) & 1U);
}

/// One block's values with ghosts. Cell (0, 0, 0) is the block's first own cell; face i lies at the
/// lower side of cell i. Rows are padded so that each starts on a cache line and no pitch is a power of two. Memory may be
/// read (but holds nothing) a cache line before it, and a layer and a cache line behind it.
class Array {
 public:
  /// Allocates and zeroes, so that the calling thread touches the memory first.
  /// `cells`: the block's extents; `ghosts`: layers at both ends of each axis that is not flat.
  Array(const Index3& cells, Location location, Index ghosts, int first_axis, Precision precision = Precision::float64);

  Precision precision() const noexcept { return precision_; }
  /// Real must be the array's (std::logic_error).
  template <class Real>
  Real* row(Index i, Index j) {
    return reinterpret_cast<Real*>(row_as(precision_of<Real>, i, j));
  }
  template <class Real>
  const Real* row(Index i, Index j) const {
    return reinterpret_cast<const Real*>(row_as(precision_of<Real>, i, j));
  }
  /// A value of either precision: for setting up and looking, not for kernels.
  double operator()(Index i, Index j, Index k) const {
    const void* value = address(i, j, k);
    return with_real(precision_, [&]<class Real>() { return as_double(*static_cast<const Real*>(value)); });
  }
  void set(Index i, Index j, Index k, double value) {
    void* to = address(i, j, k);
    with_real(precision_, [&]<class Real>() { *static_cast<Real*>(to) = static_cast<Real>(value); });
  }
  /// Where a value lies.
  std::byte* address(Index i, Index j, Index k) noexcept { return origin_ + offset(i, j, k); }
  const std::byte* address(Index i, Index j, Index k) const noexcept { return origin_ + offset(i, j, k); }
  /// Distance in memory between neighbours along an axis, in values; 0 along a flat one.
  Index stride(int axis) const noexcept { return stride_[static_cast<std::size_t>(axis)]; }
  /// A box of it as a buffer for all calls of comm.
  template <class Real>
  comm::StridedView<Real> view(const Box& box) {
    return {row<Real>(box.lower[0], box.lower[1]) + box.lower[2], box.extents(), stride_};
  }
  template <class Real>
  comm::StridedView<const Real> view(const Box& box) const {
    return {row<Real>(box.lower[0], box.lower[1]) + box.lower[2], box.extents(), stride_};
  }
  /// The block's own values, without ghosts.
  const Box& interior() const noexcept { return interior_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::byte* row_as(Precision precision, Index i, Index j) const;
  Index offset(Index i, Index j, Index k) const noexcept {
    return (i * stride_[0] + j * stride_[1] + k) * bytes_of(precision_);
  }

  Box interior_;
  Index3 stride_{0, 0, 1};
  Precision precision_;
  std::unique_ptr<std::byte, Free> memory_;
  std::byte* origin_ = nullptr;
};

/// A named quantity on the whole grid, in the domain's precision: the arrays of this rank's blocks.
class Field {
 public:
  Field(Domain& domain, std::string name, Location location, Index ghosts);

  const std::string& name() const noexcept { return name_; }
  Location location() const noexcept { return location_; }
  Index ghosts() const noexcept { return ghosts_; }
  Array& operator[](const Block& block) noexcept { return *arrays_[static_cast<std::size_t>(block.number)]; }
  const Array& operator[](const Block& block) const noexcept {
    return *arrays_[static_cast<std::size_t>(block.number)];
  }
  Array& at(int block_number) noexcept { return *arrays_[static_cast<std::size_t>(block_number)]; }

  /// Exchanges the values (not the names) of two fields of the same shape.
  void swap_values(Field& other) noexcept { arrays_.swap(other.arrays_); }

 private:
  std::string name_;
  Location location_;
  Index ghosts_;
  std::vector<std::unique_ptr<Array>> arrays_;
};

/// The first own cell of a block (by Grid::number) whose value is not finite, or -1.
Index first_not_finite(const Grid& grid, const Block& block, const Array& values);
/// Collective: the first cell (in row-major order) whose value is not finite, or -1.
Index first_not_finite(Domain& domain, const Field& field);

}  // namespace tessera
