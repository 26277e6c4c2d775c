// How far a run has come, told while it runs: one line that changes on a terminal, else a line now and then.
#pragma once

#include <string>
#include <vector>

#include "schedule.hpp"
#include "tessera/core/domain.hpp"

namespace tessera::apps {

class Progress {
 public:
  Progress(Domain& domain, const Schedule& schedule);

  /// The loop begins here.
  void begin(double time, Index step);
  /// A step was taken, or several.
  void note_steps(double time, Index step);
  /// `seconds` of all blocks' time went into output.
  void note_output(double seconds) { output_seconds_ += seconds; }
  /// On rank 0, as often as one likes: tells if it is time to.
  void tell();

  double elapsed() const;
  double output_seconds() const { return output_seconds_; }
  Index steps() const { return step_ - first_step_; }
  /// Million cells x steps a second, output aside, for this process's part of the run.
  double speed() const;
  /// "step 50/100, t = 0.5, dt = 0.01, 31 Mcells/s, exchange 4 %, output 2 %, 3 s left", in at most `width` columns, for which the
  /// less important is left out; 0: all of it.
  std::string line(int width) const;

 private:
  double seconds_left() const;

  Domain& domain_;
  const Schedule& schedule_;
  int width_;  // of the terminal; 0: there is none
  double started_ = 0;
  double told_ = 0;
  double output_seconds_ = 0;
  double first_time_ = 0;
  Index first_step_ = 0;
  double time_ = 0;
  Index step_ = 0;
  double step_length_ = 0;
};

/// "3 min 20 s".
std::string duration(double seconds);

}  // namespace tessera::apps
