// The wave equation: standing and travelling waves, and their energy.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("a standing wave in 3-D, between fixed and free ends: Kutta's method on its amplitude") {
  EquationRun run(
      "equation: wave\nwave: {speed: 1.3}\ntime: {step: 0.02, stepper: rk4}\n"
      "initial: {u: \"cos(pi*x)*sin(pi*y/3)*cos(pi*z/4)\", v: \"2*cos(pi*x)*sin(pi*y/3)*cos(pi*z/4)\"}\n"
      "grid: {shape: [12, 10, 8], bounds: [[0, 2], [0, 3], [0, 2]],\n"
      "  boundary: [periodic, {value: 0}, {lower: {derivative: 0}, upper: {value: 0}}]}\n");
  const double square = run.square({pi, pi / 3, pi / 4});
  run.step(200);
  const auto amplitudes = kutta(std::array{1.0, 2.0}, 0.02, 200, [&](auto y) {
    return std::array{y[1], -1.69 * square * y[0]};
  });
  const auto mode = [](const Place& p) { return std::cos(pi * p.x) * std::sin(pi * p.y / 3) * std::cos(pi * p.z / 4); };
  CHECK(run.errors([&](const Place& p, double) { return amplitudes[0] * mode(p); }, 0).max < 1e-12);
  CHECK(run.errors([&](const Place& p, double) { return amplitudes[1] * mode(p); }, 1).max < 1e-12);
}

TEST_CASE("second order in space: a pulse that travels obliquely") {
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: wave\nwave: {speed: 1.3}\ntime: {stepper: rkf45, tolerance: 1e-9}\n"
        "parameters: {s: 1.3*sqrt(13)/3*pi}\n"
        "initial: {u: \"exp(cos(pi*x + 2*pi*y/3))\", v: \"s*sin(pi*x + 2*pi*y/3)*exp(cos(pi*x + 2*pi*y/3))\"}\n"
        "grid: {bounds: [[0, 2], [0, 3]], boundary: periodic, shape: [" +
        std::to_string(cells) + ", " + std::to_string(cells) + "]}\n");
    run.advance_to(0.5);
    return run.errors([](const Place& p, double t) {
      return std::exp(std::cos(pi * p.x + 2 * pi * p.y / 3 - 1.3 * std::sqrt(13.0) / 3 * pi * t));
    });
  };
  check_second_order(errors, 48, 0.03);
}

TEST_CASE("the energy: its value for a mode, and that it stays") {
  EquationRun run(
      "equation: wave\nwave: {speed: 1.3}\ntime: {stepper: rkf45, tolerance: 1e-10}\n"
      "initial: {u: \"0.7*cos(pi*x + pi*y)\", v: \"0.4*cos(pi*x + pi*y)\"}\n"
      "grid: {shape: [20, 16], bounds: [[0, 2], [0, 2]], boundary: periodic}\n");
  const double square = run.square({pi, pi});
  const double energy = 4 * (0.16 / 4 + 1.69 * square * 0.49 / 4);  // the mean of cos^2 is 1/2
  CHECK(run.diagnostic("energy") == doctest::Approx(energy).epsilon(1e-12));
  run.advance_to(3);
  CHECK(run.diagnostic("energy") == doctest::Approx(energy).epsilon(1e-8));
}
