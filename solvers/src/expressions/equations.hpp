// Equations as expressions: for each field that of its rate of change.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "graph.hpp"
#include "meaning.hpp"
#include "tessera/core/config.hpp"
#include "tessera/core/expression.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera::expressions {

/// Boundary conditions for operators: the first key of the section `bc_ops` that matches an equation and an operator.
struct OperatorBoundary {
  std::string key;  // "c:laplace"; * matches any equation, or operator
  std::string equation, op;
};

struct Equations {
  std::string title = {};  // of a named equation, of which the bounds of steps can be relied on
  std::vector<std::string> fields;
  std::vector<OperatorBoundary> boundaries;
  Graph graph;
  std::vector<Id> rates;            // by field
  std::vector<Id> noise_variances;  // by field; 0: no noise
  std::uint64_t seed = 0;
  std::optional<Id> energy = {};        // the density of what never grows, or never changes
  std::vector<double> amplitudes = {};  // as Equation::expected_amplitudes
  std::function<Spectrum(const std::vector<double>& amplitudes)> spectrum = {};  // none: that of the linearisation

  bool noisy() const;
  /// The section `noise`: the variance of white noise, of all fields or of each, and a seed.
  void read_noise(const Config& section, const Vocabulary& vocabulary);
};

/// Adds an expression to the graph. Throws ConfigError: with the place in it, what is wrong there, and what to do.
Id read_expression(Graph& graph, const Config& config, const Vocabulary& vocabulary);

/// The section `equations`. Throws ConfigError.
Equations read_equations(const Config& config, int dimensions, const Parameters& parameters);

}  // namespace tessera::expressions
