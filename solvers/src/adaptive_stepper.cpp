#include <algorithm>
#include <cmath>
#include <sstream>

#include "error_test.hpp"
#include "stepper.hpp"
#include "tableau.hpp"

namespace tessera {
namespace {

/// A Runge-Kutta method with an error estimate.
class AdaptiveRungeKutta final : public Stepper {
 public:
  AdaptiveRungeKutta(System& system, FieldSet& state, const StepOptions& options)
      : state_(state),
        tableau_(tableau_of(options)),
        test_(system, state, options),
        control_(StepControl::Kind::plain, options.step > 0 ? options.step : 1e-3),
        method_(system, tableau_, 1, true, Sum::Use::extremes, test_.weights()),
        next_(system.make_fields()) {}

  Reached advance(double time, double limit, Index) override {
    test_.begin();
    while (true) {
      const StepControl::Step step = control_.propose(time, limit, largest_step);
      method_.run(state_, next_, std::array{time}, step.length);
      const std::vector<Findings>& findings = method_.evaluations().find(0);
      const bool accepted = control_.accept(step, test_.error(findings));
      if (control_.gave_up()) test_.give_up(time, static_cast<Index>(steps_) + 1, findings);
      if (accepted) {
        state_.swap(next_);
        test_.accept(findings);
        ++steps_;
        return {step.clipped ? limit : time + step.length, 1};
      }
      ++rejected_;
    }
  }
  std::vector<Diagnostic> diagnostics() const override {
    const auto stages = static_cast<double>(tableau_.b.size());
    return {
        {"step_size", control_.taken()}, {"rejected_steps", rejected_}, {"evaluations", stages * (steps_ + rejected_)}};
  }
  std::map<std::string, double*> numbers() override {
    auto all = control_.numbers();
    all.insert({{"steps", &steps_}, {"rejected", &rejected_}});
    return all;
  }
  std::string describe() const override { return tableau_.name + ", " + test_.describe(); }
  double stable_step(const Spectrum&) const override { return std::numeric_limits<double>::infinity(); }

 private:
  FieldSet& state_;
  Tableau tableau_;
  ErrorTest test_;
  StepControl control_;
  TableauSteps method_;
  FieldSet next_;
  double steps_ = 0;
  double rejected_ = 0;
};

}  // namespace

std::unique_ptr<Stepper> make_adaptive_stepper(System& system, FieldSet& state, const StepOptions& options) {
  return std::make_unique<AdaptiveRungeKutta>(system, state, options);
}

}  // namespace tessera
