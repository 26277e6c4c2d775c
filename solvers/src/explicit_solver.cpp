#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "expressions/expression_equation.hpp"
#include "stepper.hpp"
#include "tessera/core/summary.hpp"
#include "tessera/solvers/explicit.hpp"
#include "tessera/solvers/initial_state.hpp"

namespace tessera {
namespace {

std::string section_of(const std::string& equation) {
  std::string section = equation;
  std::replace(section.begin(), section.end(), '-', '_');
  return section;
}

/// How many evaluations are done for one exchange and one way through memory: those of a step, and of several steps
/// where these are so cheap that memory limits them, as long as blocks are thick enough and ghosts are no more than a quarter
/// of what is computed.
int evaluations_at_once(const EquationInput& input, const EquationEntry& entry, const StepOptions& options) {
  if (entry.integrals > 0) return 1;
  const Domain& domain = input.domain;
  const Index reach = input.ghosts;
  const Boundary boundary = input.grid_boundary();
  for (const bool axis : boundary.antiperiodic()) {
    if (axis) return 1;  // beyond such an end, a rate is not that of the cell inside with the other sign
  }
  const int own = evaluations_per_step(options);
  const bool several = options.stepper != "adams-bashforth" && !options.adaptive;
  const auto fits = [&](int evaluations) {
    double share = 1;
    for (int a = domain.grid().first_axis(); a < 3; ++a) {
      if (domain.exchanged(a))
        share *= 1 + static_cast<double>((evaluations - 1) * reach) /
                         static_cast<double>(thinnest_block(domain.grid(), domain.layout(), a));
    }
    return domain.thick_enough(evaluations * reach) && (share <= 1.25 || domain.sweep().steps_at_once > 0);
  };
  int evaluations = own * (several ? steps_at_once(domain, own * reach, own == 1 && domain.outgrows_cache()) : 1);
  while (evaluations > 1 && !fits(evaluations)) --evaluations;
  return evaluations;
}

class ExplicitSolver final : public Solver {
 public:
  ExplicitSolver(const EquationInput& input, const EquationEntry& entry, const StepOptions& options)
      : options_(options),
        system_(input, entry),
        now_(system_.make_fields()),
        stepper_(make_stepper(system_, now_, options)) {}

  FieldSet& now() { return now_; }

  State state() override {
    State state;
    for (Field& field : now_.fields) state.fields.push_back(&field);
    state.memory = stepper_->memory();
    state.numbers = stepper_->numbers();
    return state;
  }
  std::vector<std::string> details() const override { return system_.equation().details(); }
  std::string formula() const override { return system_.equation().formula(); }
  void prepare() override { system_.equation().prepare(); }
  double fixed_step() const override { return options_.adaptive ? 0 : options_.step; }
  Reached advance(double time, double limit, Index most) override {
    const Reached reached = stepper_->advance(time, limit, most);
    time_ = reached.time;
    return reached;
  }
  std::optional<Fault> fault() const override { return stepper_->fault(); }
  std::string describe() const override { return system_.equation().describe() + "; " + stepper_->describe(); }

  /// For the present values, and for those that the fields are expected to have.
  double stable_step() const override {
    std::vector<double> amplitudes = system_.equation().expected_amplitudes();
    amplitudes.resize(system_.size(), 0);
    for (std::size_t f = 0; f < system_.size(); ++f)
      amplitudes[f] = std::max(amplitudes[f], find_extremes(system_.domain(), now_.fields[f]).magnitude());
    return stepper_->stable_step(system_.equation().spectrum(amplitudes));
  }

  bool limit_is_estimated() const { return system_.equation().spectrum_is_estimated(); }

  bool knows_rates() const override { return true; }
  double largest_rate() override {
    evaluate_rates();
    double largest = 0;
    for (const Field& field : rates_->fields)
      largest = std::max(largest, find_extremes(system_.domain(), field).magnitude());
    return largest;
  }

  std::vector<Diagnostic> diagnostics() override {
    Domain& domain = system_.domain();
    make_energy_sweep();  // first, so that its kernel is compiled with that of the rates
    evaluate_rates();
    evaluate_energy();
    std::vector<Diagnostic> list;
    const auto cells = static_cast<double>(domain.grid().cells());
    const double cell = cell_volume(domain.grid());
    for (std::size_t f = 0; f < system_.size(); ++f) {
      const Field& field = now_.fields[f];
      const Extremes extremes = find_extremes(domain, field);
      list.push_back({field.name() + "_mass", sum(domain, field).values * cell});
      list.push_back({field.name() + "_min", extremes.least});
      list.push_back({field.name() + "_max", extremes.largest});
      list.push_back({field.name() + "_rate", std::sqrt(sum(domain, rates_->fields[f]).squares / cells)});
    }
    if (energy_) list.push_back({"energy", sum(domain, *energy_).values * cell});
    const auto steps = stepper_->diagnostics();
    list.insert(list.end(), steps.begin(), steps.end());
    return list;
  }

