#include "graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "functions.hpp"

namespace tessera::expressions {

double whole_power(double base, int exponent) {
  if (exponent < 0) return 1 / whole_power(base, -exponent);
  if (exponent == 0) return 1;
  if (exponent % 2 == 1) return exponent == 1 ? base : whole_power(base, exponent - 1) * base;
  const double half = whole_power(base, exponent / 2);
  return half * half;
}

double evaluate(const Node& node, double a, double b, double c) {
  switch (node.op) {
    case Op::square_root: return std::sqrt(a);
    case Op::absolute: return std::fabs(a);
    case Op::floor: return std::floor(a);
    case Op::ceiling: return std::ceil(a);
    case Op::minimum: return a < b ? a : b;
    case Op::maximum: return a > b ? a : b;
    case Op::less: return a < b ? 1 : 0;
    case Op::less_equal: return a <= b ? 1 : 0;
    case Op::equal: return a == b ? 1 : 0;
    case Op::choose: return a != 0 ? b : c;
    default: return functions()[static_cast<std::size_t>(node.index)].value(a, b);
  }
}

Id Graph::add(Node node) {
  const auto [place, is_new] = known_.try_emplace(std::move(node), nodes_.size());
  if (is_new) nodes_.push_back(place->first);
  return place->second;
}

Id Graph::number(double value) {
  Node node;
  node.value = value == 0 ? 0 : value;  // there is no -0
  if (std::isnan(value)) node = {Op::number, 1};
  return add(node);
}

bool Graph::finite(Id id) const {
  const Node& node = nodes_[id];
  return node.op != Op::number || (node.index == 0 && std::isfinite(node.value));
}

int Graph::compare(Id a, Id b) const {
  if (a == b) return 0;
  const Node& one = nodes_[a];
  const Node& other = nodes_[b];
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (one.op != other.op) return order(one.op, other.op);
  if (one.index != other.index) return order(one.index, other.index);
  if (one.boundary != other.boundary) return order(one.boundary, other.boundary);
  if (one.operands.size() != other.operands.size()) return order(one.operands.size(), other.operands.size());
  for (std::size_t i = 0; i < one.operands.size(); ++i) {
    if (const int of = compare(one.operands[i], other.operands[i]); of != 0) return of;
  }
  if (one.factors != other.factors) return order(one.factors, other.factors);
  return order(one.value, other.value);
}

Id Graph::sum(const std::vector<Term>& terms) {
  double constant = 0;
  std::vector<Term> parts;
  const auto put = [&](const Term& term) {
    const auto same = std::find_if(parts.begin(), parts.end(), [&](const Term& part) { return part.of == term.of; });
    if (same == parts.end()) parts.push_back(term);
    else same->factor += term.factor;
  };
  // A number times a sum is one term as long as nothing is added to it, so that products find the number.
  std::vector<Term> added;
  for (Term term : terms) {
    if (is_scaled(term.of)) term = {term.factor * nodes_[term.of].factors[0], nodes_[term.of].operands[0]};
    if (term.factor != 0 && !(is_number(term.of) && finite(term.of) && nodes_[term.of].value == 0))
      added.push_back(term);
  }
  for (const auto& [factor, of] : added) {
    const Node& node = nodes_[of];
    if (node.op == Op::number) {
      if (!finite(of)) return of;
      constant += factor * node.value;
    } else if (node.op == Op::sum && (added.size() > 1 || factor == 1)) {
      constant += factor * node.value;
      for (std::size_t i = 0; i < node.operands.size(); ++i) put({factor * node.factors[i], node.operands[i]});
    } else {
      put({factor, of});
    }
  }
  std::erase_if(parts, [](const Term& part) { return part.factor == 0; });
  if (parts.empty()) return number(constant);
  if (parts.size() == 1 && constant == 0 && parts[0].factor == 1) return parts[0].of;
  std::sort(parts.begin(), parts.end(), [&](const Term& x, const Term& y) { return compare(x.of, y.of) < 0; });
  Node node{Op::sum};
  node.value = constant == 0 ? 0 : constant;
  for (const Term& part : parts) {
    node.operands.push_back(part.of);
    node.factors.push_back(part.factor);
  }
  return add(std::move(node));
}

Id Graph::product(const std::vector<Id>& factors) {
  double coefficient = 1;
  std::vector<Term> bases;  // and their powers
  const auto put = [&](Id base, double power) {
    const auto same = std::find_if(bases.begin(), bases.end(), [&](const Term& term) { return term.of == base; });
    if (same == bases.end()) bases.push_back({power, base});
    else same->factor += power;
  };
  for (Id factor : factors) {
    const Node* node = &nodes_[factor];
    if (node->op == Op::number) {
      if (!finite(factor)) return factor;
      coefficient *= node->value;
      continue;
    }
    if (is_scaled(factor)) {
      coefficient *= node->factors[0];
      factor = node->operands[0];
      node = &nodes_[factor];
    }
    if (node->op == Op::product) {
      for (std::size_t i = 0; i < node->operands.size(); ++i) put(node->operands[i], node->factors[i]);
    } else {
      put(factor, 1);
    }
  }
  std::erase_if(bases, [](const Term& term) { return term.factor == 0; });
  if (bases.empty() || coefficient == 0) return number(coefficient);
  if (bases.size() == 1 && bases[0].factor == 1) return scaled(coefficient, bases[0].of);
  std::sort(bases.begin(), bases.end(), [&](const Term& a, const Term& b) { return compare(a.of, b.of) < 0; });
  Node node{Op::product};
  for (const Term& base : bases) {
    node.operands.push_back(base.of);
    node.factors.push_back(base.factor);
  }
  return scaled(coefficient, add(std::move(node)));
}

Id Graph::power(Id base, int exponent) {
  const Node node = nodes_[base];
  if (exponent == 0) return number(1);
  if (exponent == 1) return base;
  if (node.op == Op::number) return finite(base) ? number(whole_power(node.value, exponent)) : base;
  if (is_scaled(base)) return scaled(whole_power(node.factors[0], exponent), power(node.operands[0], exponent));
  Node made{Op::product, 0, -1, 0, {base}, {static_cast<double>(exponent)}};
  if (node.op == Op::product) {
    made.operands = node.operands;
    made.factors = node.factors;
    for (double& factor : made.factors) factor *= exponent;
  }
  constexpr double most = 1000;  // products are no way to more
  if (std::any_of(made.factors.begin(), made.factors.end(), [](double n) { return std::fabs(n) > most; }))
    return function(find_function("pow"), base, number(exponent));
  return add(std::move(made));
}

Id Graph::power(Id base, Id exponent) {
  constexpr double most = 64;
  if (nodes_[exponent].op == Op::number) {
    const double n = nodes_[exponent].value;
    if (finite(exponent) && std::fabs(n) <= most) {
      const double whole = std::floor(n);
      if (n == whole) return power(base, static_cast<int>(n));
      if (n == whole + 0.5) {
        const Id root = unary(Op::square_root, base);
        return n > 0 ? product({power(base, static_cast<int>(whole)), root})
                     : product({power(base, static_cast<int>(whole + 1)), power(root, -1)});
      }
    }
  }
  return function(find_function("pow"), base, exponent);
}

Id Graph::unary(Op op, Id a) {
  if (is_number(a)) return finite(a) ? number(evaluate({op}, nodes_[a].value, 0, 0)) : a;
  return add({op, 0, -1, 0, {a}});
}

Id Graph::binary(Op op, Id a, Id b) {
  if (is_number(a) && is_number(b)) return number(evaluate({op}, nodes_[a].value, nodes_[b].value, 0));
  if (op == Op::equal && compare(b, a) < 0) std::swap(a, b);
  return add({op, 0, -1, 0, {a, b}});
}

Id Graph::choose(Id condition, Id yes, Id no) {
  if (is_number(condition)) return nodes_[condition].value != 0 ? yes : no;
  if (yes == no) return yes;
  return add({Op::choose, 0, -1, 0, {condition, yes, no}});
}

Id Graph::function(std::size_t number, Id a) {
  const Node node{Op::function, static_cast<int>(number), -1, 0, {a}};
  return is_number(a) ? this->number(evaluate(node, nodes_[a].value, 0, 0)) : add(node);
}

Id Graph::function(std::size_t number, Id a, Id b) {
  const Node node{Op::function, static_cast<int>(number), -1, 0, {a, b}};
  return is_number(a) && is_number(b) ? this->number(evaluate(node, nodes_[a].value, nodes_[b].value, 0)) : add(node);
}

Id Graph::difference(Op op, int dimension, int boundary, const std::vector<Id>& operands) {
  return add({op, dimension, boundary, 0, operands});
}

std::string Graph::text(const std::vector<Id>& roots) const {
  std::ostringstream lines;
  lines << std::hexfloat;
  std::map<Id, std::size_t> numbers;
  const auto write = [&](const auto& self, Id id) -> std::size_t {
    if (const auto known = numbers.find(id); known != numbers.end()) return known->second;
    const Node& node = nodes_[id];
    std::vector<std::size_t> operands;
    for (const Id operand : node.operands) operands.push_back(self(self, operand));
    lines << static_cast<int>(node.op) << ' ' << node.index << ' ' << node.boundary << ' ' << node.value << ' '
          << operands.size();
    for (const std::size_t operand : operands) lines << ' ' << operand;
    lines << ' ' << node.factors.size();
    for (const double factor : node.factors) lines << ' ' << factor;
    lines << '\n';
    return numbers[id] = numbers.size();
  };
  std::vector<std::size_t> ends;
  for (const Id root : roots) ends.push_back(write(write, root));
  lines << "-1";
  for (const std::size_t end : ends) lines << ' ' << end;
  lines << '\n';
  return lines.str();
}

Graph Graph::from_text(const std::string& text, std::vector<Id>& roots) {
  Graph graph;
  std::istringstream lines(text);
  std::vector<Id> ids;
  std::string word;
  const auto number = [&] {
    lines >> word;
    return std::strtod(word.c_str(), nullptr);  // streams do not read such numbers
  };
  for (int op = 0; lines >> op && op >= 0;) {
    Node node{static_cast<Op>(op)};
    std::size_t count = 0;
    lines >> node.index >> node.boundary;
    node.value = number();
    for (lines >> count; count > 0; --count) {
      std::size_t operand = 0;
      lines >> operand;
      node.operands.push_back(ids.at(operand));
    }
    for (lines >> count; count > 0; --count) node.factors.push_back(number());
    ids.push_back(graph.add(node));
  }
  for (std::size_t end = 0; lines >> end;) roots.push_back(ids.at(end));
  return graph;
}

}  // namespace tessera::expressions
