// Kardar-Parisi-Zhang: rates of a state, to rounding, and solutions that diffuse as exp(l h/(2 nu)) (Cole 1951, Quart. Appl. Math. 9;
// Hopf 1950, Commun. Pure Appl. Math. 3).
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("rates of an oblique mode, in 3-D") {
  EquationRun run(
      "equation: kpz\nkpz: {nu: 0.3, lambda: -1.2}\ntime: {step: 0.0005}\ninitial: {h: \"5 + 0.8*cos(pi*(x + y + "
      "2*z))\"}\n"
      "grid: {shape: [20, 16, 12], bounds: [[0, 2], [0, 2], [0, 1]], boundary: periodic}\n");
  const double square = run.square({pi, pi, 2 * pi});
  const double slopes = std::pow(slope_of(pi, run.spacing(0)), 2) + std::pow(slope_of(pi, run.spacing(1)), 2) +
                        std::pow(slope_of(2 * pi, run.spacing(2)), 2);
  CHECK(run.rate_error({[&](const Place& p, double) {
    const double angle = pi * (p.x + p.y + 2 * p.z);
    return -0.3 * square * 0.8 * std::cos(angle) - 0.6 * slopes * std::pow(0.8 * std::sin(angle), 2);
  }}) < 1e-11);
}

TEST_CASE("second order in space: h = 2 nu/l log(1 + a exp(-nu k^2 t) cos(k.x))") {
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: kpz\nkpz: {nu: 0.3, lambda: 3}\ntime: {stepper: rkf45, tolerance: 1e-9}\n"
        "initial: {h: \"0.2*log(1 + 0.7*cos(pi*x - 2*pi*y/3))\"}\n"
        "grid: {bounds: [[0, 2], [0, 3]], boundary: periodic, shape: [" +
        std::to_string(cells) + ", " + std::to_string(cells) + "]}\n");
    run.advance_to(0.2);
    const double rate = 0.3 * pi * pi * (1 + 4.0 / 9);
    return run.errors([&](const Place& p, double t) {
      return 0.2 * std::log(1 + 0.7 * std::exp(-rate * t) * std::cos(pi * p.x - 2 * pi * p.y / 3));
    });
  };
  check_second_order(errors, 32, 0.05);
}
