#include "tessera/solvers/step_control.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {

StepOptions read_step_options(const Config& time) {
  StepOptions options;
  if (time.has("stepper")) time.at("stepper").choice({"euler"});
  const bool has_step = time.has("step");
  const bool has_tolerance = time.has("tolerance");
  if (!has_step && !has_tolerance) {
    time.fail("give `step` for a fixed step, or `tolerance` for steps adapted to the error of each");
  }
  options.adaptive = has_tolerance;
  options.step = has_step ? time.at("step").positive() : 1e-3;
  if (has_tolerance) options.tolerance = time.at("tolerance").positive();
  return options;
}

int steps_at_once(const Domain& domain, Index depth, bool pays) {
  int steps = domain.sweep().steps_at_once;
  if (steps == 0) steps = pays && domain.grid().dimensions() < 3 ? 4 : 1;
  while (steps > 1 && !domain.thick_enough(steps * depth)) --steps;
  return steps;
}

double step_factor(double error) {
  if (std::isnan(error)) return 0.25;
  if (error < 5.7665e-4) return 4;
  return std::max(0.9 * std::pow(error, -0.2), 0.1);
}

}  // namespace tessera
