// Which records of a series are complete: those whose time is there.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tessera::io {

/// The time of a record until all of its values are written.
inline constexpr double not_complete = std::numeric_limits<double>::quiet_NaN();

/// How many are complete: records are written one after the other.
inline std::size_t count_complete(const std::vector<double>& times) {
  const auto first = std::find_if(times.begin(), times.end(), [](double time) { return std::isnan(time); });
  return static_cast<std::size_t>(first - times.begin());
}

}  // namespace tessera::io
