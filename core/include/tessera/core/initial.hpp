/// Values for a field from expressions or random numbers, the same on every layout.
#pragma once

#include <cstdint>

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"

namespace tessera {

/// Collective: sets a field (own values and `ghosts` layers, wrapped around periodic axes) from an
/// expression at its cells' centres or faces' middles. Throws ConfigError where a value is not finite.
void fill(Domain& domain, Field& field, const Expression& expression, double time, Index ghosts);

/// A number in [0, 1) for a cell: SplitMix64's finaliser (Steele, Lea and Flood 2014) over seed and
/// the cell's number in the grid, so that it does not depend on who asks.
double uniform(std::uint64_t seed, std::uint64_t cell);

/// Collective: sets a cells field from its configuration: an expression or number, or
/// {uniform: [low, high], seed: n}.
void fill_initial(Domain& domain, Field& field, const Config& config, const Parameters& parameters);

}  // namespace tessera
