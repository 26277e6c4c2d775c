#include "meaning.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>
#include <optional>

#include "functions.hpp"
#include "tessera/core/config.hpp"

namespace tessera::expressions {
namespace {

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

constexpr std::size_t any_number = 1000;

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

  const Vocabulary& words() const { return words_; }

 private:
  Value name(const Syntax& syntax);
  Value call(const Syntax& syntax);
  [[noreturn]] void unknown(const Syntax& syntax) const;

  Graph& graph_;
  const Vocabulary& words_;
};

bool is_gradient(const Syntax& syntax) {
  return syntax.kind == Syntax::Kind::call && (syntax.name == "gradient" || syntax.name == "grad") &&
         syntax.arguments.size() == 1;
}

Id Reader::compact_divergence(const Syntax& what, Id factor) {
  const auto is = [&](const char* name) { return what.kind == Syntax::Kind::call && what.name == name; };
  if (is_gradient(what)) {
    const Id of = read_number(what.arguments[0]);
    if (graph_.is_number(factor)) return graph_.product({factor, difference(Op::laplace, 0, "div", of)});
    return graph_.difference(Op::flux, 0, boundary("div"), {factor, of});
  }
  if (is("negate")) return compact_divergence(what.arguments[0], graph_.product({graph_.number(-1), factor}));
  if (is("+") || is("-")) {
    return graph_.sum({{1, compact_divergence(what.arguments[0], factor)},
                       {is("+") ? 1.0 : -1.0, compact_divergence(what.arguments[1], factor)}});
  }
  if (is("*") || is("/")) {
    const Value left = read(what.arguments[0]);
    const Value right = read(what.arguments[1]);
    if (is("/") && left.vector && !right.vector)
      return compact_divergence(what.arguments[0], graph_.product({factor, graph_.power(right.parts[0], -1)}));
    if (is("*") && left.vector != right.vector) {
      const auto& [vector, number] = left.vector ? std::pair(0, right.parts[0]) : std::pair(1, left.parts[0]);
      return compact_divergence(what.arguments[static_cast<std::size_t>(vector)], graph_.product({factor, number}));
    }
  }
  Value vector = require_vector(what, read(what));
  for (Id& part : vector.parts) part = graph_.product({factor, part});
  return divergence("div", vector);
}

constexpr const char* complex_numbers =
    "complex numbers are not known; write the real and the imaginary part as two fields";

/// Why a name that other programs know is not known here; empty: it is not such a name.
std::string why_not(const std::string& name) {
  for (const char* other : {"I", "re", "im", "conjugate", "arg"}) {
    if (name == other) return complex_numbers;
  }
  for (const char* other :
       {"outer", "vector_gradient", "tensor_divergence", "tensor_double_divergence", "tensor_laplace"}) {
    if (name == other) return "tensors are not known; write their components";
  }
  for (const char* other : {"poisson_solver", "diff", "Derivative"}) {
    if (name == other)
      return "this is not known; operators are laplace, d_dx, gradient, divergence and others in docs/expressions.md";
  }
  return "";
}

std::vector<Entry> make_entries() {
  using R = Reader;
  using S = const Syntax&;
  using A = Arguments;
  std::vector<Entry> list;
  const auto add = [&](std::vector<std::string> names, std::size_t least, std::size_t most, auto make) {
    list.push_back({std::move(names), least, most, make});
  };
  // Of numbers alone: make(graph, arguments).
  const auto of_numbers = [&](const std::vector<std::string>& names, std::size_t least, std::size_t most, auto make) {
    add(names, least, most, [make](R& r, S s, A& a) { return R::scalar(make(r, r.numbers(s, a))); });
  };
  using Ids = const std::vector<Id>&;

  // Arithmetic.
  add({"+"}, 2, 2, [](R& r, S s, A& a) { return r.add(s, a, 1); });
  add({"-"}, 2, 2, [](R& r, S s, A& a) { return r.add(s, a, -1); });
  add({"negate"}, 1, 1, [](R& r, S, A& a) {
    return r.by_component(a, [&](Ids p) { return r.graph().sum({{-1, p[0]}}); });
  });
  add({"*"}, 2, 2, [](R& r, S s, A& a) { return r.multiply(s, a); });
  add({"/"}, 2, 2, [](R& r, S s, A& a) { return r.divide(s, a); });
  of_numbers({"^", "pow", "Pow"}, 2, 2, [](R& r, Ids a) { return r.graph().power(a[0], a[1]); });
  of_numbers({"square"}, 1, 1, [](R& r, Ids a) { return r.graph().power(a[0], 2); });

  // Comparisons and choices.
  of_numbers({"<"}, 2, 2, [](R& r, Ids a) { return r.graph().binary(Op::less, a[0], a[1]); });
  of_numbers({">"}, 2, 2, [](R& r, Ids a) { return r.graph().binary(Op::less, a[1], a[0]); });
  of_numbers({"<="}, 2, 2, [](R& r, Ids a) { return r.graph().binary(Op::less_equal, a[0], a[1]); });
  of_numbers({">="}, 2, 2, [](R& r, Ids a) { return r.graph().binary(Op::less_equal, a[1], a[0]); });
  of_numbers({"=="}, 2, 2, [](R& r, Ids a) { return r.graph().binary(Op::equal, a[0], a[1]); });
  of_numbers({"!="}, 2, 2, [](R& r, Ids a) { return r.opposite(r.graph().binary(Op::equal, a[0], a[1])); });
  of_numbers({"not", "Not"}, 1, 1, [](R& r, Ids a) { return r.opposite(a[0]); });
  of_numbers({"and", "And"}, 2, 2,
             [](R& r, Ids a) { return r.graph().choose(a[0], r.truth(a[1]), r.graph().number(0)); });
  of_numbers({"or", "Or"}, 2, 2,
             [](R& r, Ids a) { return r.graph().choose(a[0], r.graph().number(1), r.truth(a[1])); });
  of_numbers({"where"}, 3, 3, [](R& r, Ids a) { return r.graph().choose(a[0], a[1], a[2]); });
  of_numbers({"heaviside", "Heaviside"}, 1, 2, [](R& r, Ids a) {
    Graph& g = r.graph();
    const Id zero = g.number(0);
    const Id at_zero = a.size() > 1 ? a[1] : g.number(0.5);
    return g.choose(g.binary(Op::less, a[0], zero), zero,
                    g.choose(g.binary(Op::less, zero, a[0]), g.number(1), at_zero));
  });
  of_numbers({"sign"}, 1, 1, [](R& r, Ids a) {
    Graph& g = r.graph();
    const Id zero = g.number(0);
    return g.choose(g.binary(Op::less, a[0], zero), g.number(-1),
                    g.choose(g.binary(Op::less, zero, a[0]), g.number(1), zero));
  });

  // Of one number, or of many.
  const auto simple = [&](const std::vector<std::string>& names, Op op) {
    of_numbers(names, 1, 1, [op](R& r, Ids a) { return r.graph().unary(op, a[0]); });
  };
  simple({"sqrt"}, Op::square_root);
  simple({"abs", "Abs", "fabs"}, Op::absolute);
  simple({"floor"}, Op::floor);
  simple({"ceil", "ceiling"}, Op::ceiling);
  of_numbers({"rint"}, 1, 1, [](R& r, Ids a) {  // halves go up, as in other expressions
    return r.graph().unary(Op::floor, r.graph().sum({{1, a[0]}, {1, r.graph().number(0.5)}}));
  });
  const auto extreme = [&](const std::vector<std::string>& names, Op op) {
    of_numbers(names, 1, any_number, [op](R& r, Ids a) {
      Id result = a[0];
      for (std::size_t i = 1; i < a.size(); ++i) result = r.graph().binary(op, result, a[i]);
      return result;
    });
  };
  extreme({"min", "Min", "minimum"}, Op::minimum);
  extreme({"max", "Max", "maximum"}, Op::maximum);
  const auto total = [](R& r, Ids a) {
    std::vector<Term> terms;
    for (const Id id : a) terms.push_back({1, id});
    return r.graph().sum(terms);
  };
  of_numbers({"sum"}, 1, any_number, total);
  of_numbers({"avg"}, 1, any_number, [total](R& r, Ids a) {
    return r.graph().sum({{1 / static_cast<double>(a.size()), total(r, a)}});
  });
  of_numbers({"mod", "Mod"}, 2, 2, [](R& r, Ids a) {
    Graph& g = r.graph();
    const Id quotient = g.unary(Op::floor, g.product({a[0], g.power(a[1], -1)}));
    return g.sum({{1, a[0]}, {-1, g.product({a[1], quotient})}});
  });
  for (std::size_t f = 0; f < functions().size(); ++f) {
    const Function& function = functions()[f];
    std::vector<std::string> names{function.name};
    if (function.name == "log") names.emplace_back("ln");
    if (function.name == "pow") continue;  // see above
    // numpy's names, and another of the older ones.
    if (function.name[0] == 'a') names.push_back("arc" + function.name.substr(1));
    of_numbers(names, function.arguments, function.arguments, [f](R& r, Ids a) {
      return a.size() == 1 ? r.graph().function(f, a[0]) : r.graph().function(f, a[0], a[1]);
    });
  }

  // Vectors.
  add({"vector", "tuple"}, 1, 3, [](R& r, S s, A& a) {
    if (a.size() != r.dimensions()) {
      throw ExpressionError("a vector has a component for each dimension, here " + std::to_string(r.dimensions()) +
                                ", this has " + std::to_string(a.size()),
                            s.at);
    }
    return Value{r.numbers(s, a), true};
  });
  add({"dot", "inner"}, 2, 2, [](R& r, S s, A& a) {
    std::vector<Term> terms;
    for (std::size_t d = 0; d < r.dimensions(); ++d) {
      terms.push_back({1, r.graph().product({r.require_vector(s.arguments[0], a[0]).parts[d],
                                             r.require_vector(s.arguments[1], a[1]).parts[d]})});
    }
    return R::scalar(r.graph().sum(terms));
  });

  // Operators.
  const auto of_field = [&](std::vector<std::string> names, auto make) {
    const std::string name = names.front();
    add(std::move(names), 1, 1, [make, name](R& r, S s, A& a) {
      r.require_differences(s);
      return make(r, s, a[0], name);
    });
  };
  using Name = const std::string&;
  of_field({"laplace", "laplacian", "lap", "vector_laplace"}, [](R& r, S s, const Value& a, Name name) {
    const std::string as = s.name == "vector_laplace" ? s.name : name;
    return r.by_component({a}, [&](Ids p) { return r.difference(Op::laplace, 0, as, p[0]); });
  });
  of_field({"gradient", "grad"},
           [](R& r, S s, const Value& a, Name name) { return r.gradient(name, r.number(s.arguments[0], a)); });
  of_field({"gradient_squared"}, [](R& r, S s, const Value& a, Name name) {
    const Value gradient = r.gradient(name, r.number(s.arguments[0], a));
    std::vector<Term> terms;
    for (const Id part : gradient.parts) terms.push_back({1, r.graph().power(part, 2)});
    return R::scalar(r.graph().sum(terms));
  });
  of_field({"divergence"}, [](R& r, S s, const Value& a, Name name) {
    return R::scalar(r.divergence(name, r.require_vector(s.arguments[0], a)));
  });
  of_field({"div"}, [](R& r, S s, const Value& a, Name) {
    r.require_vector(s.arguments[0], a);
    return R::scalar(r.compact_divergence(s.arguments[0], r.graph().number(1)));
  });
  of_field({"integral"}, [](R& r, S s, const Value& a, Name) {
    const Id of = r.number(s.arguments[0], a);
    std::vector<bool> seen;
    for_each_node(r.graph(), of, seen, [&](Id id) {
      if (r.graph()[id].op == Op::integral) throw ExpressionError("an integral cannot hold another", s.at);
    });
    return R::scalar(r.graph().integral(of));
  });
  for (std::size_t d = 0; d < 3; ++d) {
    const std::string axis(1, "xyz"[d]);
    const auto along = [&](std::vector<std::string> names, Op op) {
      of_field(std::move(names), [op, d, axis](R& r, S s, const Value& a, Name name) {
        if (d >= r.dimensions()) {
          throw ExpressionError("the grid has no dimension " + axis + ", only " +
                                    std::string("x, y, z").substr(0, 3 * r.dimensions() - 2),
                                s.at);
        }
        return r.by_component({a}, [&](Ids p) { return r.difference(op, d, name, p[0]); });
      });
    };
    along({"d_d" + axis, "d_d" + axis + "_central"}, Op::first_central);
    along({"d_d" + axis + "_forward"}, Op::first_forward);
    along({"d_d" + axis + "_backward"}, Op::first_backward);
    along({"d2_d" + axis + "2"}, Op::second);
  }
  return list;
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = make_entries();
  return all;
}

const Entry* find_entry(const std::string& name) {
  for (const Entry& entry : entries()) {
    if (std::find(entry.names.begin(), entry.names.end(), name) != entry.names.end()) return &entry;
  }
  return nullptr;
}

const std::map<std::string, double>& constants() {
  static const std::map<std::string, double> all{
      {"pi", std::numbers::pi}, {"e", std::numbers::e}, {"E", std::numbers::e}, {"True", 1}, {"False", 0}};
  return all;
}

std::string counted(std::size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

/// The known name that is meant: the same but for capitals, or one that differs a little, of those long enough to tell.
std::optional<std::string> suggestion(const std::string& name, const std::vector<std::string>& known) {
  const auto lower = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  for (const std::string& other : known) {
    if (lower(other) == lower(name)) return other;
  }
  constexpr std::size_t long_enough = 3;
  std::vector<std::string> words;
  for (const std::string& other : known) {
    if (std::isalpha(static_cast<unsigned char>(other[0])) != 0 && other.size() + 1 >= long_enough)
      words.push_back(other);
  }
  return name.size() < long_enough ? std::nullopt : nearest(name, words);
}

void Reader::unknown(const Syntax& syntax) const {
  const std::string& name = syntax.name;
  const bool call = syntax.kind == Syntax::Kind::call;
  if (const std::string why = why_not(name); !why.empty()) throw ExpressionError("'" + name + "': " + why, syntax.at);
  if (!call && find_entry(name) != nullptr)
    throw ExpressionError("'" + name + "' is a function: write " + name + "(..)", syntax.at);
  std::vector<std::string> variables = words_.fields;
  for (const auto& parameter : words_.parameters) variables.push_back(parameter.first);
  for (std::size_t d = 0; d < dimensions(); ++d) variables.emplace_back(1, "xyz"[d]);
  if (words_.time) variables.emplace_back("t");
  for (const auto& constant : constants()) variables.push_back(constant.first);
  if (call && std::find(variables.begin(), variables.end(), name) != variables.end())
    throw ExpressionError("'" + name + "' is no function; a product is written with *", syntax.at);
  std::vector<std::string> functions;
  for (const Entry& entry : entries()) functions.insert(functions.end(), entry.names.begin(), entry.names.end());
  std::string what =
      std::string("there is no ") + (call ? "function" : "field, parameter or coordinate") + " '" + name + "'";
  if (const auto near = suggestion(name, call ? functions : variables)) {
    what += "; did you mean '" + *near + "'?";
  } else if (call) {
    what += "; docs/expressions.md lists them";
  } else {
    what += "; known are";
    for (const std::string& variable : variables) what += (variable == variables.front() ? " " : ", ") + variable;
  }
  throw ExpressionError(what, syntax.at);
}

Value Reader::name(const Syntax& syntax) {
  const std::string& name = syntax.name;
  const auto field = std::find(words_.fields.begin(), words_.fields.end(), name);
  if (field != words_.fields.end())
    return scalar(graph_.leaf(Op::field, static_cast<int>(field - words_.fields.begin())));
  if (const auto parameter = words_.parameters.find(name); parameter != words_.parameters.end())
    return scalar(parameter->second);
  if (name == "t" && words_.time) return scalar(graph_.leaf(Op::time));
  if (const auto axis = std::string("xyz").find(name); name.size() == 1 && axis < dimensions())
    return scalar(graph_.leaf(Op::coordinate, static_cast<int>(axis)));
  if (const auto constant = constants().find(name); constant != constants().end())
    return scalar(graph_.number(constant->second));
  unknown(syntax);
}

/// sympy's Piecewise((value, condition), .., (value, True)).
Id piecewise(Reader& reader, const Syntax& syntax) {
  Graph& graph = reader.graph();
  std::optional<Id> result;
  for (std::size_t i = syntax.arguments.size(); i-- > 0;) {
    const Syntax& pair = syntax.arguments[i];
    if (pair.name != "tuple" || pair.arguments.size() != 2) throw ExpressionError("write (value, condition)", pair.at);
    const Id value = reader.read_number(pair.arguments[0]);
    const Id condition = reader.read_number(pair.arguments[1]);
    if (!result && !(graph.is_number(condition) && graph[condition].value != 0))
      throw ExpressionError("the last condition must be True, so that there is always a value", pair.at);
    result = result ? graph.choose(condition, value, *result) : value;
  }
  if (!result) throw ExpressionError("Piecewise((value, condition), .., (value, True)) needs values", syntax.at);
  return *result;
}

Value Reader::call(const Syntax& syntax) {
  if (syntax.name == "Piecewise") return scalar(piecewise(*this, syntax));
  const Entry* const entry = find_entry(syntax.name);
  if (entry == nullptr) unknown(syntax);
  const std::size_t count = syntax.arguments.size();
  if (count < entry->least || count > entry->most) {
    std::string allowed = counted(entry->least);
    if (entry->most > entry->least)
      allowed = std::to_string(entry->least) +
                (entry->most == any_number ? " or more arguments" : " to " + counted(entry->most));
    throw ExpressionError(syntax.name + " takes " + allowed + ", here are " + std::to_string(count), syntax.at);
  }
  Arguments arguments;
  for (const Syntax& argument : syntax.arguments) arguments.push_back(read(argument));
  return entry->make(*this, syntax, arguments);
}

Value Reader::read(const Syntax& syntax) {
  Value value = syntax.kind == Syntax::Kind::number ? scalar(graph_.number(syntax.number))
                : syntax.kind == Syntax::Kind::name ? name(syntax)
                                                    : call(syntax);
  for (const Id part : value.parts) {
    if (!graph_.finite(part)) throw ExpressionError("this is not finite", syntax.at);
  }
  if (graph_.size() > most_operations) {
    throw ExpressionError(
        "it has more than " + std::to_string(most_operations) + " operations, all equations and parameters together",
        syntax.at);
  }
  return value;
}

}  // namespace

Id read_meaning(Graph& graph, const Syntax& syntax, const Vocabulary& vocabulary) {
  return Reader(graph, vocabulary).read_number(syntax);
}

}  // namespace tessera::expressions
