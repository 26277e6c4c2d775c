// The passes of MPDATA as stages.
#pragma once

#include <limits>
#include <optional>
#include <utility>

#include "mpdata_kernels.hpp"
#include "tessera/core/boundary.hpp"
#include "tessera/core/stages.hpp"
#include "tessera/solvers/mpdata.hpp"

namespace tessera::mpdata {

/// The conditions at walls: of psi, of Courant numbers and G (which go on as they end), and of what a cell can take of a
/// flux (beyond a wall, everything: only the cell inside decides).
struct Walls {
  Walls(Domain& domain, Boundary of_psi)
      : psi(std::move(of_psi)),
        flow(Boundary::open(domain)),
        capacity(Boundary::constant(domain, std::numeric_limits<double>::infinity())) {}
  Boundary psi;
  Boundary flow;
  Boundary capacity;
};

/// What is given with a flow.
struct Given {
  std::optional<Courant3> uniform;  // Courant numbers, the same everywhere
  std::optional<Courant3> diffusion;
  bool has_g = false;
  bool changes = false;  // of the Courant numbers during a step, where third order needs them
};

/// Passes `first` to `last` (of options.iterations) for a grid of so many dimensions; with `steps` above 1, that many whole
/// steps. Ghosts beyond walls have the time of the step's end: moment 1, 2, .. of the sweep. `walls` must outlive the
/// stages. External quantities, in order:
///     psi that pass `first` starts from
///     psi at the step's beginning             if first > 1 and nonoscillatory
///     Courant numbers of each dimension       unless uniform and given; given ones for passes 1 and, without diffusion,
///                                             2, those that pass first - 1 left for later ones
///     G                                       if there is one
///     changes of Courant numbers, a dimension if there are any and pass 2 is among the passes
///     psi, the result
///     Courant numbers of each dimension left  if 1 < last < iterations, or last is 1 of more and there is diffusion
Stages make_stages(int dimensions, Precision precision, const Options& options, const Given& given, const Walls& walls,
                   int first, int last, int steps = 1);

}  // namespace tessera::mpdata
