/// A field in a few numbers.
#pragma once

#include "tessera/core/field.hpp"

namespace tessera {

/// Over the whole grid. Sums do not depend on the layout: those over a field are exact until they are rounded at the end.
struct Summary {
  double sum = 0;      // of the values, times a weight
  double squares = 0;  // of their squares, times a weight
  double least = 0;
  double largest = 0;
};

/// Collective. `weight`: a field of the same cells, or none for 1.
Summary summarise(Domain& domain, const Field& field, const Field* weight = nullptr);

}  // namespace tessera
