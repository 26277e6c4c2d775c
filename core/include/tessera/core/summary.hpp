/// A field in a few numbers.
#pragma once

#include <algorithm>

#include "tessera/core/field.hpp"

namespace tessera {

/// Of the whole grid.
struct Extremes {
  double least = 0;
  double largest = 0;

  double magnitude() const { return std::max(-least, largest); }
};
/// Collective.
Extremes find_extremes(Domain& domain, const Field& field);

/// The product of the spacings of all dimensions.
double cell_volume(const Grid& grid);

/// Over the whole grid. Sums do not depend on the layout: those over a field are exact until they are rounded at the end.
struct Sums {
  double values = 0;   // times a weight
  double squares = 0;  // of the values, times a weight
};

/// Collective. `weight`: a field of the same cells, or none for 1.
Sums sum(Domain& domain, const Field& field, const Field* weight = nullptr);

}  // namespace tessera
