/// MPDATA: iterated upwind advection with antidiffusive velocities.
///
/// Solves d(G psi)/dt + div(G u psi) = 0 on an Arakawa-C grid. Smolarkiewicz 1984 (J. Comput. Phys. 54),
/// Smolarkiewicz and Margolin 1998 (J. Comput. Phys. 140), Jaruga et al. 2015 (Geosci. Model Dev. 8);
/// the formulas as they stand here: docs/mpdata.md.
#pragma once

#include <functional>
#include <memory>

#include "tessera/core/expression.hpp"
#include "tessera/core/halo.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::mpdata {

struct Options {
  int iterations = 2;           // passes; 1 is plain upwind
  bool nonoscillatory = false;  // flux-corrected antidiffusion
  bool infinite_gauge = false;
  bool dimensionally_split = false;  // no cross terms
  double epsilon = 1e-15;
  double step = 1;  // what a step adds to the time

  /// Ghost layers that a corrective pass reads.
  Index pass_reach() const { return nonoscillatory ? 2 : 1; }
  /// Layers exchanged for a pass, where every pass has an exchange of its own.
  Index shallow_depth() const { return iterations > 1 ? pass_reach() : 1; }
  /// Layers exchanged for a whole step at once.
  Index deep_depth() const { return 1 + pass_reach() * (iterations - 1); }
};

/// Reads the section `mpdata` (but for the expressions) and time.step.
Options read_options(const Config& config);

/// The keys are those of docs/config.md: initial.psi, mpdata.courant, mpdata.g_factor.
/// Throws ConfigError, on every rank alike, if the Courant numbers are not finite, do not fit periodic
/// ends, or leave a cell with an outgoing sum over G above 1.
std::unique_ptr<Solver> make_solver(const Config& config, const Options& options, Domain& domain,
                                    const Parameters& parameters);

}  // namespace tessera::mpdata
