#include "tessera/solvers/equation.hpp"

#include "expressions/named_equations.hpp"

namespace tessera {
namespace {

const std::vector<std::string> conditions{"antiperiodic", "value", "derivative", "mixed", "curvature"};

}  // namespace

Boundary EquationInput::own_boundary(const Config& of, const std::string& key) const {
  Boundary boundary(domain, of, key, parameters, conditions);
  if (of.has(key) && boundary.antiperiodic() != grid_boundary().antiperiodic())
    of.at(key).fail("must be antiperiodic where grid.boundary is, and nowhere else");
  return boundary;
}

Boundary EquationInput::grid_boundary() const {
  return {domain, config.at("grid"), "boundary", parameters, conditions};
}

Boundary EquationInput::field_boundary(const std::string& name) const {
  const Config field = config.section("fields").section(name);
  if (field.has("boundary")) return own_boundary(field, "boundary");
  return section.section("boundaries").has(name) ? own_boundary(section.section("boundaries"), name) : grid_boundary();
}

Boundary EquationInput::boundary(const std::string& name, const std::string& otherwise) const {
  const bool own = otherwise.empty() || section.section("boundaries").has(name);
  return own ? own_boundary(section.section("boundaries"), name) : field_boundary(otherwise);
}

std::vector<NamedEquation> all_equations() {
  std::vector<NamedEquation> all = equations_by_hand();
  for (const NamedEquation& equation : expressions::named_equations()) all.push_back(equation);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

}  // namespace tessera
