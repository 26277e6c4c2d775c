/// Explicit solvers of equations with names and of those of a configuration, by steppers that are the same for all.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tessera/core/expression.hpp"
#include "tessera/solvers/equation.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera {

/// The one with this name.
std::optional<NamedEquation> find_equation(const std::string& name);
/// That of the key `equation`, or those that the section `equations` has as expressions. Throws ConfigError if there is neither.
NamedEquation find_equation(const Config& config);

/// The keys are those of docs/config.md: initial, time, grid.boundary, and the equation's own section. Throws ConfigError for a fixed
/// step that is not stable.
std::unique_ptr<Solver> make_explicit_solver(const NamedEquation& equation, const Config& config, Domain& domain,
                                             const Parameters& parameters);

}  // namespace tessera
