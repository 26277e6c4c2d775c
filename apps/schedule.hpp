// When a run ends.
#pragma once

#include <limits>
#include <string>

#include "tessera/core/config.hpp"

namespace tessera::apps {

/// The keys of `time` that say when. With a fixed step, times become numbers of steps, so that stopping never changes a step.
class Schedule {
 public:
  /// `fixed_step`: the solver's, 0 if it chooses its steps.
  Schedule(const Config& config, double fixed_step);

  bool finished(double time, Index step) const { return steps_ >= 0 ? step >= steps_ : time >= end_; }
  /// Whether the run ends after this step if no rate of change is above steady_rate(), the largest that counts as steady.
  bool steady_check_due(Index step) const { return steady_every_ > 0 && step > 0 && step % steady_every_ == 0; }
  double steady_rate() const { return steady_rate_; }
  bool ends_when_steady() const { return steady_every_ > 0; }
  /// The run is to be interrupted, as by a request to stop, after so many seconds; 0: never.
  double wall_seconds() const { return wall_seconds_; }
  /// Steps to the end, or to the next look at the rates, whichever comes first; very many if neither is known.
  Index steps_left(Index step) const;
  /// "628 steps of 1", "to t = 100, steps adapted".
  std::string describe() const;
  double fixed_step() const { return fixed_step_; }
  /// Infinite if it is not known.
  double end() const { return end_; }
  /// -1 if it is not known.
  Index steps() const { return steps_; }

 private:
  double fixed_step_;
  double end_ = std::numeric_limits<double>::infinity();
  Index steps_ = -1;
  double steady_rate_ = 0;
  Index steady_every_ = 0;  // 0: never
  double wall_seconds_ = 0;
};

/// How many fixed steps a duration takes; refused if it is no whole number of them. `why`: the step is what it is.
Index whole_steps(const Config& duration, double step, const std::string& why = "");

}  // namespace tessera::apps
