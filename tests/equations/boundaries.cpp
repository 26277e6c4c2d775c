// Orders of accuracy of the boundary conditions: diffusion of exp(a x + b y + D (a^2 + b^2) t), of which no derivative vanishes
// anywhere.
#include <doctest/doctest.h>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

const std::string solution = "exp(0.7*x - 0.5*y + 0.3*0.74*t)";

/// `boundary`: with {c} for the solution.
Errors errors(std::string boundary, int cells) {
  for (std::size_t at = boundary.find("{c}"); at != std::string::npos; at = boundary.find("{c}"))
    boundary.replace(at, 3, solution);
  EquationRun run(
      "equation: diffusion\ndiffusion: {diffusivity: 0.3}\ntime: {stepper: rkf45, tolerance: 1e-9}\n"
      "initial: {c: \"exp(0.7*x - 0.5*y)\"}\ngrid: {bounds: [[0, 2], [0, 1.5]], shape: [" +
      std::to_string(cells) + ", " + std::to_string(cells) + "], boundary: " + boundary + "}\n");
  run.advance_to(1);
  return run.errors([](const Place& p, double t) { return std::exp(0.7 * p.x - 0.5 * p.y + 0.3 * 0.74 * t); });
}

void check_order(const std::string& boundary, double expected) {
  CAPTURE(boundary);
  const Errors observed = order_in_space([&](int cells) { return errors(boundary, cells); }, 32);
  // The largest error is beside a wall, and cells come closer to it.
  CHECK(std::abs(observed.max - expected) < 0.15);
  CHECK(std::abs(observed.l2 - expected) < 0.05);
}

}  // namespace

TEST_CASE("value") { check_order("{value: \"{c}\"}", 2); }

TEST_CASE("derivative, along the outward normal") {
  check_order(
      "[{lower: {derivative: \"-0.7*{c}\"}, upper: {derivative: \"0.7*{c}\"}},"
      " {lower: {derivative: \"0.5*{c}\"}, upper: {derivative: \"-0.5*{c}\"}}]",
      2);
}

TEST_CASE("mixed, with factors of place and time") {
  check_order(
      "[{lower: {mixed: [\"1 + y*t\", \"(1 + y*t - 0.7)*{c}\"]}, upper: {mixed: [2, \"2.7*{c}\"]}},"
      " {lower: {mixed: [0.5, \"{c}\"]}, upper: {mixed: [\"2 + x\", \"(1.5 + x)*{c}\"]}}]",
      2);
}

TEST_CASE("curvature: what is given for the wall is that of the cell beside it, which is of first order") {
  check_order(R"([{curvature: "0.49*{c}"}, {value: "{c}"}])", 1);
}

TEST_CASE("curvature, where it does not change across the wall, is of second order") {
  const auto errors = [](int cells) {
    EquationRun run(
        "equation: diffusion\ntime: {stepper: rkf45, tolerance: 1e-9}\ninitial: {c: \"cos(x)\"}\ngrid: {bounds: [[0, " +
        exact(std::numbers::pi) +
        "]], boundary: {lower: {curvature: \"-exp(-t)\"}, upper: {curvature: \"exp(-t)\"}}, shape: [" +
        std::to_string(cells) + "]}\n");
    run.advance_to(1);
    return run.errors([](const Place& p, double t) { return std::exp(-t) * std::cos(p.x); });
  };
  check_second_order(errors, 64, 0.05);
}
