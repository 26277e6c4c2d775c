#include "evaluation.hpp"

#include "plan.hpp"

namespace tessera::expressions {

Evaluator::Evaluator(const Graph& graph, const std::vector<Id>& roots) : graph_(&graph), values_(graph.size()) {
  std::vector<bool> seen;
  for (const Id root : roots) for_each_node(graph, root, seen, [&](Id id) { order_.push_back(id); });
}

void Evaluator::run(const Place& place) {
  for (const Id id : order_) {
    const Node& node = (*graph_)[id];
    const auto index = static_cast<std::size_t>(node.index);
    const auto operand = [&](std::size_t i) { return i < node.operands.size() ? values_[node.operands[i]] : 0; };
    double& value = values_[id];
    switch (node.op) {
      case Op::number: value = node.value; break;
      case Op::time: value = place.time; break;
      case Op::coordinate: value = place.position[index]; break;
      case Op::noise: value = 0; break;
      case Op::field: value = place.fields[index]; break;
      case Op::integral: value = place.integrals[index]; break;
      case Op::sum:
        value = node.value;
        for (std::size_t i = 0; i < node.operands.size(); ++i) value += node.factors[i] * operand(i);
        break;
      case Op::product:
        value = 1;
        for (std::size_t i = 0; i < node.operands.size(); ++i)
          value *= whole_power(operand(i), static_cast<int>(node.factors[i]));
        break;
      default:
        value = is_difference(node.op) ? place.differences[id] : evaluate(node, operand(0), operand(1), operand(2));
    }
  }
}

}  // namespace tessera::expressions
