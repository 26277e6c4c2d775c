/// How long a step is, fixed or adapted to an error estimate, and how many are done at once.
#pragma once

#include "tessera/core/config.hpp"
#include "tessera/core/domain.hpp"

namespace tessera {

/// The keys of the section `time` that concern the stepper.
struct StepOptions {
  bool adaptive = false;
  double step = 0;          // the fixed step, or the first adaptive one
  double tolerance = 1e-4;  // of the error of one step, in the field's unit
};

/// time.stepper (euler), time.step, time.tolerance: a tolerance without a step means adaptive; both
/// mean adaptive from that step on.
StepOptions read_step_options(const Config& time);

/// The controller of py-pde 0.60 (explicit solvers): the factor for the next step after one whose error
/// was `error` times the tolerance (NaN if it was not finite).
double step_factor(double error);

/// Steps for one exchange and one way through memory: layout.steps_at_once or, if that is left open, several where it
/// `pays` (memory is what steps wait for) on grids of one and two dimensions; in three, ghosts are too large a part of a
/// block. Fewer where blocks are too thin for the ghosts; `depth`: those of one step.
int steps_at_once(const Domain& domain, Index depth, bool pays);

inline constexpr double smallest_step = 1e-10;
inline constexpr double largest_step = 1e10;

}  // namespace tessera
