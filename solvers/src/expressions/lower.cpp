#include <algorithm>
#include <cmath>
#include <map>

#include "program.hpp"

namespace tessera::expressions {
namespace {

class Lowering {
 public:
  Lowering(const Plan& plan, const Stencil& stencil)
      : graph_(plan.graph), stencil_(stencil), dependences_(find_dependences(plan.graph)) {}

  Program make(Id root, const std::optional<Fusion>& fusion, QuantityNumber argument) {
    Operand result = value(root);
    if (fusion) result = fused(*fusion, result, argument);
    // The result is that of the last instruction.
    if (result.kind != Operand::Kind::value || result.number + 1 != program_.instructions.size())
      program_.instructions.push_back({Code::copy, {result}});
    return std::move(program_);
  }

 private:
  // Operands --------------------------------------------------------------------------------------

  Operand emit(Code code, Operand a, Operand b = {}, Operand c = {}, std::size_t function = 0) {
    if ((code == Code::add || code == Code::multiply || code == Code::multiply_add || code == Code::multiply_subtract ||
         code == Code::subtract_product) &&
        b < a)
      std::swap(a, b);  // the same bits, and found again
    const Instruction instruction{code, {a, b, c}, function};
    const auto [place, is_new] = known_.try_emplace(instruction, program_.instructions.size());
    if (is_new) program_.instructions.push_back(instruction);
    return {Operand::Kind::value, place->second};
  }
  Operand scalar(const Scalar& scalar) { return {Operand::Kind::scalar, place_in(program_.scalars, scalar)}; }
  Operand number(double value) { return scalar({Scalar::Kind::number, value}); }
  Operand row(const Row& row) { return {Operand::Kind::row, place_in(program_.rows, row)}; }
  template <class T>
  static std::size_t place_in(std::vector<T>& list, const T& item) {
    const auto found = std::find(list.begin(), list.end(), item);
    const auto place = static_cast<std::size_t>(found - list.begin());
    if (found == list.end()) list.push_back(item);
    return place;
  }
  Operand load(QuantityNumber quantity, const Index3& offset = {0, 0, 0}) {
    const std::size_t input = place_in(program_.inputs, quantity);
    program_.reaches.resize(program_.inputs.size());
    Reach& reach = program_.reaches[input];
    for (std::size_t a = 0; a < 3; ++a) {
      reach.below[a] = std::max(reach.below[a], -offset[a]);
      reach.above[a] = std::max(reach.above[a], offset[a]);
    }
    return row({Row::Kind::input, input, offset});
  }
  Operand beside(QuantityNumber quantity, std::size_t dimension, Index layers) {
    return load(quantity, along(stencil_.dimensions(), static_cast<int>(dimension), layers));
  }

  // Nodes -----------------------------------------------------------------------------------------

  Operand value(Id id) {
    if (const auto known = values_.find(id); known != values_.end()) return known->second;
    const Operand result = make_value(id);
    values_[id] = result;
    return result;
  }

  Operand make_value(Id id) {
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

  /// base^exponent for an exponent above 0, by squares.
  Operand power(Operand base, int exponent) {
    if (exponent == 1) return base;
    if (exponent % 2 == 1) return emit(Code::multiply, power(base, exponent - 1), base);
    const Operand half = power(base, exponent / 2);
    return emit(Code::multiply, half, half);
  }
  /// What a power is the product of.
  void add_factors(std::vector<Operand>& list, Operand base, int exponent) {
    if (exponent == 1) {
      list.push_back(base);
      return;
    }
    const int half = exponent % 2 == 1 ? exponent - 1 : exponent / 2;
    list.push_back(power(base, half));
    list.push_back(power(base, exponent - half));
  }
  Operand multiply_all(const std::vector<Operand>& factors) {
    Operand result = factors.front();
    for (std::size_t i = 1; i < factors.size(); ++i) result = emit(Code::multiply, result, factors[i]);
    return result;
  }
  /// The factors of a product above the line and below.
  std::pair<std::vector<Operand>, std::vector<Operand>> factors_of(const Node& node) {
    std::pair<std::vector<Operand>, std::vector<Operand>> parts;
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const int exponent = static_cast<int>(node.factors[i]);
      add_factors(exponent > 0 ? parts.first : parts.second, value(node.operands[i]), std::abs(exponent));
    }
    return parts;
  }
  Operand product(const Node& node) {
    const auto [above, below] = factors_of(node);
    if (below.empty()) return multiply_all(above);
    return emit(Code::divide, above.empty() ? number(1) : multiply_all(above), multiply_all(below));
  }

