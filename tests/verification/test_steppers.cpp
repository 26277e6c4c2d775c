// Orders of convergence of the steppers, and the stability of those that are stabilised.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "equation_run.hpp"
#include "tessera/solvers/step_control.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

/// A smooth solution that is not linear, with a wall that changes in time.
std::vector<double> values(const std::string& stepper, int steps) {
  std::ostringstream text;
  text.precision(17);
  text << "equation: allen-cahn\ngrid: {shape: [24], bounds: [[0, 12]], boundary: {lower: {value: \"0.5*cos(t)\"}, "
          "upper: "
          "{derivative: 0}}}\ninitial: {c: \"0.5*cos(pi*x/12)\"}\ntime: {stepper: "
       << stepper << ", step: " << 2.0 / steps << ", steps: " << steps << "}\n";
  return run_pde(text.str(), serial(1), test::self())->values;
}

double order(const std::string& stepper, int steps) {
  static const std::vector<double> exact = values("rk4", 4000);
  const double coarse = largest_difference(values(stepper, steps), exact);
  const double fine = largest_difference(values(stepper, 2 * steps), exact);
  return std::log2(coarse / fine);
}

}  // namespace

TEST_CASE("orders of convergence") {
  CHECK(order("euler", 80) == doctest::Approx(1).epsilon(0.05));
  CHECK(order("adams-bashforth", 80) == doctest::Approx(2).epsilon(0.05));
  CHECK(order("rkc2", 40) == doctest::Approx(2).epsilon(0.05));
  CHECK(order("rkl2", 40) == doctest::Approx(2).epsilon(0.05));
  CHECK(order("rk4", 80) == doctest::Approx(4).epsilon(0.05));
  CHECK(order("rkf45", 80) > 3.9);  // its error of fourth order is small beside that of fifth
}

TEST_CASE("stabilised methods are stable with 10, 30 and 100 stages, up to what they are used for") {
  for (const std::string stepper : {"rkc2", "rkl2"}) {
    for (const int stages : {10, 30, 100}) {
      CAPTURE(stepper);
      CAPTURE(stages);
      // Just below the step that would need more stages: noise of every wave length decays, with RKC2 by a twentieth a step at least.
      const double s = stepper == "rkl2" ? (stages - 1) | 1 : stages;
      const double extent = stepper == "rkc2" ? 2.0 / 3 * (s * s - 1) * (1 - 2.0 / 15 * 2 / 13) : (s * s + s - 2) / 2;
      std::ostringstream text;
      text << "equation: diffusion\ngrid: {shape: [64, 64], boundary: periodic}\ninitial: {c: {uniform: [-1, "
              "1]}}\ntime: {stepper: "
           << stepper << ", steps: 200, step: " << 0.999 * extent / 8 << "}\n";
      const auto outcome = run_pde(text.str(), serial(2), test::self());
      const auto [least, largest] = std::minmax_element(outcome->values.begin(), outcome->values.end());
      CHECK(*largest - *least < 0.05);
      CHECK(std::fabs(*largest) < 0.1);
    }
  }
}

// Cells that do not feel each other: of 100, either all decay or one alone, whose error is ten times the root of the mean square. The
// squares are rounded, which small errors feel.
TEST_CASE("the error of a step: the largest, or the root of the mean square") {
  const auto reached = [](const std::string& initial, const std::string& time, const std::string& more = "") {
    EquationRun run(
        "equation: reaction-diffusion\ngrid: {shape: [100]}\nreaction_diffusion: {reaction: {u: \"-u\"}, diffusivity: "
        "{u: 1e-300}}\ninitial: {u: \"" +
        initial + "\"}\ntime: {" + time + "}\n" + more);
    run.step(30);
    return run.time();
  };
  const std::string one = "x < 1 ? 1 : 0";
  for (const std::string stepper : {"euler", "rkf45", "rkc2", "rkl2"}) {
    CAPTURE(stepper);
    const std::string largest = "stepper: " + stepper + ", tolerance: 1e-4";
    const double expected = reached(one, largest);
    CHECK(expected > 0);
    CHECK(reached(one, "stepper: " + stepper + ", error_norm: max, tolerance: 1e-4") == expected);
    CHECK(reached(one, "stepper: " + stepper + ", error_norm: rms, tolerance: 1e-5") ==
          doctest::Approx(expected).epsilon(1e-3));
    CHECK(reached("1", largest + ", error_norm: rms") == doctest::Approx(expected).epsilon(1e-3));
    CHECK(reached(one, largest + ", error_norm: rms") > 1.1 * expected);
    // In single precision the error itself is that of another solution.
    CHECK(reached(one, "stepper: " + stepper + ", error_norm: rms, tolerance: 1e-5", "precision: single\n") ==
          doctest::Approx(reached(one, largest, "precision: single\n")).epsilon(1e-3));
  }
}

TEST_CASE("the root of the mean square is taken of each field, over what that one tolerates") {
  const auto reached = [](const std::string& initial, const std::string& reaction, const std::string& diffusivity) {
    EquationRun run("equation: reaction-diffusion\ngrid: {shape: [100]}\nreaction_diffusion: {reaction: {" + reaction +
                    "}, diffusivity: {" + diffusivity + "}}\ninitial: {" + initial +
                    "}\ntime: {stepper: rkc2, relative_tolerance: 1e-4, error_norm: rms}\n");
    run.step(30);
    return run.time();
  };
  const double alone = reached("u: \"x < 1 ? 1 : 0\"", "u: \"-u\"", "u: 1e-300");
  CHECK(reached("u: \"x < 1 ? 1 : 0\", v: \"x < 1 ? 1000 : 0\"", "u: \"-u\", v: \"-v\"", "u: 1e-300, v: 1e-300") ==
        doctest::Approx(alone).epsilon(1e-9));
}

// Every step is accepted: what is planned next must be looked at all the same.
TEST_CASE("adaptive steps into an explosion, of u' = u^2, end at the smallest step") {
  for (const std::string stepper : {"rkf45", "rkc2"}) {
    CAPTURE(stepper);
    EquationRun run(
        "equation: reaction-diffusion\ngrid: {shape: [4]}\ninitial: {u: 1}\n"
        "reaction_diffusion: {reaction: {u: \"u^2\"}, diffusivity: {u: 0.1}}\ntime: {tolerance: 1e-4, stepper: " +
        stepper + "}\n");
    CHECK_THROWS_AS(run.step(20000), RunError);
    CHECK(run.diagnostic("step_size") >= smallest_step);
  }
}
