/// MPDATA: iterated upwind advection with antidiffusive velocities.
///
/// Solves d(G psi)/dt + div(G u psi) = 0 on an Arakawa-C grid. Smolarkiewicz 1984 (J. Comput. Phys. 54),
/// Smolarkiewicz and Margolin 1998 (J. Comput. Phys. 140), Jaruga et al. 2015 (Geosci. Model Dev. 8);
/// the formulas as they stand here: docs/mpdata.md.
#pragma once

#include <algorithm>
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
  bool absolute = false;             // antidiffusion by |psi|, for fields of either sign
  bool third_order = false;          // terms of third order, for uniform flow or, in divergence form, of place and time
  bool divergence_form = false;      // corrections for flow that varies
  bool divergent_flow = false;       // the term that flow of some divergence needs
  bool dpdc = false;                 // the last pass stands for all that could follow; in one dimension
  bool diffuses = false;             // there is diffusion
  double epsilon = 1e-15;
  bool extrapolated = false;  // a wall's ghosts are made of three cells

  bool coupled = false;  // the flow depends on the fields: it is made of cells a layer further out

  /// Ghost layers beyond a wall that a pass reads.
  Index wall_layers() const { return third_order ? 2 : 1; }
  /// Ghost layers that a corrective pass reads.
  Index pass_reach() const {
    const Index extrapolating = divergence_form && third_order ? 3 : 2;
    return std::max(wall_layers(), extrapolated ? extrapolating : 1) + (nonoscillatory ? 1 : 0);
  }
  /// Ghost layers that the first pass reads.
  Index first_reach() const { return extrapolated ? 2 : 1; }
  /// Layers exchanged for a pass, where every pass has an exchange of its own.
  Index shallow_depth() const { return iterations > 1 ? std::max(first_reach(), pass_reach()) : first_reach(); }
  /// Layers exchanged for a whole step at once.
  Index deep_depth() const { return first_reach() + pass_reach() * (iterations - 1); }
  /// Cells that a block must have along a dimension that is cut.
  Index thinnest() const { return std::max(shallow_depth() + (coupled ? 1 : 0), Index{extrapolated ? 3 : 1}); }
};

/// Reads the section `mpdata`, but for what flows. Throws ConfigError where options contradict each other.
Options read_options(const Config& config);

/// Reads the rest: the keys are those of docs/config.md. Throws ConfigError, on every rank alike, if the flow is not finite,
/// does not fit periodic ends or walls, or leaves a cell with an outgoing sum over G above 1.
std::unique_ptr<Solver> make_solver(const Config& config, const Options& options, Domain& domain,
                                    const Parameters& parameters);

}  // namespace tessera::mpdata
