#include "schedule.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tessera::apps {
namespace {

/// How many fixed steps a duration takes; refused if it is no whole number of them. `why`: the step is what it is.
Index whole_steps(const Config& duration, double step, const std::string& why = "") {
  const double value = duration.positive();
  const double count = std::round(value / step);
  if (count > 9e15) duration.fail("takes more steps than can be counted; use a larger step or an earlier end");
  if (count < 1 || std::fabs(count * step - value) > 1e-9 * value) {
    std::ostringstream what;
    what.precision(12);
    what << value << " is no whole number of steps of " << step << why << "; use a multiple of it, e.g. "
         << std::max(count, 1.0) * step;
    duration.fail(what.str());
  }
  return static_cast<Index>(count);
}

}  // namespace

Schedule::Schedule(const Config& config, double fixed_step) : fixed_step_(fixed_step) {
  const Config time = config.at("time");
  if (time.has("steady")) {
    const Config steady = time.at("steady");
    steady_rate_ = steady.at("rate").positive();
    steady_every_ = steady.has("every") ? steady.at("every").at_least(1) : 100;
  }
  if (time.has("wall_seconds")) wall_seconds_ = time.at("wall_seconds").positive();
  const bool either = time.has("end") || time.has("steps");
  if ((time.has("end") && time.has("steps")) || (!either && steady_every_ == 0))
    time.fail("give one of `end` (a time) and `steps` (a number)");
  const auto keys = time.keys();
  const bool chosen_for_interval =
      std::find(keys.begin(), keys.end(), "courant") != keys.end() && config.section("output").has("interval");
  if (time.has("steps")) steps_ = time.at("steps").at_least(0);
  else if (fixed_step > 0 && either)
    steps_ =
        whole_steps(time.at("end"), fixed_step, chosen_for_interval ? ", which output.interval was divided into" : "");
  else if (either) end_ = time.at("end").positive();
  if (fixed_step > 0 && either) end_ = fixed_step * static_cast<double>(steps_);

  const Config output = config.section("output");
  if (output.has("every") && output.has("interval")) output.fail("give one of `every` (steps) and `interval` (time)");
  if (output.has("every")) every_ = output.at("every").at_least(1);
  if (output.has("interval")) {
    if (fixed_step > 0) every_ = whole_steps(output.at("interval"), fixed_step);
    else interval_ = output.at("interval").positive();
  }
}

bool Schedule::finished(double time, Index step) const { return steps_ >= 0 ? step >= steps_ : time >= end_; }

double Schedule::limit(Index outputs_done) const {
  const double next = interval_ > 0 ? interval_ * static_cast<double>(outputs_done) : end_;
  return std::min(next, end_);
}

Index Schedule::steps_left(Index step) const {
  Index left = steps_ >= 0 ? steps_ - step : std::numeric_limits<Index>::max();
  for (const Index every : {every_, steady_every_}) {
    if (every > 0) left = std::min(left, every - step % every);
  }
  return left;
}

bool Schedule::output_due(double time, Index step, Index outputs_done) const {
  if (outputs_done == 0) return true;
  if (interval_ > 0 && time >= limit(outputs_done)) return true;
  return every_ > 0 && step % every_ == 0;
}

std::string Schedule::describe() const {
  std::ostringstream text;
  const bool ends = steps_ >= 0 || std::isfinite(end_);
  if (fixed_step_ > 0 && ends) text << steps_ << " steps of " << fixed_step_ << ", to t = " << end_;
  else if (fixed_step_ > 0) text << "steps of " << fixed_step_;
  else if (steps_ >= 0) text << steps_ << " adapted steps";
  else if (ends) text << "to t = " << end_ << ", steps adapted";
  else text << "steps adapted";
  if (steady_every_ > 0) text << (ends ? ", or " : ", ") << "until no rate of change is above " << steady_rate_;
  if (wall_seconds_ > 0) text << "; no longer than " << wall_seconds_ << " s";
  return text.str();
}

Index Schedule::records() const {
  if (every_ > 0 && steps_ >= 0) return 1 + (steps_ + every_ - 1) / every_;
  if (interval_ > 0 && std::isfinite(end_)) return 1 + static_cast<Index>(std::ceil(end_ / interval_ - 1e-9));
  return every_ == 0 && interval_ == 0 ? 2 : -1;
}

}  // namespace tessera::apps
