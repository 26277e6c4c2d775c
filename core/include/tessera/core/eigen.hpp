/// Fields as Eigen arrays. The only header of core that includes Eigen.
#pragma once

#include <Eigen/Core>

#include "tessera/core/field.hpp"

namespace tessera {

template <class Real = double>
using RowMajorArray = Eigen::Array<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class Real = double>
using InteriorMap = Eigen::Map<RowMajorArray<Real>, 0, Eigen::OuterStride<>>;

/// One plane of a block's own values without ghosts, no copy: a row of the map is a row of the array.
/// 1-D and 2-D arrays are plane 0. Real must be the array's (std::logic_error).
template <class Real = double>
InteriorMap<Real> interior(Array& values, Index plane = 0) {
  const Box& box = values.interior();
  // A flat axis has no stride; Eigen wants one all the same.
  const Index pitch = box.extent(1) > 1 ? values.stride(1) : box.extent(2);
  return {values.row<Real>(plane, 0), box.extent(1), box.extent(2), Eigen::OuterStride<>(pitch)};
}

}  // namespace tessera
