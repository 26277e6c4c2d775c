#include <cmath>

#include "loop.hpp"

double pi_part(long intervals, int rank, int size) {
  const double h = 1 / static_cast<double>(intervals);
  double sum = 0;
  for (long i = rank + 1; i < intervals; i += size) {
    const double x = h * (static_cast<double>(i) - 0.5);
    sum += 4 / (1 + x * x);
  }
  return h * sum;
}

bool is_pi(double value) { return std::abs(value - M_PI) / M_PI < 1e-3; }
