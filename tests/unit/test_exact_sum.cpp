#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tessera/core/exact_sum.hpp"

using namespace tessera;

namespace {

double sum(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.value();
}

}  // namespace

TEST_CASE("sums without rounding, over the whole range of doubles") {
  CHECK(sum({}) == 0);
  CHECK(sum({0.5, 0.25, -0.125}) == 0.625);
  CHECK(sum({1e300, 1, -1e300}) == 1);
  CHECK(sum({-1e300, -1, 1e300}) == -1);
  const double least = std::numeric_limits<double>::denorm_min();
  CHECK(sum({1e308, least, -1e308}) == least);
  CHECK(sum({-3 * least, 1, -1}) == -3 * least);
  CHECK(sum({std::numeric_limits<double>::max()}) == std::numeric_limits<double>::max());
  CHECK(std::isnan(sum({1, std::numeric_limits<double>::infinity()})));
}

TEST_CASE("neither the order nor the parts of a sum matter") {
  std::mt19937_64 random(7);
  std::vector<double> values(2000);
  for (double& value : values)
    value = std::ldexp(static_cast<double>(random()) / 1e19 - 0.9, static_cast<int>(random() % 200) - 100);
  const double expected = sum(values);
  std::shuffle(values.begin(), values.end(), random);
  CHECK(sum(values) == expected);
  ExactSum first;
  ExactSum second;
  for (std::size_t i = 0; i < values.size(); ++i) (i % 3 == 0 ? first : second).add(values[i]);
  first.add(second);
  CHECK(first.value() == expected);
}
