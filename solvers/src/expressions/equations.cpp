#include "equations.hpp"

#include <algorithm>
#include <set>

#include "field_names.hpp"

namespace tessera::expressions {
namespace {

std::vector<OperatorBoundary> read_boundaries(const Config& section, const std::vector<std::string>& fields) {
  std::vector<OperatorBoundary> list;
  for (const std::string& key : section.keys()) {
    const std::size_t colon = key.find_first_of(":.");
    OperatorBoundary boundary{key, fields.front(), key};
    if (colon != std::string::npos) {
      boundary.equation = key.substr(0, colon);
      boundary.op = key.substr(colon + 1);
    }
    const bool known =
        boundary.equation == "*" || std::find(fields.begin(), fields.end(), boundary.equation) != fields.end();
    if (!known)
      section.at(key).fail("there is no equation for '" + boundary.equation + "'; write FIELD:OPERATOR, * for any");
    list.push_back(boundary);
  }
  return list;
}

}  // namespace

Id read_expression(Graph& graph, const Config& config, const Vocabulary& vocabulary) {
  const std::string text = config.text();
  try {
    return read_meaning(graph, read_syntax(text), vocabulary);
  } catch (const ExpressionError& error) {
    constexpr std::size_t most = 40;
    const std::string rest = text.substr(std::min(error.at(), text.size()));
    const std::string here =
        rest.empty() ? "at the end" : "at '" + rest.substr(0, most) + (rest.size() > most ? " ..'" : "'");
    config.fail_in_text(static_cast<Index>(error.at()), std::string(error.what()) + " (" + here + ")");
  }
}

bool Equations::noisy() const {
  return std::any_of(noise_variances.begin(), noise_variances.end(),
                     [&](Id id) { return !graph.is_number(id) || graph[id].value != 0; });
}

void Equations::read_noise(const Config& section, const Vocabulary& vocabulary) {
  noise_variances.assign(fields.size(), graph.number(0));
  seed = static_cast<std::uint64_t>(section.integer("seed"));
  if (!section.has("variance")) return;
  const Config variance = section.at("variance");
  const bool others = variance.is_section() && variance.has("*");
  for (std::size_t f = 0; f < fields.size(); ++f) {
    Id& of = noise_variances[f];
    if (!variance.is_section()) of = read_expression(graph, variance, vocabulary);
    else if (variance.has(fields[f])) of = read_expression(graph, variance.at(fields[f]), vocabulary);
    else if (others) of = read_expression(graph, variance.at("*"), vocabulary);
    if (graph.is_number(of) && graph[of].value < 0) variance.fail("a variance must not be negative");
  }
}

Equations read_equations(const Config& config, int dimensions, const Parameters& parameters) {
  const Config section = config.at("equations");
  Equations equations;
  std::map<std::string, std::string> taken;
  equations.fields = read_field_names(section, parameters, taken);
  equations.boundaries = read_boundaries(config.section("bc_ops"), equations.fields);
  Graph& graph = equations.graph;

  Vocabulary vocabulary;
  vocabulary.dimensions = dimensions;
  for (const auto& [name, value] : parameters) vocabulary.parameters[name] = graph.number(value);
  // Those that are no numbers depend on coordinates.
  vocabulary.time = false;
  vocabulary.differences = false;
  const Config given = config.section("parameters");
  for (const std::string& name : given.keys()) {
    if (section.has(name)) section.at(name).fail("a parameter has this name, too; use another");
    if (!parameters.contains(name)) vocabulary.parameters[name] = read_expression(graph, given.at(name), vocabulary);
  }
  vocabulary.time = true;
  vocabulary.differences = true;
  vocabulary.fields = equations.fields;

  std::set<int> used;
  for (const std::string& field : equations.fields) {
    vocabulary.boundary_of = [&](const std::string& op) {
      const auto& all = equations.boundaries;
      const auto found = std::find_if(all.begin(), all.end(), [&](const OperatorBoundary& b) {
        return (b.equation == "*" || b.equation == field) && (b.op == "*" || b.op == op);
      });
      if (found == all.end()) return -1;
      const int number = static_cast<int>(found - all.begin());
      used.insert(number);
      return number;
    };
    equations.rates.push_back(read_expression(graph, section.at(field), vocabulary));
  }
  vocabulary.differences = false;
  equations.read_noise(config.section("noise"), vocabulary);
  for (std::size_t b = 0; b < equations.boundaries.size(); ++b) {
    const OperatorBoundary& boundary = equations.boundaries[b];
    if (!used.contains(static_cast<int>(b))) {
      config.at("bc_ops")
          .at(boundary.key)
          .fail(
              "the equations have no operator that this is for; write FIELD:OPERATOR, with the operator's name"
              " as docs/expressions.md has it, * for any");
    }
  }
  return equations;
}

}  // namespace tessera::expressions
