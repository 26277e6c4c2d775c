// Diffusion: sines are eigenvectors of the discrete Laplacian, so that each step multiplies them by a known factor; and a
// manufactured solution with a source.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;
using std::numbers::pi;

TEST_CASE("a sine in 1-D to 3-D, between ends of all kinds, decays by Euler's factor") {
  const int steps = 40;
  // A quarter of a wave between a wall with c = 0 and a closed one.
  EquationRun line(
      "equation: diffusion\ndiffusion: {diffusivity: 0.3}\ntime: {step: 0.001}\ninitial: {c: \"sin(pi*x/6)\"}\n"
      "grid: {shape: [40], bounds: [[0, 3]], boundary: {lower: {value: 0}, upper: {derivative: 0}}}\n");
  line.step(steps);
  const double line_factor = std::pow(1 - 0.001 * 0.3 * square_of(pi / 6, line.spacing(0)), steps);
  CHECK(line.errors([&](const Place& p, double) { return line_factor * std::sin(pi * p.x / 6); }).max < 1e-13);

  // A whole one along x, half a one along y, whose sign changes beyond the ends, and a quarter of one along z.
  EquationRun box(
      "equation: diffusion\ndiffusion: {diffusivity: 0.3}\ntime: {step: 0.01}\n"
      "initial: {c: \"sin(pi*x)*cos(pi*y/3)*cos(pi*z/4)\"}\n"
      "grid: {shape: [12, 10, 8], bounds: [[0, 2], [0, 3], [0, 2]],\n"
      "  boundary: [periodic, antiperiodic, {lower: {derivative: 0}, upper: {value: 0}}]}\n");
  box.step(steps);
  const double square = box.square({pi, pi / 3, pi / 4});
  const double factor = std::pow(1 - 0.01 * 0.3 * square, steps);
  CHECK(box.errors([&](const Place& p, double) {
             return factor * std::sin(pi * p.x) * std::cos(pi * p.y / 3) * std::cos(pi * p.z / 4);
           })
            .max < 1e-13);
}

TEST_CASE("the same with nine points") {
  EquationRun run(
      "equation: diffusion\nlaplacian: nine_point\ndiffusion: {diffusivity: 0.3}\ntime: {step: 0.01}\n"
      "initial: {c: \"cos(pi*x + 2*pi*y/3)\"}\ngrid: {shape: [16, 24], bounds: [[0, 2], [0, 3]], boundary: "
      "periodic}\n");
  run.step(40);
  const double a = std::cos(pi * run.spacing(0));
  const double b = std::cos(2 * pi / 3 * run.spacing(1));
  // Patra and Karttunen 2006: neighbours count 4/6, corners 1/6, the middle -20/6.
  const double square = (20 - 8 * (a + b) - 4 * a * b) / 6 / std::pow(run.spacing(0), 2);
  const double factor = std::pow(1 - 0.01 * 0.3 * square, 40);
  CHECK(run.errors([&](const Place& p, double) { return factor * std::cos(pi * p.x + 2 * pi * p.y / 3); }).max < 1e-13);
}

TEST_CASE("second order in space: a decaying sine, oblique and with different spacings") {
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: diffusion\ndiffusion: {diffusivity: 0.3}\ntime: {stepper: rkf45, tolerance: 1e-9}\n"
        "initial: {c: \"cos(pi*x - 2*pi*y/3)\"}\ngrid: {bounds: [[0, 2], [0, 3]], boundary: periodic, shape: [" +
        std::to_string(cells) + ", " + std::to_string(cells) + "]}\n");
    run.advance_to(0.2);
    const double rate = 0.3 * pi * pi * (1 + 4.0 / 9);
    return run.errors(
        [&](const Place& p, double t) { return std::exp(-rate * t) * std::cos(pi * p.x - 2 * pi * p.y / 3); });
  };
  check_second_order(errors, 16, 0.02);
}

TEST_CASE("a manufactured solution with a source of x, y and t") {
  // c = 1 + cos(3 t) sin(x) exp(y/2): lap c is -3/4 (c - 1).
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: diffusion\ntime: {stepper: rkf45, tolerance: 1e-9}\ninitial: {c: \"1 + sin(x)*exp(y/2)\"}\n"
        "diffusion: {diffusivity: 0.3, source: \"(0.3*3/4*cos(3*t) - 3*sin(3*t))*sin(x)*exp(y/2)\"}\n"
        "grid: {bounds: [[0, 3], [0, 2]], boundary: {value: \"1 + cos(3*t)*sin(x)*exp(y/2)\"}, shape: [" +
        std::to_string(cells) + ", " + std::to_string(cells) + "]}\n");
    run.advance_to(0.5);
    return run.errors([](const Place& p, double t) { return 1 + std::cos(3 * t) * std::sin(p.x) * std::exp(p.y / 2); });
  };
  check_second_order(errors, 16, 0.03);
}
