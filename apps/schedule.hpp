// When a run ends and when it writes.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "tessera/core/config.hpp"

namespace tessera::apps {

/// The keys of `time` and `output` that say when. With a fixed step, all times become numbers of
/// steps, so that neither writing nor stopping ever changes a step.
class Schedule {
 public:
  /// `fixed_step`: the solver's, 0 if it chooses its steps.
  Schedule(const Config& config, double fixed_step);

  bool finished(double time, Index step) const;
  /// The time that a step must not pass: the end, or the next output.
  double limit(Index outputs_done) const;
  /// Whether the run ends after this step if no rate of change is above steady_rate(), the largest that counts as steady.
  bool steady_check_due(Index step) const { return steady_every_ > 0 && step > 0 && step % steady_every_ == 0; }
  double steady_rate() const { return steady_rate_; }
  bool ends_when_steady() const { return steady_every_ > 0; }
  /// The run is to be interrupted, as by a request to stop, after so many seconds; 0: never.
  double wall_seconds() const { return wall_seconds_; }
  /// Steps to the end, or to the next output or look at the rates that is counted in steps, whichever comes first; very many if
  /// none is.
  Index steps_left(Index step) const;
  /// True if a record is due now; the record at the start is number 0.
  bool output_due(double time, Index step, Index outputs_done) const;
  /// "628 steps of 1", "to t = 100, steps adapted".
  std::string describe() const;
  /// Records that will be written, -1 if that depends on the steps.
  Index records() const;
  double end() const { return end_; }
  Index steps() const { return steps_; }

 private:
  double fixed_step_;
  double end_ = std::numeric_limits<double>::infinity();
  Index steps_ = -1;
  double interval_ = 0;  // 0: none
  Index every_ = 0;      // 0: none
  double steady_rate_ = 0;
  Index steady_every_ = 0;  // 0: never
  double wall_seconds_ = 0;
};

}  // namespace tessera::apps
