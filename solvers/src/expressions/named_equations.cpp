#include "named_equations.hpp"

#include <array>
#include <cmath>

#include "expression_equation.hpp"
#include "field_names.hpp"
#include "places.hpp"
#include "tessera/core/initial.hpp"

namespace tessera::expressions {
namespace {

using keys::any;
using keys::not_negative;
using keys::positive;

struct Formula {
  std::string name, title;
  std::string formula;  // for people
  std::vector<ConfigKey> coefficients;
  std::vector<std::array<std::string, 2>> rates;  // field, expression
  std::vector<double> amplitudes = {};            // Equation::expected_amplitudes
  std::string energy = {};                        // its density
  std::string term = {};                          // key of one that depends on place and time
  /// Where the linearisation's bound is too strict; from the coefficients and largest values.
  Spectrum (*spectrum)(const std::vector<double>&, const Stencil&, const std::vector<double>&) = nullptr;
};

const std::vector<Formula>& formulas() {
  static const std::vector<Formula> all{
      // Phases that are not conserved: Allen and Cahn 1979 (Acta Metall. 27). They tend to -1 and 1.
      {"allen-cahn",
       "Allen-Cahn",
       "∂c/∂t = M (w ∇²c − c³ + c)",
       {keys::number("mobility", positive, "1", "M"), keys::number("interface_width", positive, "1", "w")},
       {{"c", "mobility*(interface_width*laplace(c) - c^3 + c)"}},
       {1},
       "c^4/4 - c^2/2 + interface_width/2*gradient_squared_on_faces(c)"},
      // Chemical oscillations and patterns: Prigogine and Lefever 1968 (J. Chem. Phys. 48). Uniform: u = a, v = b/a, unstable where
      // b > 1 + a^2.
      {"brusselator",
       "Brusselator",
       "∂u/∂t = D_u ∇²u + a − (1 + b) u + u²v, ∂v/∂t = D_v ∇²v + b u − u²v",
       {keys::number("a", any, "1", ""), keys::number("b", any, "3", ""),
        keys::number("diffusivity_u", not_negative, "1", "D_u"),
        keys::number("diffusivity_v", not_negative, "0.1", "D_v")},
       {{"u", "diffusivity_u*laplace(u) + a - (1 + b)*u + u^2*v"}, {"v", "diffusivity_v*laplace(v) + b*u - u^2*v"}}},
      {"diffusion",
       "Diffusion",
       "∂c/∂t = D ∇²c + s",
       {keys::number("diffusivity", positive, "1", "D"), keys::other("source", "expression of `x y z t`", "none", "s")},
       {{"c", "diffusivity*laplace(c) + source"}},
       {},
       "",
       "source"},
      // Spots that divide: Gray and Scott 1984 (Chem. Eng. Sci. 39); Pearson 1993 (Science 261), with his coefficients as defaults.
      {"gray-scott",
       "Gray-Scott",
       "∂u/∂t = D_u ∇²u − u v² + F (1 − u), ∂v/∂t = D_v ∇²v + u v² − (F + k) v",
       {keys::number("feed", not_negative, "0.04", "F"), keys::number("kill", not_negative, "0.06", "k"),
        keys::number("diffusivity_u", not_negative, "2e-5", "D_u"),
        keys::number("diffusivity_v", not_negative, "1e-5", "D_v")},
       {{"u", "diffusivity_u*laplace(u) - u*v^2 + feed*(1 - u)"},
        {"v", "diffusivity_v*laplace(v) + u*v^2 - (feed + kill)*v"}},
       {1, 0.5}},
      // The energy never changes between walls that u does not do work on.
      {"klein-gordon",
       "Klein-Gordon",
       "∂u/∂t = v, ∂v/∂t = s² ∇²u − m² u",
       {keys::number("speed", positive, "1", "s"), keys::number("mass", any, "1", "m")},
       {{"u", "v"}, {"v", "speed^2*laplace(u) - mass^2*u"}},
       {},
       "v^2/2 + speed^2/2*gradient_squared_on_faces(u) + mass^2/2*u^2"},
      // A growing interface: Kardar, Parisi and Zhang 1986 (Phys. Rev. Lett. 56). exp(lambda h/(2 nu)) diffuses (Cole and Hopf).
      {"kpz",
       "Kardar-Parisi-Zhang",
       "∂h/∂t = ν ∇²h + λ/2 |∇h|²",
       {keys::number("nu", positive, "0.5", "ν"), keys::number("lambda", any, "2", "λ")},
       {{"h", "nu*laplace(h) + lambda/2*gradient_squared(h)"}},
       {},
       "",
       "",
       // The steepest slopes do not last, so that the bound need not hold beside the real axis.
       [](const std::vector<double>& k, const Stencil& stencil, const std::vector<double>& amplitudes) -> Spectrum {
         return {k[0] * stencil.laplacian_bound() + std::abs(k[1]) * stencil.steepening_bound(amplitudes[0]), 0};
       }},
      {"wave",
       "Wave",
       "∂u/∂t = v, ∂v/∂t = s² ∇²u",
       {keys::number("speed", positive, "1", "s")},
       {{"u", "v"}, {"v", "speed^2*laplace(u)"}},
       {},
       "v^2/2 + speed^2/2*gradient_squared_on_faces(u)"},
  };
  return all;
}

Id read_text(Graph& graph, const std::string& text, const Vocabulary& vocabulary) {
  return read_meaning(graph, read_syntax(text), vocabulary);
}

/// What expressions of the configuration may hold: the parameters and, if `fields` are given, these.
Vocabulary words_of(Graph& graph, const EquationInput& input, const std::vector<std::string>& fields) {
  Vocabulary vocabulary;
  vocabulary.dimensions = input.domain.grid().dimensions();
  vocabulary.differences = false;
  vocabulary.fields = fields;
  for (const auto& [name, value] : input.parameters) vocabulary.parameters[name] = graph.number(value);
  return vocabulary;
}

/// A term that depends on place and maybe time, the same in all steps if it does not.
Id read_term(Graph& graph, const EquationInput& input, const std::string& key) {
  if (!input.section.has(key)) return graph.number(0);
  const Config term = input.section.at(key);
  const Id id = read_expression(graph, term, words_of(graph, input, {}));
  if (!find_dependences(graph)[id].time) {
    Domain& domain = input.domain;
    const Index bad = first_not_finite(domain, evaluated(domain, graph, id, 0));
    if (bad >= 0) term.fail("is not finite at " + domain.grid().describe(domain.grid().cell(bad)));
  }
  return id;
}

Equations read_formula(const Formula& formula, const EquationInput& input) {
  Equations equations;
  equations.title = formula.title;
  equations.amplitudes = formula.amplitudes;
  for (const auto& rate : formula.rates) equations.fields.push_back(rate[0]);
  Graph& graph = equations.graph;
  Vocabulary vocabulary;
  vocabulary.dimensions = input.domain.grid().dimensions();
  vocabulary.fields = equations.fields;
  std::vector<double> coefficients;
  for (const ConfigKey& coefficient : formula.coefficients) {
    if (!coefficient.has_default) continue;  // the term, below
    coefficients.push_back(input.section.number(coefficient));
    vocabulary.parameters[coefficient.path] = graph.number(coefficients.back());
  }
  if (formula.spectrum != nullptr) {
    const Stencil stencil(input.config, input.domain.grid());
    equations.spectrum = [of = formula.spectrum, coefficients, stencil](const std::vector<double>& amplitudes) {
      return of(coefficients, stencil, amplitudes);
    };
  }
  if (!formula.term.empty()) vocabulary.parameters[formula.term] = read_term(graph, input, formula.term);
  for (const auto& rate : formula.rates) equations.rates.push_back(read_text(graph, rate[1], vocabulary));
  if (!formula.energy.empty()) equations.energy = read_text(graph, formula.energy, vocabulary);
  equations.read_noise(input.config.section("noise"), words_of(graph, input, equations.fields));
  return equations;
}

/// Of any number of substances: dc_i/dt = D_i lap c_i + f_i(c, x, t).
Equations read_reaction_diffusion(const EquationInput& input) {
  Equations equations;
  equations.title = "Reaction and diffusion";
  equations.fields = read_field_names(input.config.at("initial"), input.parameters);
  const Config diffusivities = input.section.at("diffusivity");
  const Config reactions = input.section.at("reaction");
  Graph& graph = equations.graph;
  const Vocabulary words = words_of(graph, input, equations.fields);
  for (const std::string& name : equations.fields) {
    const double diffusivity = diffusivities.number(keys::number(name, not_negative, "0", ""));
    const Id field = graph.leaf(Op::field, static_cast<int>(equations.rates.size()));
    const Id spread = graph.difference(Op::laplace, 0, -1, {field});
    equations.rates.push_back(
        graph.sum({{diffusivity, spread}, {1, read_expression(graph, reactions.at(name), words)}}));
  }
  equations.read_noise(input.config.section("noise"), words);
  return equations;
}

}  // namespace

std::vector<NamedEquation> named_equations() {
  std::vector<NamedEquation> list;
  for (const Formula& formula : formulas()) {
    const auto make = [&formula](const EquationInput& input) -> std::unique_ptr<Equation> {
      return std::make_unique<ExpressionEquation>(input, read_formula(formula, input));
    };
    list.push_back({formula.name, {1, make, 0, formula.formula, formula.coefficients}});
  }
  const auto make = [](const EquationInput& input) -> std::unique_ptr<Equation> {
    return std::make_unique<ExpressionEquation>(input, read_reaction_diffusion(input));
  };
  const std::vector<ConfigKey> coefficients{
      keys::other("diffusivity", "section: for each field a number ≥ 0", "0 each", "Dᵢ"),
      keys::other("reaction", "section: for each field an expression of the fields, `x y z t`", "required", "fᵢ")};
  list.push_back({"reaction-diffusion", {1, make, 0, "∂cᵢ/∂t = Dᵢ ∇²cᵢ + fᵢ", coefficients}});
  return list;
}

}  // namespace tessera::expressions
