// Allen-Cahn: rates of a state, to rounding; a front that travels into the unstable phase; the energy.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("rates of an oblique mode about a mean value, and its energy") {
  EquationRun run(
      "equation: allen-cahn\nallen_cahn: {mobility: 1.7, interface_width: 0.6}\ntime: {step: 0.001}\n"
      "initial: {c: \"0.2 + 0.8*cos(pi*x + pi*y)\"}\ngrid: {shape: [20, 16], bounds: [[0, 2], [0, 2]], boundary: "
      "periodic}\n");
  const double square = run.square({pi, pi});
  // Means over the wave: of c^2, m^2 + a^2/2; of c^4, m^4 + 3 m^2 a^2 + 3 a^4/8; of the gradient's square, a^2/2 times the discrete k^2.
  const double squares = 0.04 + 0.32;
  const double fourth = std::pow(0.2, 4) + 3 * 0.04 * 0.64 + 3.0 / 8 * std::pow(0.8, 4);
  CHECK(run.diagnostic("energy") ==
        doctest::Approx(4 * (fourth / 4 - squares / 2 + 0.3 * 0.32 * square)).epsilon(1e-12));
  CHECK(run.rate_error({[&](const Place& p, double) {
    const double wave = 0.8 * std::cos(pi * (p.x + p.y));
    const double c = 0.2 + wave;
    return 1.7 * (-0.6 * square * wave - c * c * c + c);
  }}) < 1e-11);
}

TEST_CASE("second order in space: a front c = (1 - tanh(s/sqrt(8 w)))/2, s = n.x - v t, of speed v = 3 M sqrt(w/2)") {
  // With f = 1/(1 + exp(s/sqrt(2 w))), f' = -f (1 - f)/sqrt(2 w) and w f'' = f (1 - f) (1 - 2 f)/2, so that -v f' = M (w f'' - f^3 + f).
  const auto errors = [](int cells) {
    const std::string front = "(1 - tanh((0.8*x + 0.6*y - 3*1.7*sqrt(0.3)*t)/sqrt(8*0.6)))/2";
    EquationRun run(
        "equation: allen-cahn\nallen_cahn: {mobility: 1.7, interface_width: 0.6}\n"
        "time: {stepper: rkf45, tolerance: 1e-9}\ninitial: {c: \"(1 - tanh((0.8*x + 0.6*y)/sqrt(8*0.6)))/2\"}\n"
        "grid: {bounds: [[-3, 5], [-2, 3]], boundary: {value: \"" +
        front + "\"}, shape: [" + std::to_string(cells) + ", " + std::to_string(cells) + "]}\n");
    run.advance_to(1);
    return run.errors([](const Place& p, double t) {
      return (1 - std::tanh((0.8 * p.x + 0.6 * p.y - 3 * 1.7 * std::sqrt(0.3) * t) / std::sqrt(8 * 0.6))) / 2;
    });
  };
  check_second_order(errors, 24, 0.05);
}

TEST_CASE("the energy falls with each step, from noise to phases") {
  EquationRun run(
      "equation: allen-cahn\nallen_cahn: {mobility: 1.7, interface_width: 0.6}\ntime: {stepper: rkc2, tolerance: "
      "1e-3}\n"
      "initial: {c: {uniform: [-0.1, 0.1], seed: 3}}\ngrid: {shape: [24, 20], boundary: {derivative: 0}}\n");
  double before = run.diagnostic("energy");
  while (run.time() < 20) {
    run.step();
    const double energy = run.diagnostic("energy");
    CHECK(energy <= before);
    before = energy;
  }
  CHECK(before < -0.15 * 24 * 20);  // -1/4 a cell at most, in the phases
}
