#include "stabilised.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr double damping = 2.0 / 13;

/// As many stages as a number asks for. The least where they cannot be counted: the state has left all bounds, and is found where it
/// is not finite.
Index whole_stages(double stages, Index least) {
  constexpr double most = 1e18;
  if (!(stages < most)) return least;
  return std::max(least, static_cast<Index>(std::ceil(stages)));
}

double rkc2_limit(Index stages) {
  const auto s = static_cast<double>(stages);
  return 2.0 / 3 * (s * s - 1) * (1 - 2.0 / 15 * damping);
}

Index rkc2_needed(double extent) {
  return whole_stages(std::sqrt(1 + extent / (2.0 / 3 * (1 - 2.0 / 15 * damping))), 2);
}

/// Chebyshev polynomials of the first kind and their derivatives at w0: T_j, T'_j, T''_j.
StabilisedStages rkc2_coefficients(Index stages) {
  const auto s = static_cast<std::size_t>(stages);
  const auto n = static_cast<double>(stages);
  const double w0 = 1 + damping / (n * n);
  std::vector<double> t{1, w0}, first{0, 1}, second{0, 0};
  for (std::size_t j = 2; j <= s; ++j) {
    t.push_back(2 * w0 * t[j - 1] - t[j - 2]);
    first.push_back(2 * t[j - 1] + 2 * w0 * first[j - 1] - first[j - 2]);
    second.push_back(4 * first[j - 1] + 2 * w0 * second[j - 1] - second[j - 2]);
  }
  const double w1 = first[s] / second[s];
  std::vector<double> b(s + 1);
  for (std::size_t j = 2; j <= s; ++j) b[j] = second[j] / (first[j] * first[j]);
  b[0] = b[1] = b[2];

  StabilisedStages result{b[1] * w1, {}, {}};
  for (std::size_t j = 1; j < s; ++j)
    result.c.push_back(j == 1 ? w1 * second[2] / first[2] / (4 * w0) : w1 * second[j] / first[j]);
  for (std::size_t j = 2; j <= s; ++j) {
    const double mu = 2 * b[j] * w0 / b[j - 1];
    const double nu = -b[j] / b[j - 2];
    const double rate = 2 * b[j] * w1 / b[j - 1];
    const double a = 1 - b[j - 1] * t[j - 1];
    result.stages.push_back({1 - mu - nu, mu, nu, rate, -a * rate});
  }
  return result;
}

double rkl2_limit(Index stages) {
  const auto s = static_cast<double>(stages);
  return (s * s + s - 2) / 2;
}

Index rkl2_needed(double extent) {
  const Index s = whole_stages((std::sqrt(9 + 8 * extent) - 1) / 2, 3);
  return s + (s % 2 == 0 ? 1 : 0);
}

StabilisedStages rkl2_coefficients(Index stages) {
  const auto s = static_cast<double>(stages);
  const double w = 4 / (s * s + s - 2);
  const auto b = [](double j) { return j < 2 ? 1.0 / 3 : (j * j + j - 2) / (2 * j * (j + 1)); };
  StabilisedStages result{w / 3, {}, {}};
  for (double j = 1; j < s; ++j) result.c.push_back(j == 1 ? w / 3 : w / 4 * (j * j + j - 2));
  for (double j = 2; j <= s; ++j) {
    const double mu = (2 * j - 1) / j * b(j) / b(j - 1);
    const double nu = -(j - 1) / j * b(j) / b(j - 2);
    const double rate = mu * w;
    result.stages.push_back({1 - mu - nu, mu, nu, rate, -(1 - b(j - 1)) * rate});
  }
  return result;
}

}  // namespace

StabilisedMethod rkc2_method() { return {"RKC2", rkc2_limit, rkc2_needed, rkc2_coefficients}; }
StabilisedMethod rkl2_method() { return {"RKL2", rkl2_limit, rkl2_needed, rkl2_coefficients}; }

}  // namespace tessera
