#include "tessera/solvers/step_control.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

double plain_factor(double error) {
  if (std::isnan(error)) return 0.25;
  if (error < 5.7665e-4) return 4;
  return std::max(0.9 * std::pow(error, -0.2), 0.1);
}

/// `before`: the factor between the last step and this one, and the last one's error; 0: there was none.
double predictive_factor(double error, double growth, double error_before) {
  if (std::isnan(error)) return 0.25;
  double factor = 0.8 / std::cbrt(error);
  if (error <= 1 && error_before > 0) factor *= growth * std::cbrt(error_before / error);
  return std::clamp(factor, 0.1, 5.0);
}

}  // namespace

StepOptions read_step_options(const Config& time) {
  StepOptions options;
  options.stepper = time.choice("stepper");
  const bool has_step = time.has("step");
  options.adaptive = time.has("tolerance") || time.has("relative_tolerance");
  if (!has_step && !options.adaptive) {
    time.fail("give `step` for a fixed step, or `tolerance` for steps adapted to the error of each");
  }
  if (options.adaptive && (options.stepper == "rk4" || options.stepper == "adams-bashforth")) {
    time.at("stepper").fail(options.stepper +
                            " has no error estimate, so a tolerance cannot be kept; use rkf45, or give `step` alone");
  }
  if (has_step) options.step = time.at("step").number();
  if (time.has("tolerance")) options.tolerance = time.at("tolerance").number();
  if (time.has("relative_tolerance")) options.relative_tolerance = time.at("relative_tolerance").number();
  if (time.has("error_norm")) {
    const Config norm = time.at("error_norm");
    if (!options.adaptive) norm.fail("steps are fixed; their error is measured with a `tolerance` alone");
    options.root_mean_square = norm.choice() == "rms";
  }
  if (options.stepper == "rkc2" || options.stepper == "rkl2") options.most_stages = time.integer("most_stages");
  return options;
}

StepControl::Step StepControl::propose(double time, double limit, double longest) const {
  const double next = std::min(next_, longest);
  const bool clipped = next >= limit - time;
  return {clipped ? limit - time : next, clipped};
}

bool StepControl::accept(const Step& step, double error) {
  const bool accepted = error <= 1;
  // A step that was cut short at an output says little of the next: the one planned before stays.
  if (!accepted || !step.clipped) {
    const double growth = last_ > 0 ? step.length / last_ : 0;
    const double factor =
        kind_ == Kind::plain ? plain_factor(error) : predictive_factor(error, growth, last_ > 0 ? last_error_ : 0);
    next_ = std::min(step.length * factor, largest_step);
  }
  if (accepted) taken_ = step.length;
  if (accepted && !step.clipped) {
    last_ = step.length;
    last_error_ = std::max(error, 1e-4);
  }
  return accepted;
}

bool StepControl::gave_up() const { return next_ < smallest_step; }

std::map<std::string, double*> StepControl::numbers() {
  std::map<std::string, double*> all{{"next_step", &next_}, {"taken_step", &taken_}};
  if (kind_ == Kind::predictive) all.insert({{"last_step", &last_}, {"last_error", &last_error_}});
  return all;
}

int steps_at_once(const Domain& domain, Index depth, bool pays) {
  int steps = domain.sweep().steps_at_once;
  if (steps == 0) steps = pays && domain.grid().dimensions() < 3 ? 4 : 1;
  while (steps > 1 && !domain.thick_enough(steps * depth)) --steps;
  return steps;
}

}  // namespace tessera
