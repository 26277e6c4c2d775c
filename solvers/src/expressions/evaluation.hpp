// Values of nodes in one cell, in double precision: for what is the same in many cells, and for estimates.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "graph.hpp"

namespace tessera::expressions {

/// Where, when and of what nodes have a value.
struct Place {
  std::array<double, 3> position{};  // by dimension
  double time = 0;
  std::span<const double> integrals = {};
  std::span<const double> fields = {};
  std::span<const double> differences = {};  // by node
};

/// Evaluates a node and what it is made of, each once. For one thread at a time; copies are independent.
class Evaluator {
 public:
  Evaluator(const Graph& graph, const std::vector<Id>& roots);

  void run(const Place& place);
  /// After that.
  double value(Id id) const { return values_[id]; }
  /// Nodes of which there are values, operands first.
  const std::vector<Id>& order() const { return order_; }

 private:
  const Graph* graph_;
  std::vector<Id> order_;
  std::vector<double> values_;
};

}  // namespace tessera::expressions
