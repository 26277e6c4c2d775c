#include <cmath>

#include "lowering.hpp"

namespace tessera::expressions {

Operand Lowering::power(Operand base, int exponent) {
  if (exponent == 1) return base;
  if (exponent % 2 == 1) return emit(Code::multiply, power(base, exponent - 1), base);
  const Operand half = power(base, exponent / 2);
  return emit(Code::multiply, half, half);
}

void Lowering::add_factors(std::vector<Operand>& list, Operand base, int exponent) {
  if (exponent == 1) {
    list.push_back(base);
    return;
  }
  const int half = exponent % 2 == 1 ? exponent - 1 : exponent / 2;
  list.push_back(power(base, half));
  list.push_back(power(base, exponent - half));
}

Operand Lowering::multiply_all(const std::vector<Operand>& factors) {
  Operand result = factors.front();
  for (std::size_t i = 1; i < factors.size(); ++i) result = emit(Code::multiply, result, factors[i]);
  return result;
}

std::pair<std::vector<Operand>, std::vector<Operand>> Lowering::factors_of(const Node& node) {
  std::pair<std::vector<Operand>, std::vector<Operand>> parts;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    const int exponent = static_cast<int>(node.factors[i]);
    add_factors(exponent > 0 ? parts.first : parts.second, value(node.operands[i]), std::abs(exponent));
  }
  return parts;
}

Operand Lowering::product(const Node& node) {
  const auto [above, below] = factors_of(node);
  if (below.empty()) return multiply_all(above);
  return emit(Code::divide, above.empty() ? number(1) : multiply_all(above), multiply_all(below));
}

bool Lowering::is_multiplied(Id id) const {
  const Node& node = graph_[id];
  return node.op == Op::product && dependences_[id].cells &&
         std::all_of(node.factors.begin(), node.factors.end(), [](double n) { return n > 0; });
}

Operand Lowering::scaled(double factor, Operand what) {
  return factor == 1 ? what : emit(Code::multiply, number(factor), what);
}

Operand Lowering::sum(const Node& node) {
  Monomials terms;
  for (std::size_t i = 0; i < node.operands.size(); ++i) {
    const Id of = node.operands[i];
    Monomial& term = terms.emplace_back(Monomial{node.factors[i], {{of, 1}}});
    if (!is_multiplied(of)) continue;
    term.powers.clear();
    for (std::size_t o = 0; o < graph_[of].operands.size(); ++o)
      term.powers.emplace_back(graph_[of].operands[o], static_cast<int>(graph_[of].factors[o]));
  }
  return polynomial(node.value, terms);
}

Operand Lowering::polynomial(double constant, const Monomials& terms) {
  const bool alone = constant == 0 && terms.size() == 2 && (terms[0].plain() || terms[1].plain());  // a b - a
  if (const auto common = alone ? std::nullopt : common_factor(terms)) {
    Monomials inner;
    Monomials rest;
    double inner_constant = 0;
    for (Monomial term : terms) {
      const auto power =
          std::find_if(term.powers.begin(), term.powers.end(), [&](const auto& p) { return p.first == common->first; });
      if (power == term.powers.end()) {
        rest.push_back(term);
        continue;
      }
      power->second -= common->second;
      if (power->second == 0) term.powers.erase(power);
      if (term.powers.empty()) inner_constant += term.factor;
      else inner.push_back(term);
    }
    const Operand of = polynomial(inner_constant, inner);
    return add_product(power(value(common->first), common->second), of, constant, rest);
  }
  if (const auto factor = common_number(terms)) {
    Monomials inner;
    Monomials rest;
    for (Monomial term : terms) {
      if (term.factor != *factor || term.plain()) {
        rest.push_back(term);
        continue;
      }
      term.factor = 1;
      inner.push_back(term);
    }
    return add_product(number(*factor), polynomial(0, inner), constant, rest);
  }
  return add_up(constant, terms);
}

