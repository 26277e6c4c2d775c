// When an output has a record.
#pragma once

#include <limits>
#include <map>
#include <string>

#include "schedule.hpp"

namespace tessera::apps {

/// The keys `every`, `interval` and `every_seconds` of an output. With a fixed step, intervals become numbers of steps, so that
/// writing never changes a step. The start and the end of a run always have a record.
class OutputTimes {
 public:
  OutputTimes(const Config& output, const Schedule& schedule);

  /// The time that a step must not pass: that of the next record; infinite if that is no matter of time.
  double limit() const;
  /// Steps to the next record that is counted in steps; very many if none is.
  Index steps_left(Index step) const;
  /// Whether steps and times ask for a record now.
  bool due(double time, Index step) const;
  /// Of wall time between records; 0: no matter.
  double every_seconds() const { return every_seconds_; }
  /// Records of a run, -1 if that depends on the steps.
  Index records(const Schedule& schedule) const;

  void note(double time, Index step);
  Index written() const { return written_; }
  Index last_step() const { return last_step_; }
  /// What a checkpoint keeps, by name, and takes back.
  std::map<std::string, double> numbers() const;
  void restore(const std::map<std::string, double>& numbers);
  /// Its first record is still to come, now.
  void forget(double time);

 private:
  Index every_ = 0;           // steps; 0: none
  double interval_ = 0;       // time; 0: none
  double every_seconds_ = 0;  // 0: none
  Index next_ = 0;            // the next record's time, in intervals
  Index written_ = 0;
  Index last_step_ = -1;
};

}  // namespace tessera::apps
