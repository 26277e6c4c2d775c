// Gray-Scott: rates of a state, to rounding; a uniform state; and a pulse that is an exact solution.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("rates of an oblique mode, in 3-D") {
  EquationRun run(
      "equation: gray-scott\ngray_scott: {feed: 0.4, kill: 0.9, diffusivity_u: 0.3, diffusivity_v: 0.7}\ntime: {step: "
      "0.001}\n"
      "initial: {u: \"1.5 + 0.8*cos(pi*(x + y + 2*z))\", v: \"2 + 0.6*sin(pi*(x + y + 2*z))\"}\n"
      "grid: {shape: [20, 16, 12], bounds: [[0, 2], [0, 2], [0, 1]], boundary: periodic}\n");
  const double square = run.square({pi, pi, 2 * pi});
  const auto u = [](const Place& p) { return 1.5 + 0.8 * std::cos(pi * (p.x + p.y + 2 * p.z)); };
  const auto v = [](const Place& p) { return 2 + 0.6 * std::sin(pi * (p.x + p.y + 2 * p.z)); };
  const auto made = [&](const Place& p) { return u(p) * v(p) * v(p); };
  CHECK(run.rate_error(
            {[&](const Place& p, double) { return -0.3 * square * (u(p) - 1.5) - made(p) + 0.4 * (1 - u(p)); },
             [&](const Place& p, double) { return -0.7 * square * (v(p) - 2) + made(p) - 1.3 * v(p); }}) < 1e-11);
}

TEST_CASE("a uniform state: Kutta's method on its two values") {
  EquationRun run(
      "equation: gray-scott\ngray_scott: {feed: 0.03, kill: 0.05}\ntime: {stepper: rk4, step: 0.1}\ninitial: {u: 0.8, "
      "v: 0.4}\n"
      "grid: {shape: [8, 8], boundary: periodic}\n");
  run.step(1000);
  const auto end = kutta(std::array{0.8, 0.4}, 0.1, 1000, [](auto y) {
    const double made = y[0] * y[1] * y[1];
    return std::array{0.03 * (1 - y[0]) - made, made - 0.08 * y[1]};
  });
  CHECK(run.errors([&](const Place&, double) { return end[0]; }, 0).max < 1e-12);
  CHECK(run.errors([&](const Place&, double) { return end[1]; }, 1).max < 1e-12);
}

TEST_CASE("second order in space: a pulse that stands where D_v/D_u = (F + k)/F") {
  // There u = 1 - g v, g = (F + k)/F, and D_v v'' = (F + k) v - v^2 + g v^3, of which v = 3 (F + k)/(1 + b cosh(x sqrt((F + k)/D_v)))
  // is a solution, with b^2 = 1 - 9 g (F + k)/2 (Hale, Peletier and Troy 2000, SIAM J. Appl. Math. 61).
  const double loss = 0.08;
  const double ratio = loss / 0.05;
  const double b = std::sqrt(1 - 4.5 * ratio * loss);
  const double width = std::sqrt(0.016 / loss);
  const auto v = [&](const Place& p, double) { return 3 * loss / (1 + b * std::cosh(p.x / width)); };
  const auto u = [&](const Place& p, double t) { return 1 - ratio * v(p, t); };
  const auto errors = [&](int cells) {
    EquationRun run(
        "equation: gray-scott\ngray_scott: {feed: 0.05, kill: 0.03, diffusivity_u: 0.01, diffusivity_v: 0.016}\n"
        "time: {stepper: rkf45, tolerance: 1e-10}\nparameters: {b: " +
        exact(b) + ", width: " + exact(width) +
        "}\ninitial: {v: \"0.24/(1 + b*cosh(x/width))\", u: \"1 - 1.6*0.24/(1 + b*cosh(x/width))\"}\n"
        "grid: {bounds: [[-12, 12]], shape: [" +
        std::to_string(cells) + "]}\n");
    run.advance_to(10);
    const Errors of_u = run.errors(u, 0);
    const Errors of_v = run.errors(v, 1);
    return Errors{std::max(of_u.max, of_v.max), std::hypot(of_u.l2, of_v.l2)};
  };
  check_second_order(errors, 120, 0.03);
}
