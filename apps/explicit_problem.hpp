// A named equation as a problem for the driver.
#pragma once

#include "driver.hpp"
#include "tessera/solvers/explicit.hpp"

namespace tessera::apps {

inline Problem explicit_problem(const NamedEquation& equation) {
  return {equation.entry.reach, [equation](const Config& config, Domain& domain, const Parameters& parameters) {
            return make_explicit_solver(equation, config, domain, parameters);
          }};
}

}  // namespace tessera::apps
