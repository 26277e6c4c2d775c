#include "plan.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tessera::expressions {
namespace {

class Planner {
 public:
  Planner(const Graph& from, std::size_t fields, const Stencil& stencil) : from_(from), stencil_(stencil) {
    plan_.fields = fields;
  }

  Plan make(const std::vector<Id>& rates, const std::optional<Id>& energy) {
    for (const Id rate : rates) plan_.rates.push_back(made(rate));
    if (energy) plan_.energy = made(*energy);
    return std::move(plan_);
  }

 private:
  /// The node in the plan's graph.
  Id made(Id id) {
    if (const auto known = made_.find(id); known != made_.end()) return known->second;
    const Id result = make(from_[id]);
    made_[id] = result;
    return result;
  }

  Id make(const Node& node) {
    Graph& graph = plan_.graph;
    if (is_difference(node.op)) return make_difference(node);
    std::vector<Id> operands;
    if (node.op != Op::integral) {
      for (const Id operand : node.operands) operands.push_back(made(operand));
    }
    switch (node.op) {
      case Op::number: return graph.number(node.value);
      case Op::time:
      case Op::coordinate:
      case Op::noise:
      case Op::field: return graph.leaf(node.op, node.index);
      case Op::integral: {
        const Id of = made(node.operands[0]);
        plan_.integrals.push_back(of);
        return graph.leaf(Op::integral, static_cast<int>(plan_.integrals.size()) - 1);
      }
      case Op::sum: {
        std::vector<Term> terms{{1, graph.number(node.value)}};
        for (std::size_t i = 0; i < operands.size(); ++i) terms.push_back({node.factors[i], operands[i]});
        return graph.sum(terms);
      }
      case Op::product: {
        std::vector<Id> factors;
        for (std::size_t i = 0; i < operands.size(); ++i)
          factors.push_back(graph.power(operands[i], static_cast<int>(node.factors[i])));
        return graph.product(factors);
      }
      case Op::choose: return graph.choose(operands[0], operands[1], operands[2]);
      case Op::function: {
        const auto number = static_cast<std::size_t>(node.index);
        return operands.size() == 1 ? graph.function(number, operands[0])
                                    : graph.function(number, operands[0], operands[1]);
      }
      default:
        return operands.size() == 1 ? graph.unary(node.op, operands[0])
                                    : graph.binary(node.op, operands[0], operands[1]);
    }
  }

  Id make_difference(const Node& node) {
    const auto d = static_cast<std::size_t>(node.index);
    const double spacing = stencil_.spacing[d];
    double factor = 0;
    Node leaf{node.op, node.index, quantity(node.operands.back(), node.boundary)};
    switch (node.op) {
      case Op::first_central: factor = 0.5 / spacing; break;
      case Op::first_forward:
      case Op::first_backward: factor = 1 / spacing; break;
      case Op::second: factor = stencil_.inverse_square[d]; break;
      case Op::laplace: factor = stencil_.inverse_square[0] * (stencil_.points == 9 ? 4.0 / 6 : 1); break;
      default:  // a flux: twice the mean is taken to the faces
        factor = 0.5 * stencil_.inverse_square[0];
        leaf.index = quantity(node.operands[0], Plan::zero_derivative);
    }
    const Id difference = plan_.graph.difference(leaf.op, leaf.index, leaf.boundary, {});
    return plan_.graph.sum({{factor, difference}});
  }

  /// What a difference of a node reads.
  QuantityNumber quantity(Id id, int boundary) {
    const bool own = boundary == -1 || boundary == Plan::zero_derivative;
    if (from_[id].op == Op::field && own) return from_[id].index;
    const auto [place, is_new] = quantities_.try_emplace({id, boundary}, 0);
    if (is_new) {
      const Id root = made(id);
      int reach = 0;
      std::vector<bool> seen;
      for_each_node(plan_.graph, root, seen, [&](Id part) { reach = std::max(reach, reach_of(part)); });
      plan_.temporaries.push_back({root, id, boundary, reach});
      quantities_[{id, boundary}] = static_cast<int>(plan_.fields + plan_.temporaries.size()) - 1;
    }
    return quantities_[{id, boundary}];
  }

  int reach_of(Id id) const {
    const Node& node = plan_.graph[id];
    if (!is_difference(node.op)) return 0;
    int reach = reach_of_quantity(node.boundary);
    if (node.op == Op::flux) reach = std::max(reach, reach_of_quantity(node.index));
    return 1 + reach;
  }
  int reach_of_quantity(QuantityNumber number) const {
    const auto n = static_cast<std::size_t>(number);
    return n < plan_.fields ? 0 : plan_.temporaries[n - plan_.fields].reach;
  }

  const Graph& from_;
  const Stencil& stencil_;
  Plan plan_;
  std::map<Id, Id> made_;
  std::map<std::pair<Id, int>, QuantityNumber> quantities_;
};

/// Calls visit(number) for the quantities that a node's difference reads.
template <class Visit>
void for_each_quantity(const Node& node, const Visit& visit) {
  if (!is_difference(node.op)) return;
  visit(static_cast<std::size_t>(node.boundary));
  if (node.op == Op::flux) visit(static_cast<std::size_t>(node.index));
}

}  // namespace

int Plan::reach() const {
  int reach = 0;
  std::vector<bool> seen;
  const auto visit = [&](Id id) {
    for_each_quantity(graph[id], [&](std::size_t number) {
      reach = std::max(reach, 1 + (number < fields ? 0 : temporaries[number - fields].reach));
    });
  };
  for (const Id root : rates) for_each_node(graph, root, seen, visit);
  for (const Id root : integrals) for_each_node(graph, root, seen, visit);
  if (energy) for_each_node(graph, *energy, seen, visit);
  return reach;
}

std::vector<std::size_t> Plan::needed_for(const std::vector<Id>& roots) const {
  std::vector<bool> needed(temporaries.size());
  std::vector<bool> seen;
  const auto visit = [&](Id id) {
    for_each_quantity(graph[id], [&](std::size_t number) {
      if (number >= fields) needed[number - fields] = true;
    });
  };
  for (const Id root : roots) for_each_node(graph, root, seen, visit);
  std::vector<std::size_t> list;
  for (std::size_t t = temporaries.size(); t-- > 0;) {
    if (!needed[t]) continue;
    for_each_node(graph, temporaries[t].root, seen, visit);
    list.push_back(t);
  }
  std::reverse(list.begin(), list.end());
  return list;
}

Plan make_plan(const Graph& graph, const std::vector<Id>& rates, const Stencil& stencil,
               const std::optional<Id>& energy) {
  return Planner(graph, rates.size(), stencil).make(rates, energy);
}

}  // namespace tessera::expressions
