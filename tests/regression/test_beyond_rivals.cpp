// What PyMPDATA, PyMPDATA-MPI and libmpdata++ refuse, or get wrong (docs/mpdata.md), by name: four ranks, with threads, give
// the bits of one. Every cut of fewer ranks: test_layouts.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

/// Each of these layouts must be possible, and give what one rank with one thread gives.
void check(int dimensions, const std::string& config, const std::vector<Case>& layouts) {
  const auto expected = run_mpdata(config, serial(dimensions), test::self());
  REQUIRE(expected);
  for (const double value : expected->values) REQUIRE(std::isfinite(value));
  for (Case c : layouts) {
    for (const bool by_pass : {false, true}) {
      c.by_pass = by_pass;
      CAPTURE(describe(c));
      const auto outcome = run_mpdata(config, c, patient_world());
      REQUIRE(outcome);
      CHECK(same_bits(outcome->values, expected->values));
    }
  }
}

const std::string noise = "initial: {psi: {uniform: [0, 2], seed: 7}}\ntime: {steps: 5}\n";
const std::string swirl = "courant: [\"0.4*sin(pi*y/12)\", \"-0.4*sin(pi*x/12)\"]";

}  // namespace

TEST_CASE("nonoscillatory with threads, on more than two ranks") {
  check(2, "grid: {shape: [24, 24]}\n" + noise + "mpdata: {" + swirl + ", iterations: 3, nonoscillatory: true}\n",
        {{{4, 1}, {1, 2}}, {{2, 2}, {2, 2}}, {{1, 4}, {3, 1}}});
}

TEST_CASE("3-D with ranks along each dimension, and along two at once") {
  check(3,
        "grid: {shape: [16, 17, 18]}\n" + noise +
            "mpdata: {courant: [0.3, \"0.2*cos(2*pi*x/16)\", -0.25], iterations: 3, nonoscillatory: true}\n",
        {{{4, 1, 1}, {1, 1, 2}},
         {{1, 4, 1}, {2, 1, 1}},
         {{1, 1, 4}, {1, 2, 1}},
         {{2, 2, 1}, {1, 1, 2}},
         {{2, 1, 2}, {1, 2, 1}},
         {{1, 2, 2}, {2, 1, 1}}});
}

TEST_CASE("third order with the last dimension cut") {
  const std::string terms = "iterations: 2, third_order: true, infinite_gauge: true, nonoscillatory: true}\n";
  check(1, "grid: {shape: [64]}\n" + noise + "mpdata: {courant: 0.4, " + terms, {{{4}, {1}}, {{4}, {3}}});
  check(2, "grid: {shape: [24, 24]}\n" + noise + "mpdata: {" + swirl + ", " + terms,
        {{{1, 4}, {1, 1}}, {{1, 4}, {2, 1}}, {{2, 2}, {1, 2}}});
  check(3, "grid: {shape: [12, 10, 24]}\n" + noise + "mpdata: {courant: [0.2, -0.2, 0.3], " + terms,
        {{{1, 1, 4}, {1, 1, 1}}, {{2, 1, 2}, {1, 1, 2}}});
}

TEST_CASE("a 12 x 12 grid with four threads, on four ranks, too") {
  const std::string config =
      "grid: {shape: [12, 12]}\n" + noise + "mpdata: {" + swirl + ", iterations: 2, nonoscillatory: true}\n";
  check(2, config, {{{2, 2}, {2, 2}}, {{4, 1}, {1, 4}}, {{1, 4}, {4, 1}}});
  const auto expected = run_mpdata(config, serial(2), test::self());
  for (const std::vector<int>& threads : {std::vector{4, 1}, std::vector{1, 4}, std::vector{2, 2}}) {
    const auto outcome = run_mpdata(config, {{1, 1}, threads}, test::self());
    REQUIRE(outcome);
    CHECK(same_bits(outcome->values, expected->values));
  }
}

TEST_CASE("constant and extrapolated boundaries on many ranks") {
  check(2,
        "grid: {shape: [24, 24], boundary: [{lower: {constant: 1}, upper: extrapolated}, {lower: extrapolated, upper: "
        "{constant: \"0.1*x\"}}]}\ninitial: {psi: \"2 + sin(0.2*x)*cos(0.3*y)\"}\ntime: {steps: 5}\nmpdata: {" +
            swirl + ", iterations: 3, nonoscillatory: true}\n",
        {{{4, 1}, {1, 2}}, {{1, 4}, {2, 1}}, {{2, 2}, {1, 1}}, {{2, 2}, {2, 1}}});
}

TEST_CASE("the pole with two iterations and more, its other side on another rank") {
  for (const char* options : {"iterations: 2", "iterations: 3, nonoscillatory: true",
                              "iterations: 2, infinite_gauge: true, third_order: true, nonoscillatory: true"}) {
    check(2,
          "grid: {shape: [32, 16], bounds: [[0, 6.283185307179586], [-1.5707963267948966, 1.5707963267948966]], "
          "boundary: "
          "[periodic, polar]}\n" +
              noise +
              "mpdata: {courant: [\"-0.003*sin(y)*cos(x)\", \"0.003*sin(x)*cos(y)\"], g_factor: \"0.1*cos(y)\", " +
              options + "}\n",
          {{{4, 1}, {1, 1}}, {{4, 1}, {1, 2}}, {{2, 2}, {2, 1}}, {{1, 4}, {2, 1}}});
  }
}
