// Cahn-Hilliard: rates of a state and growth of modes, to rounding; an interface; boundaries of the chemical potential; mass and
// energy. Growth within 1% of the continuum's theory: verification/test_cahn_hilliard_growth.cpp.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE(
    "rates of an oblique mode about a mean value: its cube makes modes of twice and three times the wave number") {
  EquationRun run(
      "equation: cahn-hilliard\ncahn_hilliard: {interface_width: 0.6, rate: 0.9, target: 0.3}\ntime: {step: 5e-6}\n"
      "initial: {c: \"0.2 + 0.8*cos(pi*x + pi*y)\"}\ngrid: {shape: [20, 16], bounds: [[0, 2], [0, 2]], boundary: "
      "periodic}\n");
  const auto square = [&](int n) { return run.square({n * pi, n * pi}); };
  const double m = 0.2;
  const double a = 0.8;
  CHECK(run.rate_error({[&](const Place& p, double) {
    const auto wave = [&](int n) { return std::cos(n * pi * (p.x + p.y)); };
    // c^3 = .. + (3 m^2 a + 3 a^3/4) cos + 3 m a^2/2 cos 2 + a^3/4 cos 3
    const double first = 3 * m * m * a + 0.75 * a * a * a - a + 0.6 * square(1) * a;
    return -square(1) * first * wave(1) - square(2) * 1.5 * m * a * a * wave(2) - square(3) * a * a * a / 4 * wave(3) -
           0.9 * (m + a * wave(1) - 0.3);
  }}) < 1e-10);
}

TEST_CASE("small modes grow and decay by the factor of Kutta's method, in 3-D too") {
  // Small enough for the cube to vanish. With c = 0 and mu = 0 on walls along y.
  EquationRun run(
      "equation: cahn-hilliard\ncahn_hilliard: {interface_width: 0.6, rate: 0.02, boundaries: "
      "{mu: [periodic, {value: 0}, {derivative: 0}]}}\ntime: {step: 0.005, stepper: rk4}\n"
      "initial: {c: \"1e-20*cos(pi*x/6)*sin(pi*y/7)*cos(pi*z/8)\"}\n"
      "grid: {shape: [12, 10, 8], bounds: [[0, 12], [0, 7], [0, 8]], boundary: [periodic, {value: 0}, {derivative: "
      "0}]}\n");
  const double square = run.square({pi / 6, pi / 7, pi / 8});
  const double growth = square * (1 - 0.6 * square) - 0.02;
  CHECK(growth > 0.2);
  run.step(400);
  const double amplitude = kutta(std::array{1e-20}, 0.005, 400, [&](auto y) { return std::array{growth * y[0]}; })[0];
  CHECK(run.errors([&](const Place& p, double) {
             return amplitude * std::cos(pi * p.x / 6) * std::sin(pi * p.y / 7) * std::cos(pi * p.z / 8);
           })
            .max < 1e-12 * amplitude);
}

TEST_CASE("a wall with another chemical potential") {
  EquationRun run(
      "equation: cahn-hilliard\ncahn_hilliard: {boundaries: {mu: {lower: {value: \"1 + t\"}, upper: {derivative: "
      "3}}}}\n"
      "time: {step: 1e-4}\ninitial: {c: 0.5}\ngrid: {shape: [16], bounds: [[0, 8]]}\n");
  // mu is uniform but for the walls: what they add is 2 (1 - mu)/h^2 and 3/h.
  const double mu = 0.125 - 0.5;
  CHECK(run.rate_error({[&](const Place& p, double) {
    return p.x < 0.5 ? 2 * (1 - mu) / 0.25 : p.x > 7.5 ? 3 / 0.5 : 0;
  }}) < 1e-11);
}

TEST_CASE("second order in space: the interface tanh(x/sqrt(2 w)) stays as it is") {
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: cahn-hilliard\ncahn_hilliard: {interface_width: 2}\n"
        "time: {stepper: rkc2, tolerance: 1e-8}\ninitial: {c: \"tanh(x/2)\"}\ngrid: {bounds: [[-24, 24]], shape: [" +
        std::to_string(cells) + "]}\n");
    run.advance_to(20);
    return run.errors([](const Place& p, double) { return std::tanh(p.x / 2); });
  };
  check_second_order(errors, 96, 0.03);
}

TEST_CASE(
    "from noise to phases the energy falls with each step and the mass stays, with explicit and stabilised steppers") {
  for (const std::string time : {"{step: 0.01}", "{stepper: rkf45, tolerance: 1e-4}",
                                 "{stepper: rkc2, tolerance: 1e-3}", "{stepper: rkl2, tolerance: 1e-3}"}) {
    CAPTURE(time);
    EquationRun run(
        "equation: cahn-hilliard\ncahn_hilliard: {interface_width: 0.6}\ninitial: {c: {uniform: [0, 0.2], seed: 3}}\n"
        "grid: {shape: [24, 20], boundary: [periodic, {derivative: 0}]}\ntime: " +
        time + "\n");
    const double mass = run.diagnostic("c_mass");
    double before = run.diagnostic("energy");
    while (run.time() < 40) {
      run.step(time == "{step: 0.01}" ? 10 : 1);
      const double energy = run.diagnostic("energy");
      CHECK(energy <= before);
      before = energy;
      CHECK(std::abs(run.diagnostic("c_mass") / mass - 1) < 1e-13);
    }
    CHECK(before < -0.08 * 24 * 20);  // separated: -1/4 a cell in the phases, and the interfaces
  }
}
