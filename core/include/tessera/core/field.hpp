/// Fields: an array with ghosts for every block.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tessera/core/domain.hpp"

namespace tessera {

/// Where a field's values sit: in the cells, or on the faces normal to an axis (Arakawa's C grid).
enum class Location : int { faces_0 = 0, faces_1 = 1, faces_2 = 2, cells = 3 };
inline Location faces(int axis) { return static_cast<Location>(axis); }

/// 1 along the axis that a location's faces are normal to (they are one more than the cells), else 0.
inline Index extra(Location location, int axis) { return static_cast<int>(location) == axis ? 1 : 0; }

/// One block's values with ghosts. Cell (0, 0, 0) is the block's first own cell; face i lies at the
/// lower side of cell i. Rows are padded so that each starts on a cache line and no pitch is a power of two. Memory may be
/// read (but holds nothing) a cache line before it, and a layer and a cache line behind it.
class Array {
 public:
  /// Allocates and zeroes, so that the calling thread touches the memory first.
  /// `cells`: the block's extents; `ghosts`: layers at both ends of each axis that is not flat.
  Array(const Index3& cells, Location location, Index ghosts, int first_axis);

  double* row(Index i, Index j) noexcept { return origin_ + i * stride_[0] + j * stride_[1]; }
  const double* row(Index i, Index j) const noexcept { return origin_ + i * stride_[0] + j * stride_[1]; }
  double& operator()(Index i, Index j, Index k) noexcept { return row(i, j)[k]; }
  double operator()(Index i, Index j, Index k) const noexcept { return row(i, j)[k]; }
  /// Distance in memory between neighbours along an axis; 0 along a flat one.
  Index stride(int axis) const noexcept { return stride_[static_cast<std::size_t>(axis)]; }
  /// A box of it as a buffer for all calls of comm.
  comm::StridedView<double> view(const Box& box) noexcept { return {at(box), box.extents(), stride_}; }
  comm::StridedView<const double> view(const Box& box) const noexcept { return {at(box), box.extents(), stride_}; }
  /// The block's own values, without ghosts.
  const Box& interior() const noexcept { return interior_; }
  Index bytes() const noexcept { return bytes_; }

 private:
  struct Free {
    void operator()(double* memory) const;
  };
  double* at(const Box& box) const noexcept {
    return origin_ + box.lower[0] * stride_[0] + box.lower[1] * stride_[1] + box.lower[2];
  }

  Box interior_;
  Index3 stride_{0, 0, 1};
  Index bytes_ = 0;
  std::unique_ptr<double, Free> memory_;
  double* origin_ = nullptr;
};

/// A named quantity on the whole grid: the arrays of this rank's blocks.
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
  Index bytes() const noexcept;

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
