// Reaction and diffusion: rates of a state, to rounding, and a manufactured solution of two substances that react with each other.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("rates of three substances, one of which does not diffuse") {
  EquationRun run(
      "equation: reaction-diffusion\ntime: {step: 0.001}\n"
      "initial: {a: \"1 + cos(pi*x + pi*y)\", b: \"2 + sin(pi*x + pi*y)\", c: \"x\"}\n"
      "reaction_diffusion: {diffusivity: {a: 0.3, b: 0.7}, reaction: {a: \"-a*b^2 + y\", b: \"a*b - 1.5*c\", c: \"a - "
      "c\"}}\n"
      "grid: {shape: [20, 16], bounds: [[0, 2], [0, 2]], boundary: periodic}\n");
  const double square = run.square({pi, pi});
  const auto a = [](const Place& p) { return 1 + std::cos(pi * (p.x + p.y)); };
  const auto b = [](const Place& p) { return 2 + std::sin(pi * (p.x + p.y)); };
  CHECK(run.rate_error({[&](const Place& p, double) { return -0.3 * square * (a(p) - 1) - a(p) * b(p) * b(p) + p.y; },
                        [&](const Place& p, double) { return -0.7 * square * (b(p) - 2) + a(p) * b(p) - 1.5 * p.x; },
                        [&](const Place& p, double) { return a(p) - p.x; }}) < 1e-11);
}

TEST_CASE("second order in space: a manufactured solution with reactions of the fields, x, y and t") {
  // u = 1 + exp(-t)/2 sin(x) cos(y), v = 1 + sin(t)/2 cos(x), with u v and v^2 of the exact solution taken away again.
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: reaction-diffusion\ntime: {stepper: rkf45, tolerance: 1e-9}\n"
        "initial: {u: \"1 + sin(x)*cos(y)/2\", v: 1}\nreaction_diffusion:\n  diffusivity: {u: 0.4, v: 0.2}\n  "
        "reaction:\n"
        "    u: \"u*v - 0.2*exp(-t)/2*sin(x)*cos(y) - (1 + exp(-t)/2*sin(x)*cos(y))*(1 + sin(t)/2*cos(x))\"\n"
        "    v: \"(cos(t) + 0.2*sin(t))/2*cos(x) + v^2 - (1 + sin(t)/2*cos(x))^2\"\n"
        "grid: {bounds: [[0, " +
        exact(2 * pi) + "], [0, " + exact(2 * pi) + "]], boundary: periodic, shape: [" + std::to_string(cells) + ", " +
        std::to_string(cells) + "]}\n");
    run.advance_to(0.5);
    const Errors u =
        run.errors([](const Place& p, double t) { return 1 + std::exp(-t) / 2 * std::sin(p.x) * std::cos(p.y); });
    const Errors v = run.errors([](const Place& p, double t) { return 1 + std::sin(t) / 2 * std::cos(p.x); }, 1);
    return Errors{std::max(u.max, v.max), std::hypot(u.l2, v.l2)};
  };
  check_second_order(errors, 16, 0.03);
}
