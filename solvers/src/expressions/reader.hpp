// How a tree becomes nodes of a graph: values, functions of the language, and what these do with each other.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "meaning.hpp"

namespace tessera::expressions {

/// A number, or a vector with a component for each dimension.
struct Value {
  std::vector<Id> parts;
  bool vector = false;
};

class Reader;
using Arguments = std::vector<Value>;

/// A function of the language: how many arguments it takes, and what it makes of them.
struct Entry {
  std::vector<std::string> names;  // the first is what its boundary conditions are called by
  std::size_t least, most;
  std::function<Value(Reader&, const Syntax&, Arguments&)> make;
};

inline constexpr std::size_t any_number = 1000;

/// All of them.
const std::vector<Entry>& entries();
const Entry* find_entry(const std::string& name);

class Reader {
 public:
  Reader(Graph& graph, const Vocabulary& vocabulary) : graph_(graph), words_(vocabulary) {}

  Value read(const Syntax& syntax);
  Id read_number(const Syntax& syntax) { return number(syntax, read(syntax)); }

  // Numbers ---------------------------------------------------------------------------------------

  Graph& graph() { return graph_; }
  /// Refuses a vector.
  Id number(const Syntax& at, const Value& value) {
    if (value.vector)
      throw ExpressionError("a number is needed here, this is a vector; see dot(a, b) and divergence(a)", at.at);
    return value.parts[0];
  }
  std::vector<Id> numbers(const Syntax& call, const Arguments& arguments) {
    std::vector<Id> list;
    for (std::size_t i = 0; i < arguments.size(); ++i) list.push_back(number(call.arguments[i], arguments[i]));
    return list;
  }
  static Value scalar(Id id) { return {{id}, false}; }

  /// The same of each component; a number is taken with each component of a vector.
  template <class F>
  Value by_component(const Arguments& values, const F& f) {
    const bool vector = std::any_of(values.begin(), values.end(), [](const Value& v) { return v.vector; });
    Value result{{}, vector};
    for (std::size_t d = 0; d < (vector ? dimensions() : 1); ++d) {
      std::vector<Id> parts;
      for (const Value& value : values) parts.push_back(value.parts[value.vector ? d : 0]);
      result.parts.push_back(f(parts));
    }
    return result;
  }

  Value add(const Syntax& call, const Arguments& values, double sign) {
    if (values[0].vector != values[1].vector) throw ExpressionError("a vector and a number cannot be added", call.at);
    return by_component(values, [&](const auto& p) { return graph_.sum({{1, p[0]}, {sign, p[1]}}); });
  }
  Value multiply(const Syntax& call, const Arguments& values) {
    if (values[0].vector && values[1].vector) throw ExpressionError("of two vectors write dot(a, b)", call.at);
    return by_component(values, [&](const auto& p) { return graph_.product(p); });
  }
  Value divide(const Syntax& call, const Arguments& values) {
    const Id below = number(call.arguments[1], values[1]);
    return by_component(values, [&](const auto& p) { return graph_.product({p[0], graph_.power(below, -1)}); });
  }
  /// 1 where it is not 0.
  Id truth(Id id) {
    const Op op = graph_[id].op;
    if (op == Op::less || op == Op::less_equal || op == Op::equal) return id;
    return graph_.choose(id, graph_.number(1), graph_.number(0));
  }
  Id opposite(Id id) { return graph_.binary(Op::equal, id, graph_.number(0)); }

  // Operators -------------------------------------------------------------------------------------

  std::size_t dimensions() const { return static_cast<std::size_t>(words_.dimensions); }
  int boundary(const std::string& name) const { return words_.boundary_of ? words_.boundary_of(name) : -1; }
  void require_differences(const Syntax& call) const {
    if (!words_.differences) throw ExpressionError("operators and integrals cannot stand here", call.at);
  }
  Id difference(Op op, std::size_t dimension, const std::string& name, Id operand) {
    return graph_.difference(op, static_cast<int>(dimension), boundary(name), {operand});
  }
  Value gradient(const std::string& name, Id operand) {
    Value result{{}, true};
    for (std::size_t d = 0; d < dimensions(); ++d)
      result.parts.push_back(difference(Op::first_central, d, name, operand));
    return result;
  }
  Id divergence(const std::string& name, const Value& vector) {
    std::vector<Term> terms;
    for (std::size_t d = 0; d < dimensions(); ++d)
      terms.push_back({1, difference(Op::first_central, d, name, vector.parts[d])});
    return graph_.sum(terms);
  }
  const Value& require_vector(const Syntax& at, const Value& value) const {
    if (!value.vector) throw ExpressionError("a vector is needed here, such as gradient(c) or vector(a, b)", at.at);
    return value;
  }
  /// div(factor * what): with gradients in it, by the fluxes through faces.
  Id compact_divergence(const Syntax& what, Id factor);

 private:
  Value name(const Syntax& syntax);
  Value call(const Syntax& syntax);
  [[noreturn]] void unknown(const Syntax& syntax) const;

  Graph& graph_;
  const Vocabulary& words_;
};

}  // namespace tessera::expressions
