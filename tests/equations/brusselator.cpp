// The Brusselator: rates of a state, to rounding; oscillations of a uniform state; and small modes about the steady one.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("rates of an oblique mode, in 3-D") {
  EquationRun run(
      "equation: brusselator\nbrusselator: {a: 1.2, b: 2.5, diffusivity_u: 0.3, diffusivity_v: 0.7}\ntime: {step: "
      "0.001}\n"
      "initial: {u: \"1.5 + 0.8*cos(pi*(x + y + 2*z))\", v: \"2 + 0.6*sin(pi*(x + y + 2*z))\"}\n"
      "grid: {shape: [20, 16, 12], bounds: [[0, 2], [0, 2], [0, 1]], boundary: periodic}\n");
  const double square = run.square({pi, pi, 2 * pi});
  const auto u = [](const Place& p) { return 1.5 + 0.8 * std::cos(pi * (p.x + p.y + 2 * p.z)); };
  const auto v = [](const Place& p) { return 2 + 0.6 * std::sin(pi * (p.x + p.y + 2 * p.z)); };
  const auto made = [&](const Place& p) { return u(p) * u(p) * v(p); };
  CHECK(run.rate_error(
            {[&](const Place& p, double) { return -0.3 * square * (u(p) - 1.5) + 1.2 - 3.5 * u(p) + made(p); },
             [&](const Place& p, double) { return -0.7 * square * (v(p) - 2) + 2.5 * u(p) - made(p); }}) < 1e-11);
}

TEST_CASE("a uniform state oscillates: Kutta's method on its two values") {
  EquationRun run(
      "equation: brusselator\nbrusselator: {a: 1.2, b: 2.9}\ntime: {stepper: rk4, step: 0.01}\ninitial: {u: 1.3, v: "
      "2}\n"
      "grid: {shape: [8, 8], boundary: periodic}\n");
  double least = 1.3;
  double largest = 1.3;
  for (int n = 0; n < 30; ++n) {  // to t = 30, several turns
    run.step(100);
    const double u = run.values()[0];
    least = std::min(least, u);
    largest = std::max(largest, u);
  }
  CHECK(largest > 3 * least);
  const auto end = kutta(std::array{1.3, 2.0}, 0.01, 3000, [](auto y) {
    const double made = y[0] * y[0] * y[1];
    return std::array{1.2 - 3.9 * y[0] + made, 2.9 * y[0] - made};
  });
  CHECK(run.errors([&](const Place&, double) { return end[0]; }, 0).max < 1e-10);
  CHECK(run.errors([&](const Place&, double) { return end[1]; }, 1).max < 1e-10);
}

TEST_CASE("second order in space: a small mode about u = a, v = b/a, by the linearised equations") {
  const double k2 = pi * pi * (1 + 4.0 / 9);
  const auto errors = [&](int cells) {
    EquationRun run(
        "equation: brusselator\nbrusselator: {a: 1.2, b: 2.5, diffusivity_u: 0.05, diffusivity_v: 0.4}\n"
        "time: {stepper: rk4, step: 0.002}\ninitial: {u: \"1.2 + 1e-6*cos(pi*x + 2*pi*y/3)\", v: \"2.5/1.2\"}\n"
        "grid: {bounds: [[0, 2], [0, 3]], boundary: periodic, shape: [" +
        std::to_string(cells) + ", " + std::to_string(cells) + "]}\n");
    run.step(250);
    const auto small = kutta(std::array{1e-6, 0.0}, 0.002, 250, [&](auto y) {
      return std::array{(2.5 - 1 - 0.05 * k2) * y[0] + 1.44 * y[1], -2.5 * y[0] - (1.44 + 0.4 * k2) * y[1]};
    });
    const auto mode = [](const Place& p) { return std::cos(pi * p.x + 2 * pi * p.y / 3); };
    const Errors u = run.errors([&](const Place& p, double) { return 1.2 + small[0] * mode(p); }, 0);
    const Errors v = run.errors([&](const Place& p, double) { return 2.5 / 1.2 + small[1] * mode(p); }, 1);
    return Errors{std::max(u.max, v.max), std::hypot(u.l2, v.l2)};
  };
  check_second_order(errors, 12, 0.05);
}