 private:
  static std::unique_ptr<Stepper> make_stepper(System& system, FieldSet& state, const StepOptions& options) {
    if (options.most_stages > 0) return make_stabilised_stepper(system, state, options);
    return options.adaptive ? make_adaptive_stepper(system, state, options)
                            : make_fixed_stepper(system, state, options);
  }

  /// The rates at present; ghosts are filled.
  void evaluate_rates() {
    if (!rates_) {
      rates_ = system_.make_fields();
      rate_.emplace(system_, std::vector<Stage>{{Register{0}, 0, {{1, {}}}}}, std::vector<Register>{1});
    }
    const std::array<FieldSet*, 2> registers{&now_, &*rates_};
    rate_->run(registers, std::array{time_});
  }

  /// A sweep for the energy, where the equation has one.
  void make_energy_sweep() {
    if (asked_for_energy_) return;
    asked_for_energy_ = true;
    Domain& domain = system_.domain();
    Stages stages(domain.grid().dimensions(), domain.precision());
    std::vector<Stages::Quantity> fields;
    for (std::size_t f = 0; f < system_.size(); ++f) fields.push_back(stages.external());
    if (system_.equation().add_energy(stages, fields, stages.external()))
      energy_sweep_.emplace(domain, std::move(stages));
  }

  /// The energy of fields whose ghosts are filled, if there is a sweep for it.
  void evaluate_energy() {
    if (!energy_sweep_) return;
    if (!energy_) energy_.emplace(system_.domain(), "energy", Location::cells, 0);
    system_.domain().phase([&](const Block& block) {
      std::vector<Array*> arrays;
      for (Field& field : now_.fields) arrays.push_back(&field[block]);
      arrays.push_back(&(*energy_)[block]);
      energy_sweep_->run(block, arrays);
    });
  }

  StepOptions options_;
  System system_;
  FieldSet now_;
  std::unique_ptr<Stepper> stepper_;
  double time_ = 0;
  std::optional<FieldSet> rates_;
  std::optional<Evaluations> rate_;
  bool asked_for_energy_ = false;
  std::optional<Field> energy_;
  std::optional<Sweep> energy_sweep_;
};

/// Refuses a fixed step that is not stable. Collective.
void require_stable(const ExplicitSolver& solver, const Config& time, const std::string& stepper, const Log& log) {
  if (solver.fixed_step() == 0) return;
  const double limit = solver.stable_step();
  if (solver.fixed_step() <= limit) return;
  std::ostringstream what;
  if (limit == 0) {
    what << "this equation has waves, for which the stepper is stable with no step; use stepper: rk4 or rkf45";
    if (!solver.limit_is_estimated()) (time.has("stepper") ? time.at("stepper") : time).fail(what.str());
    log.warn(what.str());
    return;
  }
  if (solver.limit_is_estimated()) {
    what << "a step of " << solver.fixed_step() << " may not be stable: " << stepper << " allows about " << limit
         << ", by an estimate for the initial values";
    log.warn(what.str());
    return;
  }
  what << "a step of " << solver.fixed_step() << " is not stable: " << stepper << " allows at most " << limit
       << " on this grid; use that or less, or `tolerance` for adaptive steps";
  time.at("step").fail(what.str());
}

/// fields.NAME.initial, or initial.NAME.
Config initial_of(const Config& config, const std::string& name) {
  const bool in_fields = config.has("fields") && (config.at("fields").has(name) || !config.has("initial"));
  return in_fields ? config.at("fields").at(name).at("initial") : config.at("initial").at(name);
}

}  // namespace

std::optional<NamedEquation> find_equation(const std::string& name) {
  for (const NamedEquation& equation : all_equations()) {
    if (equation.name == name) return equation;
  }
  return std::nullopt;
}

NamedEquation find_equation(const Config& config) {
  if (config.has("equations")) return expressions::find_equations(config);
  std::vector<std::string> names;
  for (const NamedEquation& equation : all_equations()) names.push_back(equation.name);
  return *find_equation(config.at("equation").one_of(names));
}

std::unique_ptr<Solver> make_explicit_solver(const NamedEquation& equation, const Config& config, Domain& domain,
                                             const Parameters& parameters) {
  const Config time = config.at("time");
  const StepOptions options = read_step_options(time);
  const Config section = config.section(section_of(equation.name));
  const Index reach = equation.entry.reach;
  EquationInput input{config, section, domain, parameters, reach};
  input.ghosts = evaluations_at_once(input, equation.entry, options) * reach;
  auto solver = std::make_unique<ExplicitSolver>(input, equation.entry, options);
  for (Field& field : solver->now().fields) {
    fill_initial(domain, field, initial_of(config, field.name()), parameters);
  }
  require_stable(*solver, time, options.stepper, domain.log());
  return solver;
}

}  // namespace tessera
