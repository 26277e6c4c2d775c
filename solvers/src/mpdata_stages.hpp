// The passes of MPDATA as stages.
#pragma once

#include <optional>

#include "tessera/core/stages.hpp"
#include "tessera/solvers/mpdata.hpp"

namespace tessera::mpdata {

/// Passes `first` to `last` (of options.iterations) for a grid of so many dimensions; with `steps` above 1, that many whole
/// steps. External quantities, in order:
///     psi that pass `first` starts from
///     psi at the step's beginning             if first > 1 and nonoscillatory
///     Courant numbers of each dimension       unless `uniform` and first <= 2; given ones for passes 1 and 2, those that
///                                             pass first - 1 left for later ones
///     G                                       if has_g
///     psi, the result
///     Courant numbers of each dimension left  if 1 < last < iterations
Stages make_stages(int dimensions, Precision precision, const Options& options, bool has_g,
                   const std::optional<std::array<double, 3>>& uniform, int first, int last, int steps = 1);

}  // namespace tessera::mpdata
