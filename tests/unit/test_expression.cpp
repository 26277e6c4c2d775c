#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "tessera/core/expression.hpp"
#include "tessera/core/initial.hpp"

using namespace tessera;

namespace {

Config quoted(const std::string& text) { return Config::parse("a: \"" + text + "\"", "a.yaml").at("a"); }

double value(const std::string& text, double x = 0, double y = 0, double z = 0, double t = 0) {
  return Expression(quoted(text), 3, true, {{"speed", 2.5}})({x, y, z}, t);
}

}  // namespace

TEST_CASE("operators, functions, constants and parameters") {
  CHECK(value("1 + 2*3") == 7);
  CHECK(value("-x^2", 3) == -9);
  CHECK(value("2^3^2") == 512);
  CHECK(value("x**2 + y**-1", 3, 2) == 9.5);
  CHECK(value("x > 1 && y <= 2 ? 10 : 20", 2, 2) == 10);
  CHECK(value("!(x > 1) || y == 2 ? 10 : 20", 2, 3) == 20);
  CHECK(value("where(x >= 1, speed, t)", 0, 0, 0, 7) == 7);
  CHECK(value("max(0, min(x, 1, 2)) + abs(-y)", 5, 3) == 4);
  CHECK(value("sin(pi/2) + ln(e)") == doctest::Approx(2));
  CHECK(value("mod(-1, 3)") == 2);
  CHECK(value("heaviside(x, 0.5)") == 0.5);
  CHECK(value("exp(-(x^2 + y^2 + z^2))", 1, 1, 1) == std::exp(-3.0));
}

TEST_CASE("copies are independent, and know what they use") {
  const Expression original(quoted("x + 10*t"), 2, true, {});
  const Expression copy = original;  // NOLINT(performance-unnecessary-copy-initialization): it is under test
  CHECK(copy({0, 1, 0}, 2) == 21);   // axis 1 is x of a 2-D grid
  CHECK(original({0, 5, 0}, 0) == 5);
  CHECK(copy({0, 1, 0}, 2) == 21);
  CHECK(copy.uses_time());
  CHECK(copy.uses_dimension(0));
  CHECK_FALSE(copy.uses_dimension(1));
}

TEST_CASE("mistakes are refused with the place") {
  for (const std::string bad : {"1 +", "foo(x)", "z + 1", "t", "(x", "1, 2", "x = 2", "speed", "", "x y"}) {
    CAPTURE(bad);
    try {
      const Expression expression(quoted(bad), 2, false, {});
      FAIL("accepted");
    } catch (const ConfigError& error) {
      CHECK(std::string(error.what()).find("a.yaml:1:4: a: ") == 0);
    }
  }
}

TEST_CASE("parameters are numbers or expressions of earlier ones") {
  const Parameters parameters = read_parameters(Config::parse("n: 4\nk: 2*pi/n", "a.yaml"));
  CHECK(parameters.at("k") == doctest::Approx(std::numbers::pi / 2));
  CHECK_THROWS_AS(read_parameters(Config::parse("x: 1", "a.yaml")), ConfigError);
  CHECK_THROWS_AS(read_parameters(Config::parse("2a: 1", "a.yaml")), ConfigError);
  CHECK_THROWS_AS(read_parameters(Config::parse("sin: 1", "a.yaml")), ConfigError);
}

TEST_CASE("random numbers: in [0, 1), evenly, different for every cell and seed") {
  double sum = 0;
  double square = 0;
  constexpr int n = 100000;
  double correlation = 0;
  for (int cell = 0; cell < n; ++cell) {
    const double u = uniform(1, static_cast<std::uint64_t>(cell));
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    sum += u;
    square += u * u;
    correlation += (u - 0.5) * (uniform(2, static_cast<std::uint64_t>(cell)) - 0.5);
  }
  CHECK(sum / n == doctest::Approx(0.5).epsilon(0.01));
  CHECK(square / n == doctest::Approx(1.0 / 3).epsilon(0.01));
  CHECK(std::fabs(correlation / n) < 0.002);
}
