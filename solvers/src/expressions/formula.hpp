// A node as a formula, for people: as the program has understood an expression.
#pragma once

#include <string>
#include <vector>

#include "graph.hpp"

namespace tessera::expressions {

/// Of a graph that is not a plan's, so that differences have operands. No longer than `most` characters, then "..".
std::string formula(const Graph& graph, Id id, const std::vector<std::string>& fields, std::size_t most = 2000);

}  // namespace tessera::expressions
