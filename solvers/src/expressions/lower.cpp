#include <cmath>

#include "lowering.hpp"

namespace tessera::expressions {

Lowering::Lowering(const Plan& plan, const Stencil& stencil, const std::vector<std::size_t>& made)
    : graph_(plan.graph), stencil_(stencil), dependences_(find_dependences(plan.graph)) {
  for (const std::size_t t : made) {
    Id root = plan.temporaries[t].root;
    if (!dependences_[root].differences) continue;  // made again in no time
    double factor = 1;
    if (const Node& node = graph_[root]; node.op == Op::sum && node.value == 0 && node.operands.size() == 1) {
      factor = node.factors[0];
      root = node.operands[0];
    }
    stored_.try_emplace(root, Stored{static_cast<QuantityNumber>(plan.fields + t), factor});
  }
}

Program Lowering::make(Id root, const std::optional<Fusion>& fusion, QuantityNumber argument) {
  Operand result = value(root);
  if (fusion) result = fused(*fusion, result, argument);
  // The result is that of the last instruction.
  if (result.kind != Operand::Kind::value || result.number + 1 != program_.instructions.size())
    program_.instructions.push_back({Code::copy, {result}});
  return std::move(program_);
}

Operand Lowering::make_value(Id id) {
  const Node& node = graph_[id];
  const Dependence& on = dependences_[id];
  if (node.op == Op::number) return number(node.value);
  if (!on.cells && on.dimensions == 0) return scalar({Scalar::Kind::node, 0, id});
  if (!on.cells && !on.time) {
    const unsigned along_row = 1U << (static_cast<unsigned>(stencil_.dimensions()) - 1);
    if (on.dimensions == along_row) return row({Row::Kind::place, 0, {}, id});
    if ((on.dimensions & (on.dimensions - 1)) == 0) return scalar({Scalar::Kind::place, 0, id});
    if (on.function) return row({Row::Kind::steady, 0, {}, id});
  }
  if (is_difference(node.op)) return difference(node);
  const auto operand = [&](std::size_t i) { return value(node.operands[i]); };
  switch (node.op) {
    case Op::field: return load(node.index);
    case Op::noise: return row({Row::Kind::noise, static_cast<std::size_t>(node.index)});
    case Op::sum: return sum(node);
    case Op::product: return product(node);
    case Op::square_root: return emit(Code::square_root, operand(0));
    case Op::absolute: return emit(Code::absolute, operand(0));
    case Op::floor: return emit(Code::floor, operand(0));
    case Op::ceiling: return emit(Code::ceiling, operand(0));
    case Op::minimum: return emit(Code::minimum, operand(0), operand(1));
    case Op::maximum: return emit(Code::maximum, operand(0), operand(1));
    case Op::less: return emit(Code::less, operand(0), operand(1));
    case Op::less_equal: return emit(Code::less_equal, operand(0), operand(1));
    case Op::equal: return emit(Code::equal, operand(0), operand(1));
    case Op::choose: return emit(Code::choose, operand(0), operand(1), operand(2));
    default: {
      const Operand second = node.operands.size() > 1 ? operand(1) : Operand{};
      return emit(Code::function, operand(0), second, {}, static_cast<std::size_t>(node.index));
    }
  }
}

Operand Lowering::difference(const Node& node) {
  const QuantityNumber of = node.boundary;
  const auto d = static_cast<std::size_t>(node.index);
  const auto around = [&](std::size_t dimension) {
    return emit(Code::add, beside(of, dimension, -1), beside(of, dimension, 1));
  };
  switch (node.op) {
    case Op::first_central: return emit(Code::subtract, beside(of, d, 1), beside(of, d, -1));
    case Op::first_forward: return emit(Code::subtract, beside(of, d, 1), load(of));
    case Op::first_backward: return emit(Code::subtract, load(of), beside(of, d, -1));
    case Op::second: return emit(Code::multiply_add, number(-2), load(of), around(d));
    case Op::laplace: return laplacian(of);
    default: return flux(node.index, of);
  }
}

Operand Lowering::laplacian(QuantityNumber of) {
  Operand neighbours = emit(Code::add, beside(of, 0, -1), beside(of, 0, 1));
  double centre = -2;
  for (std::size_t d = 1; d < dimensions(); ++d) {
    neighbours = add_scaled(ratio(d), emit(Code::add, beside(of, d, -1), beside(of, d, 1)), neighbours);
    centre -= 2 * ratio(d);
  }
  if (stencil_.points == 9) {
    const auto pair = [&](Index side) { return emit(Code::add, load(of, {-1, 0, -side}), load(of, {1, 0, side})); };
    neighbours = emit(Code::multiply_add, number(0.25), emit(Code::add, pair(1), pair(-1)), neighbours);
    centre = -5;
  }
  return emit(Code::multiply_add, number(centre), load(of), neighbours);
}

Operand Lowering::flux(QuantityNumber factor, QuantityNumber of) {
  std::optional<Operand> total;
  for (std::size_t d = 0; d < dimensions(); ++d) {
    const auto through = [&](Index lower, Index upper) {
      return std::pair(emit(Code::add, beside(factor, d, lower), beside(factor, d, upper)),
                       emit(Code::subtract, beside(of, d, upper), beside(of, d, lower)));
    };
    const auto [mean_above, change_above] = through(0, 1);
    const auto [mean_below, change_below] = through(-1, 0);
    const Operand net = emit(Code::subtract, emit(Code::multiply, mean_above, change_above),
                             emit(Code::multiply, mean_below, change_below));
    total = total ? add_scaled(ratio(d), net, *total) : net;
  }
  return *total;
}

Operand Lowering::fused(const Fusion& fusion, Operand rate, QuantityNumber argument) {
  const auto factor = [&](const double* of) { return scalar({Scalar::Kind::factor, 0, 0, of}); };
  const bool euler = fusion.inputs.empty();
  program_.checked = euler;
  Operand total = load(argument);
  if (!euler) total = emit(Code::multiply, factor(fusion.of_argument), total);
  for (std::size_t i = 0; i < fusion.inputs.size(); ++i) {
    // Its operand is known when the stage is added: after those of the rate.
    const Operand input = row({Row::Kind::input, program_.inputs.size() + i});
    total = emit(Code::multiply_add, factor(fusion.factors[i]), input, total);
  }
  return emit(Code::multiply_add, factor(fusion.of_rate), rate, total);
}

std::vector<Dependence> find_dependences(const Graph& graph) {
  std::vector<Dependence> list(graph.size());
  for (Id id = 0; id < graph.size(); ++id) {  // operands come before what is made of them
    const Node& node = graph[id];
    Dependence& on = list[id];
    on.cells = node.op == Op::field || node.op == Op::noise || is_difference(node.op);
    on.time = node.op == Op::time || node.op == Op::integral;
    on.function = node.op == Op::function;
    on.differences = is_difference(node.op);
    if (node.op == Op::coordinate) on.dimensions = 1U << static_cast<unsigned>(node.index);
    for (const Id operand : node.operands) {
      on.cells = on.cells || list[operand].cells;
      on.time = on.time || list[operand].time;
      on.function = on.function || list[operand].function;
      on.differences = on.differences || list[operand].differences;
      on.dimensions |= list[operand].dimensions;
    }
  }
  return list;
}

Program lower(const Plan& plan, Id root, const Stencil& stencil, const std::vector<std::size_t>& made,
              const std::optional<Fusion>& fusion, QuantityNumber argument) {
  return Lowering(plan, stencil, made).make(root, fusion, argument);
}

}  // namespace tessera::expressions
