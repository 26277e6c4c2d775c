#include "output_times.hpp"

#include <algorithm>
#include <cmath>

namespace tessera::apps {

OutputTimes::OutputTimes(const Config& output, const Schedule& schedule) {
  if (output.has("every") && output.has("interval")) output.fail("give one of `every` (steps) and `interval` (time)");
  if (output.has("every")) every_ = output.at("every").integer();
  if (output.has("interval")) {
    if (schedule.fixed_step() > 0) every_ = whole_steps(output.at("interval"), schedule.fixed_step());
    else interval_ = output.at("interval").number();
    if (interval_ > 0 && std::isfinite(schedule.end()) && schedule.end() / interval_ > 9e15)
      output.at("interval").fail("makes more records than can be counted; use a longer one");
  }
  if (output.has("every_seconds")) every_seconds_ = output.at("every_seconds").number();
}

double OutputTimes::limit() const {
  return interval_ > 0 ? interval_ * static_cast<double>(next_) : std::numeric_limits<double>::infinity();
}

Index OutputTimes::steps_left(Index step) const {
  return every_ > 0 ? every_ - step % every_ : std::numeric_limits<Index>::max();
}

bool OutputTimes::due(double time, Index step) const {
  if (step == last_step_) return false;
  return written_ == 0 || (interval_ > 0 && time >= limit()) || (every_ > 0 && step % every_ == 0);
}

Index OutputTimes::records(const Schedule& schedule) const {
  if (every_seconds_ > 0) return -1;
  if (every_ > 0 && schedule.steps() >= 0) return 1 + (schedule.steps() + every_ - 1) / every_;
  if (interval_ > 0 && std::isfinite(schedule.end()))
    return 1 + static_cast<Index>(std::ceil(schedule.end() / interval_ - 1e-9));
  return every_ == 0 && interval_ == 0 ? 2 : -1;
}

void OutputTimes::note(double time, Index step) {
  ++written_;
  last_step_ = step;
  if (interval_ > 0 && time >= limit()) ++next_;
}

std::map<std::string, double> OutputTimes::numbers() const {
  return {{"records", static_cast<double>(written_)},
          {"last step", static_cast<double>(last_step_)},
          {"next interval", static_cast<double>(next_)}};
}

void OutputTimes::restore(const std::map<std::string, double>& numbers) {
  written_ = static_cast<Index>(numbers.at("records"));
  last_step_ = static_cast<Index>(numbers.at("last step"));
  next_ = static_cast<Index>(numbers.at("next interval"));
}

void OutputTimes::forget(double time) {
  written_ = 0;
  last_step_ = -1;
  if (interval_ > 0) next_ = static_cast<Index>(std::floor(time / interval_));
}

}  // namespace tessera::apps
