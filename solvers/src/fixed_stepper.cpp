#include <algorithm>
#include <limits>
#include <sstream>

#include "stepper.hpp"
#include "tableau.hpp"

namespace tessera {
namespace {

constexpr Index none = std::numeric_limits<Index>::max();

/// The first step that left anything but finite values, and where.
class FaultFinder {
 public:
  explicit FaultFinder(const Domain& domain) : faults_(domain.blocks().size(), Fault{none, none}) {}

  /// After so many steps from `step` on, whose findings are those from 0 on: the cell is one that has such a value after all.
  void look(System& system, const FieldSet& state, const Evaluations& evaluations, Index step, std::size_t steps) {
    for (const Block& block : system.domain().blocks()) {
      Fault& fault = faults_[static_cast<std::size_t>(block.number)];
      if (fault.step != none) continue;
      for (std::size_t n = 0; n < steps && fault.step == none; ++n) {
        for (std::size_t f = 0; f < system.size(); ++f) {
          if (!evaluations.found(n, block, f).finite) fault.step = step + static_cast<Index>(n) + 1;
        }
      }
      if (fault.step == none) continue;
      for (std::size_t f = 0; f < system.size(); ++f) {
        const Index cell = first_not_finite(system.domain().grid(), block, state.fields[f][block]);
        if (cell >= 0 && cell < fault.cell) fault = {fault.step, cell, f};
      }
    }
  }
  std::optional<Fault> first() const {
    Fault first{none, none};
    for (const Fault& fault : faults_) {
      if (fault.step < first.step || (fault.step == first.step && fault.cell < first.cell)) first = fault;
    }
    return first.step == none ? std::nullopt : std::optional(first);
  }

 private:
  std::vector<Fault> faults_;  // of the blocks
};

/// A Runge-Kutta method with a fixed step, several steps at once if there are ghosts for them.
class FixedRungeKutta final : public Stepper {
 public:
  FixedRungeKutta(System& system, FieldSet& state, const StepOptions& options)
      : system_(system), state_(state), tableau_(tableau_of(options)), step_(options.step), faults_(system.domain()) {
    const int stages = static_cast<int>(tableau_.b.size());
    at_once_ = std::max(1, system.evaluations() / stages);
    one_.emplace(system, tableau_, 1, false, Sum::Use::check);
    if (at_once_ > 1) many_.emplace(system, tableau_, at_once_, false, Sum::Use::check);
    in_place_ = one_->in_place() && (!many_ || many_->in_place());
    if (!in_place_) next_ = system.make_fields();
  }

  Reached advance(double, double, Index most) override {
    const bool several = most >= at_once_ && many_;
    TableauSteps& method = several ? *many_ : *one_;
    starts_.resize(several ? static_cast<std::size_t>(at_once_) : 1);
    for (std::size_t n = 0; n < starts_.size(); ++n)
      starts_[n] = (steps_ + static_cast<double>(n)) * step_;  // not summed up: no drift
    method.run(state_, in_place_ ? state_ : next_, starts_, step_);
    if (!in_place_) state_.swap(next_);
    faults_.look(system_, state_, method.evaluations(), static_cast<Index>(steps_), starts_.size());
    steps_ += static_cast<double>(starts_.size());
    return {steps_ * step_, static_cast<Index>(starts_.size())};
  }
  std::optional<Fault> fault() const override { return faults_.first(); }
  std::vector<Diagnostic> diagnostics() const override {
    return {{"step_size", step_}, {"evaluations", static_cast<double>(tableau_.b.size()) * steps_}};
  }
  std::map<std::string, double*> numbers() override { return {{"steps", &steps_}}; }
  std::string describe() const override {
    std::ostringstream text;
    text << tableau_.name << ", step " << step_;
    return text.str();
  }
  double stable_step(const Spectrum& spectrum) const override {
    if (tableau_.stable_imaginary == 0) return tableau_.stable_real / spectrum.beside_real_axis();
    const double real = tableau_.stable_real / spectrum.real;
    return spectrum.imaginary > 0 ? std::min(real, tableau_.stable_imaginary / spectrum.imaginary) : real;
  }

 private:
  System& system_;
  FieldSet& state_;
  Tableau tableau_;
  double step_;
  double steps_ = 0;
  int at_once_ = 1;
  bool in_place_ = false;
  std::optional<TableauSteps> one_, many_;
  FieldSet next_;
  std::vector<double> starts_;
  FaultFinder faults_;
};

/// Adams and Bashforth's method of second order, y' = y + h (3/2 f(y, t) - 1/2 f before). The first step takes y - h f(y, t) for
/// what was before, as py-pde does.
class AdamsBashforth final : public Stepper {
 public:
  AdamsBashforth(System& system, FieldSet& state, double step)
      : system_(system),
        state_(state),
        step_(step),
        backwards_(-step),
        newest_(1.5 * step),
        before_(-0.5 * step),
        back_(system, {Stage{0, 0, {{1, {{{0}}, &backwards_}}}}}, {1}),
        rate_of_back_(system, {Stage{1, 0, {{2, {}}}}}, {2}),
        forward_(system, {Stage{0, 0, {{3, {}}, {1, {{{0}, {2, &before_}}, &newest_}, Sum::Use::check}}}}, {1, 3}),
        next_(system.make_fields()),
        rate_(system.make_fields()),
        last_rate_(system.make_fields("@rate")),
        faults_(system.domain()) {}

  Reached advance(double, double, Index) override {
    const double time = steps_ * step_;
    const std::array<FieldSet*, 4> registers{&state_, &next_, &last_rate_, &rate_};
    if (steps_ == 0) {
      back_.run(registers, std::array{time});
      rate_of_back_.run(registers, std::array{time - step_});
    }
    forward_.run(registers, std::array{time});
    state_.swap(next_);
    last_rate_.swap(rate_);
    faults_.look(system_, state_, forward_, static_cast<Index>(steps_), 1);
    ++steps_;
    return {steps_ * step_, 1};
  }
  std::optional<Fault> fault() const override { return faults_.first(); }
  std::vector<Diagnostic> diagnostics() const override {
    return {{"step_size", step_}, {"evaluations", steps_ > 0 ? steps_ + 2 : 0}};  // two more at the beginning
  }
  std::map<std::string, double*> numbers() override { return {{"steps", &steps_}}; }
  std::vector<Field*> memory() override {
    std::vector<Field*> fields;
    for (Field& field : last_rate_.fields) fields.push_back(&field);
    return fields;
  }
  std::string describe() const override {
    std::ostringstream text;
    text << "Adams-Bashforth of second order, step " << step_;
    return text.str();
  }
  double stable_step(const Spectrum& spectrum) const override { return 1 / spectrum.beside_real_axis(); }

 private:
  System& system_;
  FieldSet& state_;
  double step_;
  double steps_ = 0;
  double backwards_, newest_, before_;  // factors
  Evaluations back_, rate_of_back_, forward_;
  FieldSet next_, rate_, last_rate_;
  FaultFinder faults_;
};

}  // namespace

int evaluations_per_step(const StepOptions& options) {
  if (options.most_stages > 0) return 4;
  return options.stepper == "adams-bashforth" ? 1 : static_cast<int>(tableau_of(options).b.size());
}

std::unique_ptr<Stepper> make_fixed_stepper(System& system, FieldSet& state, const StepOptions& options) {
  if (options.stepper == "adams-bashforth") return std::make_unique<AdamsBashforth>(system, state, options.step);
  return std::make_unique<FixedRungeKutta>(system, state, options);
}

}  // namespace tessera
