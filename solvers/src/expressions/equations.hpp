// The section `equations`: for each field an expression of its rate of change.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph.hpp"
#include "tessera/core/config.hpp"
#include "tessera/core/expression.hpp"

namespace tessera::expressions {

/// Boundary conditions for operators: the first key of the section `bc_ops` that matches an equation and an operator.
struct OperatorBoundary {
  std::string key;  // "c:laplace"; * matches any equation, or operator
  std::string equation, op;
};

struct Equations {
  std::vector<std::string> fields;
  std::vector<OperatorBoundary> boundaries;
  Graph graph;
  std::vector<Id> rates;            // by field
  std::vector<Id> noise_variances;  // by field; 0: no noise
  std::uint64_t seed = 0;

  bool noisy() const;
};

/// Throws ConfigError: with the place in an expression, what is wrong there, and what to do.
Equations read_equations(const Config& config, int dimensions, const Parameters& parameters);

}  // namespace tessera::expressions
