/// The Cahn-Hilliard equation dc/dt = lap(c^3 - c - w lap c) - k (c - c0).
///
/// Cahn and Hilliard 1958 (J. Chem. Phys. 28), with the linear source of the numba-mpi paper's
/// Listing 7 (Derlatka et al. 2024). Second-order central differences (5- and 7-point Laplacian).
#pragma once

#include <memory>

#include "tessera/core/expression.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::cahn_hilliard {

/// Ghost layers that an evaluation reads: one for mu = c^3 - c - w lap c, one for its Laplacian.
inline constexpr Index reach = 2;

/// The keys are those of docs/config.md: initial.c, cahn_hilliard, grid.boundary (for c) and
/// cahn_hilliard.boundary (for mu), time. Throws ConfigError for a fixed step that is not stable.
std::unique_ptr<Solver> make_solver(const Config& config, Domain& domain, const Parameters& parameters);

}  // namespace tessera::cahn_hilliard
