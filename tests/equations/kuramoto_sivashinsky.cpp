// Kuramoto-Sivashinsky: rates of a state and growth of modes, to rounding; boundaries of the Laplacian; a front that is an exact
// solution.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("rates of an oblique mode") {
  EquationRun run(
      "equation: kuramoto-sivashinsky\nkuramoto_sivashinsky: {nu: 0.7}\ntime: {step: 5e-6}\n"
      "initial: {c: \"5 + 2*cos(pi*x + pi*y)\"}\ngrid: {shape: [20, 16], bounds: [[0, 2], [0, 2]], boundary: "
      "periodic}\n");
  const double square = run.square({pi, pi});
  const double slopes = std::pow(slope_of(pi, run.spacing(0)), 2) + std::pow(slope_of(pi, run.spacing(1)), 2);
  CHECK(run.rate_error({[&](const Place& p, double) {
    const double angle = pi * (p.x + p.y);
    return (square - 0.7 * square * square) * 2 * std::cos(angle) - 0.5 * slopes * std::pow(2 * std::sin(angle), 2);
  }}) < 1e-10);
}

TEST_CASE("small modes grow by k^2 - nu k^4, in 3-D too; where c = 0 on a wall, so is its Laplacian") {
  EquationRun run(
      "equation: kuramoto-sivashinsky\nkuramoto_sivashinsky: {nu: 0.7}\ntime: {step: 0.005, stepper: rk4}\n"
      "initial: {c: \"1e-20*cos(pi*x/6)*sin(pi*y/7)*cos(pi*z/8)\"}\n"
      "grid: {shape: [12, 10, 8], bounds: [[0, 12], [0, 7], [0, 8]], boundary: [periodic, {value: 0}, {derivative: "
      "0}]}\n");
  const double square = run.square({pi / 6, pi / 7, pi / 8});
  const double growth = square - 0.7 * square * square;
  CHECK(growth > 0.2);
  run.step(400);
  const double amplitude = kutta(std::array{1e-20}, 0.005, 400, [&](auto y) { return std::array{growth * y[0]}; })[0];
  CHECK(run.errors([&](const Place& p, double) {
             return amplitude * std::cos(pi * p.x / 6) * std::sin(pi * p.y / 7) * std::cos(pi * p.z / 8);
           })
            .max < 1e-12 * amplitude);
}

TEST_CASE("second order in space: a front between two slopes") {
  // With slope u = dc/dx and nu = 1, u u' + u'' + u'''' = 0 has u = 15/19 sqrt(11/19) (11 tanh^3(q x) - 9 tanh(q x)),
  // q = sqrt(11/19)/2 (Kuramoto and Tsuzuki 1976, Prog. Theor. Phys. 55); c falls by half the square of u far away. Lengths are
  // sqrt(nu), times nu.
  const double nu = 2;
  const double q = std::sqrt(11.0 / 19) / 2;
  const double scale = 15.0 / 19 * std::sqrt(11.0 / 19);
  const double far = 2 * scale;  // the slope far away
  const auto front = [&](const Place& p, double t) {
    const double x = q * p.x / std::sqrt(nu);
    // Integrals: of tanh, log cosh; of tanh^3, log cosh - tanh^2/2.
    return scale / q * (2 * std::log(std::cosh(x)) - 5.5 * std::pow(std::tanh(x), 2)) - far * far / 2 * t / nu;
  };
  const auto errors = [&](int cells) {
    EquationRun run(
        "equation: kuramoto-sivashinsky\nkuramoto_sivashinsky: {nu: 2, boundaries: {laplacian: {derivative: 0}}}\n"
        "time: {stepper: rkc2, tolerance: 1e-8}\nparameters: {q: " +
        exact(q / std::sqrt(nu)) + ", scale: " + exact(scale / q) + "}\n" +
        "initial: {c: \"scale*(2*log(cosh(q*x)) - 5.5*tanh(q*x)^2)\"}\ngrid: {bounds: [[-50, 50]], shape: [" +
        std::to_string(cells) + "], boundary: {derivative: " + exact(far / std::sqrt(nu)) + "}}\n");
    run.advance_to(2);
    return run.errors(front);
  };
  check_second_order(errors, 200, 0.03);
}
