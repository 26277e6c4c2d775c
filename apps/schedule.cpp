#include "schedule.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tessera::apps {

Index whole_steps(const Config& duration, double step, const std::string& why) {
  const double value = duration.number();
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

Schedule::Schedule(const Config& config, double fixed_step) : fixed_step_(fixed_step) {
  const Config time = config.at("time");
  if (time.has("steady")) {
    const Config steady = time.at("steady");
    steady_rate_ = steady.at("rate").number();
    steady_every_ = steady.integer("every");
  }
  if (time.has("wall_seconds")) wall_seconds_ = time.at("wall_seconds").number();
  const bool either = time.has("end") || time.has("steps");
  if ((time.has("end") && time.has("steps")) || (!either && steady_every_ == 0))
    time.fail("give one of `end` (a time) and `steps` (a number)");
  const auto keys = time.keys();
  bool chosen_for_interval = false;
  for (const Config& output : config.sections("output"))
    chosen_for_interval |= output.has("interval") && std::find(keys.begin(), keys.end(), "courant") != keys.end();
  if (time.has("steps")) steps_ = time.at("steps").integer();
  else if (fixed_step > 0 && either)
    steps_ =
        whole_steps(time.at("end"), fixed_step, chosen_for_interval ? ", which output.interval was divided into" : "");
  else if (either) end_ = time.at("end").number();
  if (fixed_step > 0 && either) end_ = fixed_step * static_cast<double>(steps_);
  if (fixed_step > 0 && either && !std::isfinite(end_)) time.fail("the run would end at a time that is not finite");
}

Index Schedule::steps_left(Index step) const {
  Index left = steps_ >= 0 ? steps_ - step : std::numeric_limits<Index>::max();
  if (steady_every_ > 0) left = std::min(left, steady_every_ - step % steady_every_);
  return left;
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

}  // namespace tessera::apps
