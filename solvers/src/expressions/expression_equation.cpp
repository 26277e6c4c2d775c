#include "expression_equation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fusion.hpp"
#include "stage_kernel.hpp"
#include "tessera/core/setup.hpp"
#include "tessera/core/summary.hpp"
#include "tessera/solvers/step_control.hpp"

namespace tessera::expressions {
namespace {

/// What rank 0 has read, on every rank: constants are folded by the mathematical library, of which each node may have another.
Equations shared(Equations equations, const comm::WaitingCommunicator& communicator) {
  std::vector<Id> roots = equations.rates;
  roots.insert(roots.end(), equations.noise_variances.begin(), equations.noise_variances.end());
  if (equations.energy) roots.push_back(*equations.energy);
  std::string text = equations.graph.text(roots);
  communicator.bcast_resizing(text);
  roots.clear();
  equations.graph = Graph::from_text(text, roots);
  const auto fields = static_cast<std::ptrdiff_t>(equations.rates.size());
  equations.rates.assign(roots.begin(), roots.begin() + fields);
  equations.noise_variances.assign(roots.begin() + fields, roots.begin() + 2 * fields);
  if (equations.energy) equations.energy = roots.back();
  return equations;
}

bool is_zero(const Graph& graph, Id id) { return graph.is_number(id) && graph[id].value == 0; }

/// Roundings of a cell: a b + c has two operations.
std::size_t operations_of(const Program& program) {
  std::size_t operations = 0;
  for (const Instruction& instruction : program.instructions) {
    const Code code = instruction.code;
    const bool two = code == Code::multiply_add || code == Code::multiply_subtract || code == Code::subtract_product;
    operations += code == Code::copy ? 0 : two ? 2 : 1;
  }
  return operations;
}

/// The length of the fixed steps that noise needs: a step dt adds sqrt(variance dt / cell volume) N, N being normal (Maruyama 1955,
/// Rend. Circ. Mat. Palermo 4; Ito's interpretation, since the variance is that at the beginning of a step).
double noise_step(const EquationInput& input) {
  const StepOptions options = read_step_options(input.config.at("time"));
  if (options.stepper != "euler" || options.adaptive)
    input.config.at("noise").fail("needs time.stepper: euler with a fixed time.step, the method of Euler and Maruyama");
  return options.step;
}

/// The rates with noise.
std::vector<Id> noisy_rates(Equations& equations, double step, const Grid& grid) {
  const double volume = cell_volume(grid);
  Graph& graph = equations.graph;
  std::vector<Id> rates;
  for (std::size_t f = 0; f < equations.rates.size(); ++f) {
    const Id deviation = graph.unary(Op::square_root, equations.noise_variances[f]);
    const Id noise = graph.product({deviation, graph.leaf(Op::noise, static_cast<int>(f))});
    rates.push_back(graph.sum({{1, equations.rates[f]}, {1 / std::sqrt(volume * step), noise}}));
  }
  return rates;
}

}  // namespace

NamedEquation find_equations(const Config& config) {
  if (config.has("equation")) config.at("equation").fail("there are `equations`, too; keep one of them");
  const Grid grid = read_grid(config, false);
  const Equations equations =
      read_equations(config, grid.dimensions(), read_parameters(config.section("parameters"), true));
  const Plan plan = make_plan(equations.graph, equations.rates, Stencil(config, grid));
  const auto make = [equations](const EquationInput& input) -> std::unique_ptr<Equation> {
    return std::make_unique<ExpressionEquation>(input, equations);
  };
  return {"", {std::max(plan.reach(), 1), make, plan.integrals.size()}};
}

ExpressionEquation::ExpressionEquation(const EquationInput& input, Equations equations)
    : domain_(input.domain),
      equations_(shared(std::move(equations), input.domain.communicator())),
      stencil_(input.config, input.domain.grid()),
      noise_{equations_.seed, equations_.noisy() ? noise_step(input) : 1},
      plan_(make_plan(equations_.graph,
                      equations_.noisy() ? noisy_rates(equations_, noise_.step, input.domain.grid()) : equations_.rates,
                      stencil_, equations_.energy)),
      of_operators_(input.grid_boundary()),
      zero_derivative_(input.own_boundary(Config::parse("{}", ""), "zero derivative")),
      linearisation_(plan_, stencil_, input.domain.grid()),
      places_(input.domain, plan_.graph, input.ghosts),
      library_(input.domain, read_kernel_mode(input.config)) {
  const Config section = input.config.section("bc_ops");
  for (const OperatorBoundary& boundary : equations_.boundaries)
    own_.push_back(input.own_boundary(section, boundary.key));
  integrals_.resize(plan_.integrals.size());
  if (input.config.has("spectrum")) {
    const Config given = input.config.at("spectrum");
    given_spectrum_ = {given.at("real").number(), given.number("imaginary")};
  }
}

const Boundary* ExpressionEquation::boundary_of(int number) const {
  if (number == Plan::zero_derivative) return &zero_derivative_;
  return number < 0 ? &of_operators_ : &own_[static_cast<std::size_t>(number)];
}

/// Stages that make roots of the plan.
void ExpressionEquation::add_roots(const Evaluation& e, const std::vector<Id>& roots) const {
  const Surroundings around{&domain_, &plan_.graph, &places_, &integrals_, noise_, e.time};
  std::vector<Stages::Quantity> quantities = e.fields;
  quantities.resize(plan_.fields + plan_.temporaries.size());
  const auto inputs_of = [&](const Program& program) {
    std::vector<Stages::Input> inputs;
    for (std::size_t i = 0; i < program.inputs.size(); ++i)
      inputs.push_back({quantities[static_cast<std::size_t>(program.inputs[i])], program.reaches[i]});
    return inputs;
  };
  std::vector<std::size_t> made;
  for (const std::size_t t : plan_.needed_for(roots)) {
    const Plan::Temporary& temporary = plan_.temporaries[t];
    const Program program = lower(plan_, temporary.root, stencil_, made);
    made.push_back(t);
    const std::vector<Stages::Input> inputs = inputs_of(program);
    const Stages::Quantity output = e.stages.temporary(Location::cells, boundary_of(temporary.boundary), e.moment);
    quantities[plan_.fields + t] = output;
    e.stages.add("expression " + std::to_string(t + 1), inputs, {output}, make_stage_kernel(program, around, library_));
  }
  for (std::size_t r = 0; r < roots.size(); ++r) {
    const std::optional<Fusion> fusion = std::exchange((*e.fusions)[r], std::nullopt);
    const Program program = lower(plan_, roots[r], stencil_, made, fusion, static_cast<int>(r));
    std::vector<Stages::Input> inputs = inputs_of(program);
    if (fusion) {
      for (const Stages::Quantity quantity : fusion->inputs) inputs.push_back({quantity, {}});
    }
    e.stages.add(
        "root", inputs, {fusion ? fusion->output : e.rates[r]},
        make_stage_kernel(program, around, library_, fusion ? fusion->findings : nullptr, fusion ? fusion->pitch : 0));
  }
}

void ExpressionEquation::add_stages(const Evaluation& evaluation) const { add_roots(evaluation, plan_.rates); }

void ExpressionEquation::add_densities(const Evaluation& evaluation) const { add_roots(evaluation, plan_.integrals); }

void ExpressionEquation::set_integrals(std::span<const double> integrals) {
  std::copy(integrals.begin(), integrals.end(), integrals_.begin());
}

bool ExpressionEquation::add_energy(Stages& stages, const std::vector<Stages::Quantity>& fields,
                                    Stages::Quantity density) const {
  if (!plan_.energy) return false;
  static constexpr double time = 0;  // it does not depend on it
  std::vector<std::optional<Fusion>> none(1);
  add_roots({stages, fields, {density}, 0, &time, &none}, {*plan_.energy});
  return true;
}

std::string ExpressionEquation::rates(std::size_t most) const {
  std::string text;
  for (std::size_t f = 0; f < equations_.fields.size(); ++f) {
    text += (f == 0 ? "d" : ", d") + equations_.fields[f] + "/dt = " + written(equations_.rates[f], most);
    if (const Id variance = equations_.noise_variances[f]; !is_zero(equations_.graph, variance))
      text += " + noise of variance " + written(variance, most);
  }
  return text;
}

std::string ExpressionEquation::describe() const {
  constexpr std::size_t most = 1000;
  return (equations_.title.empty() ? "" : equations_.title + ": ") + rates(most) + "; kernels " + library_.describe();
}

std::string ExpressionEquation::formula() const {
  constexpr std::size_t most = 100000;
  return equations_.title.empty() ? rates(most) : "";  // a named one's coefficients say it
}

std::vector<std::string> ExpressionEquation::details() const {
  constexpr std::size_t most = 200;
  std::vector<std::string> lines;
  std::size_t operations = 0;
  const auto quantity_name = [&](QuantityNumber number) {
    const auto n = static_cast<std::size_t>(number);
    return n < plan_.fields ? equations_.fields[n] : "stage " + std::to_string(n - plan_.fields + 1);
  };
  std::vector<std::size_t> made;
  const auto add = [&](const std::string& name, const std::string& text, Id root) {
    const Program program = lower(plan_, root, stencil_, made);
    std::string reads;
    for (std::size_t i = 0; i < program.inputs.size(); ++i) {
      const Reach& reach = program.reaches[i];
      const bool around = reach.below != Index3{0, 0, 0} || reach.above != Index3{0, 0, 0};
      reads += (i == 0 ? "; reads " : ", ") + quantity_name(program.inputs[i]) + (around ? " 1 cell around" : "");
    }
    operations += operations_of(program);
    lines.push_back(name + " = " + text + reads + "; " + std::to_string(operations_of(program)) + " operations a cell");
  };
  const auto add_temporaries = [&](const std::vector<Id>& roots) {
    made.clear();
    for (const std::size_t t : plan_.needed_for(roots)) {
      add("stage " + std::to_string(t + 1), written(plan_.temporaries[t].source, most), plan_.temporaries[t].root);
      made.push_back(t);
    }
  };
  add_temporaries(plan_.integrals);
  for (std::size_t i = 0; i < plan_.integrals.size(); ++i)
    lines.push_back("integral " + std::to_string(i + 1) + ": a sum over the domain before each evaluation");
  add_temporaries(plan_.rates);
  for (std::size_t f = 0; f < plan_.rates.size(); ++f)
    add("d" + equations_.fields[f] + "/dt", written(equations_.rates[f], most), plan_.rates[f]);
  const auto bytes = static_cast<std::size_t>(bytes_of(domain_.precision())) * 2 * plan_.fields;
  lines.push_back("an evaluation: " + std::to_string(operations) + " operations a cell, " + std::to_string(bytes) +
                  " bytes a cell from and to memory, " + std::to_string(plan_.reach()) +
                  " layer(s) of ghosts exchanged of " + std::to_string(plan_.fields) + " field(s)");
  return lines;
}

Spectrum ExpressionEquation::spectrum(const std::vector<double>& amplitudes) const {
  if (given_spectrum_) return *given_spectrum_;
  return equations_.spectrum ? equations_.spectrum(amplitudes) : linearisation_.spectrum(amplitudes);
}

}  // namespace tessera::expressions
