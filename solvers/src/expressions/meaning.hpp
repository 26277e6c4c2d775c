// What an expression means: its names looked up, its functions made of the graph's operations.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "graph.hpp"
#include "syntax.hpp"

namespace tessera::expressions {

/// What may stand in an expression besides numbers, pi, e and functions.
struct Vocabulary {
  int dimensions = 3;  // of x, y, z
  bool time = true;
  bool differences = true;  // operators and integrals
  std::vector<std::string> fields = {};
  std::map<std::string, Id> parameters = {};
  /// The number of the bc_ops of an operator, by its name; -1: none.
  std::function<int(const std::string&)> boundary_of = {};
};

/// More are refused.
inline constexpr std::size_t most_operations = 5000;

/// The value of an expression, added to the graph. Throws ExpressionError: for unknown names with the nearest one, and for whatever has no
/// finite value.
Id read_meaning(Graph& graph, const Syntax& syntax, const Vocabulary& vocabulary);

}  // namespace tessera::expressions