std::optional<std::pair<Id, int>> Lowering::common_factor(const Monomials& terms) {
  std::map<Id, std::pair<int, int>> found;  // terms, least exponent
  for (const Monomial& term : terms) {
    for (const auto& [id, exponent] : term.powers) {
      auto& [count, least] = found.try_emplace(id, 0, exponent).first->second;
      ++count;
      least = std::min(least, exponent);
    }
  }
  const auto most = std::max_element(found.begin(), found.end(),
                                     [](const auto& a, const auto& b) { return a.second.first < b.second.first; });
  if (most == found.end() || most->second.first < 2) return std::nullopt;
  return std::pair(most->first, most->second.second);
}

std::optional<double> Lowering::common_number(const Monomials& terms) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const double factor = terms[i].factor;
    if (std::fabs(factor) == 1 || terms[i].plain()) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (terms[j].factor == factor && !terms[j].plain()) return factor;
    }
  }
  return std::nullopt;
}

Operand Lowering::add_product(Operand a, Operand b, double constant, const Monomials& rest) {
  if (rest.empty() && constant == 0) return emit(Code::multiply, a, b);
  if (constant == 0 && rest.size() == 1 && rest[0].plain() && factor_of(rest[0]) == -1)
    return emit(Code::multiply_subtract, a, b, value_of(rest[0]));
  return emit(Code::multiply_add, a, b, polynomial(constant, rest));
}

Operand Lowering::value_of(const Monomial& term) {
  if (!term.plain()) return multiply_all(factors_of(term));
  const Id id = term.powers[0].first;
  const auto stored = stored_.find(id);
  return stored == stored_.end() ? value(id) : load(stored->second.quantity);
}

double Lowering::factor_of(const Monomial& term) const {
  const auto stored = term.plain() ? stored_.find(term.powers[0].first) : stored_.end();
  return stored == stored_.end() ? term.factor : term.factor / stored->second.factor;
}

std::vector<Operand> Lowering::factors_of(const Monomial& term) {
  std::vector<Operand> list;
  for (const auto& [id, exponent] : term.powers) add_factors(list, value(id), exponent);
  return list;
}

Operand Lowering::emit_product(Code code, const Monomial& product, Operand with) {
  auto factors = factors_of(product);
  const Operand last = factors.back();
  factors.pop_back();
  return emit(code, multiply_all(factors), last, with);
}

Operand Lowering::begin_sum(double constant, Monomials& terms) {
  const auto take = [&](const auto& is) -> std::optional<Monomial> {
    const auto found = std::find_if(terms.begin(), terms.end(), is);
    if (found == terms.end()) return std::nullopt;
    Monomial taken = *found;
    terms.erase(found);
    return taken;
  };
  if (constant != 0) return number(constant);
  if (const auto plain = take([&](const Monomial& t) { return factor_of(t) == 1 && t.plain(); }))
    return value_of(*plain);
  if (const auto product = take([&](const Monomial& t) { return factor_of(t) == 1; })) {
    const auto less = take([&](const Monomial& t) { return factor_of(t) == -1 && t.plain(); });
    return less ? emit_product(Code::multiply_subtract, *product, value_of(*less)) : value_of(*product);
  }
  const Monomial first = terms.front();
  terms.erase(terms.begin());
  return scaled(factor_of(first), value_of(first));
}

Operand Lowering::add_up(double constant, Monomials terms) {
  Operand total = begin_sum(constant, terms);
  for (const Monomial& term : terms) {
    const double factor = factor_of(term);
    if (std::fabs(factor) != 1) total = emit(Code::multiply_add, number(factor), value_of(term), total);
    else if (!term.plain()) total = emit_product(factor > 0 ? Code::multiply_add : Code::subtract_product, term, total);
    else total = emit(factor > 0 ? Code::add : Code::subtract, total, value_of(term));
  }
  return total;
}

}  // namespace tessera::expressions
