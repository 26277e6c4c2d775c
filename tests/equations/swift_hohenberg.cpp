// Swift-Hohenberg: rates of a state and growth of modes, to rounding; boundaries of the Laplacian; the dispersion relation; and the
// amplitude of rolls.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("rates of an oblique mode about a mean value, in 3-D") {
  EquationRun run(
      "equation: swift-hohenberg\nswift_hohenberg: {rate: 0.4, kc2: 7, delta: 1.3}\ntime: {step: 1e-6}\n"
      "initial: {c: \"0.3 + 2*cos(pi*(x + y + 2*z))\"}\n"
      "grid: {shape: [20, 16, 12], bounds: [[0, 2], [0, 2], [0, 1]], boundary: periodic}\n");
  const double square = run.square({pi, pi, 2 * pi});
  CHECK(run.rate_error({[&](const Place& p, double) {
    const double wave = 2 * std::cos(pi * (p.x + p.y + 2 * p.z));
    const double c = 0.3 + wave;
    return 0.4 * c - 49 * 0.3 - (7 - square) * (7 - square) * wave + 1.3 * c * c - c * c * c;
  }}) < 1e-9);
}

TEST_CASE("small modes grow by e - (kc2 - k^2)^2; where c = 0 on a wall, so is its Laplacian") {
  EquationRun run(
      "equation: swift-hohenberg\nswift_hohenberg: {rate: 0.4, kc2: 0.7, delta: 1.3}\ntime: {step: 0.01, stepper: "
      "rk4}\n"
      "initial: {c: \"1e-20*sin(pi*x/5)*cos(pi*y/7)\"}\n"
      "grid: {shape: [12, 10], bounds: [[0, 10], [0, 7]], boundary: [{value: 0}, {derivative: 0}]}\n");
  const double square = run.square({pi / 5, pi / 7});
  const double growth = 0.4 - (0.7 - square) * (0.7 - square);
  CHECK(growth > 0.3);
  run.step(400);
  const double amplitude = kutta(std::array{1e-20}, 0.01, 400, [&](auto y) { return std::array{growth * y[0]}; })[0];
  CHECK(run.errors([&](const Place& p, double) { return amplitude * std::sin(pi * p.x / 5) * std::cos(pi * p.y / 7); })
            .max < 1e-12 * amplitude);
}

TEST_CASE("a wall with another Laplacian") {
  EquationRun run(
      "equation: swift-hohenberg\nswift_hohenberg: {rate: 0.4, kc2: 0.7, delta: 1.3, boundaries: {laplacian: {value: "
      "2}}}\n"
      "time: {step: 1e-4}\ninitial: {c: 0.5}\ngrid: {shape: [16], bounds: [[0, 8]]}\n");
  // The Laplacian is 0 within, and the walls add -2 * 2/h^2 to the first and the last cell.
  const double local = (0.4 - 0.49) * 0.5 + 1.3 * 0.25 - 0.125;
  CHECK(run.rate_error({[&](const Place& p, double) { return p.x < 0.5 || p.x > 7.5 ? local - 4 / 0.25 : local; }}) <
        1e-11);
}

TEST_CASE("second order in space: decay of a small mode") {
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: swift-hohenberg\nswift_hohenberg: {rate: 0.4, kc2: 0.7}\ntime: {stepper: rkc2, tolerance: 1e-20}\n"
        "initial: {c: \"1e-12*cos(x + 2*y)\"}\ngrid: {boundary: periodic, bounds: [[0, " +
        exact(2 * pi) + "], [0, " + exact(pi) + "]], shape: [" + std::to_string(cells) + ", " + std::to_string(cells) +
        "]}\n");
    run.advance_to(0.05);
    const double rate = 0.4 - (0.7 - 5) * (0.7 - 5);
    return run.errors([&](const Place& p, double t) { return 1e-12 * std::exp(rate * t) * std::cos(p.x + 2 * p.y); });
  };
  check_second_order(errors, 24, 0.03);
}

TEST_CASE("rolls without a square term: c = a cos(k x) + b cos(3 k x), with kc2 the discrete k^2") {
  const double spacing = 2 * pi / 32;
  const double square = square_of(1, spacing);
  const double third = 0.3 - std::pow(square - square_of(3, spacing), 2);
  EquationRun run("equation: swift-hohenberg\nswift_hohenberg: {rate: 0.3, delta: 0, kc2: " + exact(square) +
                  "}\ntime: {stepper: rkc2, tolerance: 1e-6}\ninitial: {c: \"0.5*cos(x)\"}\n"
                  "grid: {shape: [32], boundary: periodic, bounds: [[0, " +
                  exact(2 * pi) + "]]}\n");
  run.advance_to(200);
  // 0 = e a - 3/4 a^3 - 3/4 a^2 b - 3/2 a b^2 and 0 = third b - a^3/4 - 3/2 a^2 b - 3/4 b^3, by iteration.
  double a = 0;
  double b = 0;
  for (int i = 0; i < 100; ++i) {
    a = std::sqrt(std::max(0.0, 4.0 / 3 * 0.3 - a * b - 2 * b * b));
    b = (a * a * a / 4 + 0.75 * b * b * b) / (third - 1.5 * a * a);
  }
  CHECK(a == doctest::Approx(std::sqrt(0.4)).epsilon(0.01));
  CHECK(run.errors([&](const Place& p, double) { return a * std::cos(p.x) + b * std::cos(3 * p.x); }).max < 1e-5 * a);
}