  /// Whether it is a product without divisions, which can be added as it is made.
  bool is_multiplied(Id id) const {
    const Node& node = graph_[id];
    return node.op == Op::product && dependences_[id].cells &&
           std::all_of(node.factors.begin(), node.factors.end(), [](double n) { return n > 0; });
  }
  Operand emit_product(Code code, Id product, Operand with) {
    auto factors = factors_of(graph_[product]).first;
    const Operand last = factors.back();
    factors.pop_back();
    return emit(code, multiply_all(factors), last, with);
  }

  /// The first terms of a sum, which are taken from the list.
  Operand begin_sum(double constant, std::vector<Term>& terms) {
    const auto take = [&](const auto& is) -> std::optional<Id> {
      const auto found = std::find_if(terms.begin(), terms.end(), is);
      if (found == terms.end()) return std::nullopt;
      const Id of = found->of;
      terms.erase(found);
      return of;
    };
    if (constant != 0) return number(constant);
    if (const auto plain = take([&](const Term& t) { return t.factor == 1 && !is_multiplied(t.of); }))
      return value(*plain);
    if (const auto product = take([](const Term& t) { return t.factor == 1; })) {
      const auto less = take([&](const Term& t) { return t.factor == -1 && !is_multiplied(t.of); });
      return less ? emit_product(Code::multiply_subtract, *product, value(*less)) : value(*product);
    }
    const Term first = terms.front();
    terms.erase(terms.begin());
    return emit(Code::multiply, number(first.factor), value(first.of));
  }

  Operand sum(const Node& node) {
    std::vector<Term> terms;
    for (std::size_t i = 0; i < node.operands.size(); ++i) terms.push_back({node.factors[i], node.operands[i]});
    Operand total = begin_sum(node.value, terms);
    for (const auto& [factor, of] : terms) {
      if (std::fabs(factor) != 1) total = emit(Code::multiply_add, number(factor), value(of), total);
      else if (is_multiplied(of))
        total = emit_product(factor > 0 ? Code::multiply_add : Code::subtract_product, of, total);
      else total = emit(factor > 0 ? Code::add : Code::subtract, total, value(of));
    }
    return total;
  }

  Operand difference(const Node& node) {
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

  std::size_t dimensions() const { return static_cast<std::size_t>(stencil_.dimensions()); }
  double ratio(std::size_t d) const { return stencil_.inverse_square[d] / stencil_.inverse_square[0]; }
  Operand add_scaled(double factor, Operand what, Operand to) {
    return factor == 1 ? emit(Code::add, to, what) : emit(Code::multiply_add, number(factor), what, to);
  }

  /// The same operations, in the same order, as those of Neighbours::add_laplacian.
  Operand laplacian(QuantityNumber of) {
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

  Operand flux(QuantityNumber factor, QuantityNumber of) {
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

  /// What write_fused_rows (stencil-inl.hpp) computes, in the same order.
  Operand fused(const Fusion& fusion, Operand rate, QuantityNumber argument) {
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

  const Graph& graph_;
  const Stencil& stencil_;
  std::vector<Dependence> dependences_;
  Program program_;
  std::map<Id, Operand> values_;
  std::map<Instruction, std::size_t> known_;
};

}  // namespace

std::vector<Dependence> find_dependences(const Graph& graph) {
  std::vector<Dependence> list(graph.size());
  for (Id id = 0; id < graph.size(); ++id) {  // operands come before what is made of them
    const Node& node = graph[id];
    Dependence& on = list[id];
    on.cells = node.op == Op::field || node.op == Op::noise || is_difference(node.op);
    on.time = node.op == Op::time || node.op == Op::integral;
    on.function = node.op == Op::function;
    if (node.op == Op::coordinate) on.dimensions = 1U << static_cast<unsigned>(node.index);
    for (const Id operand : node.operands) {
      on.cells = on.cells || list[operand].cells;
      on.time = on.time || list[operand].time;
      on.function = on.function || list[operand].function;
      on.dimensions |= list[operand].dimensions;
    }
  }
  return list;
}

Program lower(const Plan& plan, Id root, const Stencil& stencil, const std::optional<Fusion>& fusion,
              QuantityNumber argument) {
  return Lowering(plan, stencil).make(root, fusion, argument);
}

}  // namespace tessera::expressions
