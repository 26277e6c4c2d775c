// Equations that have a name.
#pragma once

#include <vector>

#include "tessera/solvers/equation.hpp"

namespace tessera {

/// Those that are expressions.
namespace expressions {
std::vector<NamedEquation> named_equations();
}

/// Those of src/equations: with kernels written by hand.
std::vector<NamedEquation> equations_by_hand();

}  // namespace tessera
