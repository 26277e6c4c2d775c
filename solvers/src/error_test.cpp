#include "error_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace tessera {

void ErrorTest::note(std::size_t field, const Extremes& extremes) {
  half_range_[field] = 0.5 * (extremes.largest - extremes.least);
  amplitude_[field] = extremes.magnitude();
  constexpr double largest_weight = 1e300;  // times an error of 0 it has to be 0
  const auto cells = static_cast<double>(system_.domain().grid().cells());
  weights_[field] = std::min(1 / (tolerated(field) * std::sqrt(cells)), largest_weight);
}

void ErrorTest::begin() {
  if (begun_) return;
  begun_ = true;
  for (std::size_t f = 0; f < system_.size(); ++f) note(f, find_extremes(system_.domain(), state_.fields[f]));
}

double ErrorTest::error(const std::vector<Findings>& findings) {
  double worst = 0;
  for (std::size_t f = 0; f < system_.size(); ++f) {
    if (!findings[f].finite) return std::numeric_limits<double>::quiet_NaN();
    if (options_.root_mean_square) worst = std::max(worst, std::sqrt(findings[f].error));
    else if (findings[f].error > 0) worst = std::max(worst, findings[f].error / tolerated(f));
  }
  return worst;
}

void ErrorTest::accept(const std::vector<Findings>& findings) {
  for (std::size_t f = 0; f < system_.size(); ++f) note(f, findings[f].extremes);
}

void ErrorTest::give_up(double time, Index step, const std::vector<Findings>& findings) const {
  const bool finite = std::all_of(findings.begin(), findings.end(), [](const Findings& f) { return f.finite; });
  std::ostringstream what;
  what << "step " << step << " at t = " << time << ": the step fell below " << smallest_step << " without reaching ";
  if (options_.tolerance > 0) what << "time.tolerance = " << options_.tolerance;
  if (options_.tolerance > 0 && options_.relative_tolerance > 0) what << " and ";
  if (options_.relative_tolerance > 0) what << "time.relative_tolerance = " << options_.relative_tolerance;
  what << (finite ? "" : " (the solution is not finite)") << "; loosen "
       << (options_.tolerance > 0 ? "it" : "it, or add an absolute time.tolerance") << ", or look at the initial data";
  throw RunError(what.str());
}

std::string ErrorTest::describe() const {
  std::ostringstream text;
  text << "adaptive";
  if (options_.tolerance > 0) text << ", tolerance " << options_.tolerance;
  if (options_.relative_tolerance > 0) text << ", relative tolerance " << options_.relative_tolerance;
  if (options_.root_mean_square) text << ", root mean square";
  return text.str();
}

}  // namespace tessera
