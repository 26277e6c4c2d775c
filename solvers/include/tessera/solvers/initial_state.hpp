/// The values that a run begins with, the same on every layout.
#pragma once

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"

namespace tessera {

/// Collective: sets a cells field from its configuration: an expression or number, or a section of
///     uniform: [low, high]         random numbers
///     normal: [mean, deviation]    random numbers of a normal distribution
///     file, dataset, record        of an HDF5 file, by this program or another
/// and `expression`, which is added, and `seed`. A random number depends on the seed and the cell's place in the grid alone.
/// Throws ConfigError where something is not finite or does not fit.
void fill_initial(Domain& domain, Field& field, const Config& config, const Parameters& parameters);

}  // namespace tessera
