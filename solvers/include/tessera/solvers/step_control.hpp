/// How long a step is, fixed or adapted to an error estimate, and how many are done at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tessera/core/config.hpp"
#include "tessera/core/domain.hpp"

namespace tessera {

/// The keys of the section `time` that concern the stepper.
struct StepOptions {
  std::string stepper = "euler";
  bool adaptive = false;
  double step = 0;                // the fixed step, or the first adaptive one; 0: to be chosen
  double tolerance = 0;           // of the error of a step, in the field's unit
  double relative_tolerance = 0;  // the same, times half the range of the field's values
  bool root_mean_square = false;  // the error: not the largest, but the root of the mean square over all cells
  Index most_stages = 0;          // of a stabilised method
};

/// time.stepper, time.step, time.tolerance, time.relative_tolerance, time.error_norm, time.most_stages: a tolerance without a
/// step means adaptive; both mean adaptive from that step on.
StepOptions read_step_options(const Config& time);

/// Chooses adaptive steps: the state between them belongs into a checkpoint.
class StepControl {
 public:
  enum class Kind {
    /// py-pde 0.60 (explicit solvers): the factor 0.9 e^-0.2, e being the error over what is tolerated.
    plain,
    /// Watts' prediction from the last two errors, for a method of second order (Sommeijer, Shampine and Verwer 1997,
    /// J. Comput. Appl. Math. 88, eq. 2.11).
    predictive
  };
  StepControl(Kind kind, double first_step) : kind_(kind), next_(first_step) {}

  /// Proposes a first step, if none was given.
  void begin(double first) {
    if (next_ == 0) next_ = first;
  }
  struct Step {
    double length;
    bool clipped;  // cut short to reach `limit`
  };
  /// The next one to try, no longer than `longest`.
  Step propose(double time, double limit, double longest) const;
  /// Takes note of the tried step's `error` over what is tolerated (NaN if anything was not finite). True if it is accepted.
  bool accept(const Step& step, double error);
  /// The step planned next has become too small to go on.
  bool gave_up() const;

  std::map<std::string, double*> numbers();
  /// The length of the last step that was accepted.
  double taken() const { return taken_; }

 private:
  Kind kind_;
  double next_;
  double taken_ = 0;
  double last_ = 0;        // the same, of those that were not cut short
  double last_error_ = 0;  // its
};

/// Steps for one exchange and one way through memory: layout.steps_at_once or, if that is left open, several where it
/// `pays` (memory is what steps wait for) on grids of one and two dimensions; in three, ghosts are too large a part of a
/// block. Fewer where blocks are too thin for the ghosts; `depth`: those of one step.
int steps_at_once(const Domain& domain, Index depth, bool pays);

inline constexpr double smallest_step = 1e-10;
inline constexpr double largest_step = 1e10;

}  // namespace tessera
