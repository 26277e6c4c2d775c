// The second-order central Laplacian (3, 5 or 7 points) on rows.
#pragma once

#include <array>

#include "tessera/core/field.hpp"

namespace tessera {

template <int Axes>
class Laplacian {
  static constexpr auto count = static_cast<std::size_t>(Axes);

 public:
  explicit Laplacian(const Grid& grid) {
    for (std::size_t a = 0; a < count; ++a) {
      const double h = grid.spacing(static_cast<int>(a) + 3 - Axes);
      factor_[a] = 1 / (h * h);
    }
  }

  /// The Laplacian along one row of cells.
  struct Row {
    const double* centre;
    std::array<const double*, count> below;
    std::array<const double*, count> above;
    std::array<double, count> factor;

    double operator()(Index k) const {
      double sum = 0;
      for (std::size_t a = 0; a < count; ++a) sum += (below[a][k] + above[a][k] - 2 * centre[k]) * factor[a];
      return sum;
    }
  };

  Row row(const Array& values, Index i, Index j) const {
    Row row{values.row(i, j), {}, {}, factor_};
    for (std::size_t a = 0; a < count; ++a) {
      const Index step = values.stride(static_cast<int>(a) + 3 - Axes);
      row.below[a] = row.centre - step;
      row.above[a] = row.centre + step;
    }
    return row;
  }

 private:
  std::array<double, count> factor_{};
};

}  // namespace tessera
