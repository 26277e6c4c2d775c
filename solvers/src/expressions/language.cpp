// The functions and operators of expressions.
#include "functions.hpp"
#include "reader.hpp"

namespace tessera::expressions {
namespace {

bool is_gradient(const Syntax& syntax) {
  return syntax.kind == Syntax::Kind::call && (syntax.name == "gradient" || syntax.name == "grad") &&
         syntax.arguments.size() == 1;
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
  of_field({"gradient_squared_on_faces"}, [](R& r, S s, const Value& a, Name name) {
    const Id of = r.number(s.arguments[0], a);
    std::vector<Term> terms;
    for (std::size_t d = 0; d < r.dimensions(); ++d) {
      for (const Op op : {Op::first_backward, Op::first_forward})
        terms.push_back({0.5, r.graph().power(r.difference(op, d, name, of), 2)});
    }
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

}  // namespace

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

}  // namespace tessera::expressions
