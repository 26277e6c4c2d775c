// The promise: the same bits for every layout. Every cut of this run's rank count times every cut of 1,
// 2 and 3 threads, against one rank with one thread, for every way that halos travel and that sweeps run.
#include <doctest/doctest.h>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

using Run = std::optional<Outcome> (*)(const std::string&, const Case&, const comm::WaitingCommunicator&);

/// Compares all layouts; returns how many were thick enough to run.
int compare(Run run, int dimensions, const std::string& config) {
  const comm::WaitingCommunicator& world = patient_world();
  const auto expected = run(config, serial(dimensions), test::self());
  REQUIRE(expected);
  for (const double value : expected->values) REQUIRE(std::isfinite(value));
  int count = 0;
  for (Case c : all_cases(dimensions, world.size())) {
    for (int variant = 0; variant < 10; ++variant) {
      c.by_pass = variant == 1 || variant == 5 || variant == 8;
      c.funneled = variant == 2;
      c.plain = variant == 3;
      c.tiles = variant == 4 || variant == 5 || variant == 7;
      c.overlap = variant >= 8;
      c.steps_at_once = variant == 6 ? 2 : variant == 7 ? 3 : 0;
      CAPTURE(config);
      CAPTURE(describe(c));
      const auto outcome = run(config, c, world);
      if (!outcome) continue;
      ++count;
      CHECK(outcome->steps == expected->steps);
      CHECK(same_bits(outcome->values, expected->values));
    }
  }
  return count;
}

/// `problem`: all but the section mpdata, of which `courant` is the first key.
void check_mpdata(int dimensions, const std::string& problem, const std::string& courant, int least) {
  const auto check = [&](const std::string& options) {
    CHECK(compare(run_mpdata, dimensions, problem + "mpdata: {courant: " + courant + ", " + options + "}\n") >= least);
  };
  check("iterations: 1");
  check("iterations: 2");
  check("iterations: 3, nonoscillatory: true, infinite_gauge: true, g_factor: \"1.5 + 0.3*sin(2*pi*x/nx)\"");
  check("iterations: 4, dimensionally_split: true");
  const std::string limited = "iterations: 3, nonoscillatory: true";
  check(limited);
  CHECK(compare(run_mpdata, dimensions,
                "precision: single\n" + problem + "mpdata: {courant: " + courant + ", " + limited + "}\n") >= least);
}

}  // namespace

TEST_CASE("MPDATA in 1-D") {
  check_mpdata(1,
               "grid: {shape: [61]}\nparameters: {nx: 61}\n"
               "initial: {psi: {uniform: [0.5, 2], seed: 3}}\ntime: {steps: 5}\n",
               "\"0.5 + 0.2*cos(2*pi*x/nx)\"", 6);
}

TEST_CASE("MPDATA in 2-D") {
  check_mpdata(2,
               "grid: {shape: [31, 29]}\nparameters: {nx: 31, ny: 29}\n"
               "initial: {psi: {uniform: [0.5, 2], seed: 4}}\ntime: {steps: 4}\n",
               "[\"0.4*cos(2*pi*y/ny)\", \"-0.3 + 0.1*sin(2*pi*x/nx)\"]", 12);
}

TEST_CASE("MPDATA in 3-D") {
  check_mpdata(3,
               "grid: {shape: [14, 13, 15]}\nparameters: {nx: 14, ny: 13, nz: 15}\n"
               "initial: {psi: {uniform: [0.5, 2], seed: 5}}\ntime: {steps: 3}\n",
               "[\"0.2*cos(2*pi*y/ny)\", \"-0.25\", \"0.2 + 0.1*sin(2*pi*x/nx)\"]", 12);
}

TEST_CASE("Cahn-Hilliard, periodic and walled, in 1-D to 3-D, fixed and adaptive") {
  const std::string times[] = {"time: {step: 0.002, steps: 5}\n", "time: {tolerance: 1e-4, end: 0.05}\n"};
  const std::string start = "initial: {c: {uniform: [-0.5, 0.5], seed: 6}}\n";
  const std::string mobile = "cahn_hilliard: {interface_width: 1.5, rate: 0.01, target: 0.2";
  for (const std::string& time : times) {
    const std::string end = start + time;
    CHECK(compare(run_cahn_hilliard, 1, "grid: {shape: [61], boundary: periodic}\n" + end + mobile + "}\n") >= 6);
    CHECK(compare(run_cahn_hilliard, 1, "grid: {shape: [61]}\n" + end + mobile + "}\n") >= 6);
    CHECK(compare(run_cahn_hilliard, 2, "grid: {shape: [29, 27], boundary: periodic}\n" + end + mobile + "}\n") >= 12);
    CHECK(compare(run_cahn_hilliard, 2,
                  "grid: {shape: [29, 27], boundary: [{lower: {value: \"0.1*y + t\"}, upper: {derivative: "
                  "\"0.2*sin(y)\"}}, periodic]}\n" +
                      end + mobile +
                      ", boundary: [{lower: {derivative: 0.1}, upper: {value: \"0.3*t\"}}, periodic]}\n") >= 12);
    CHECK(compare(run_cahn_hilliard, 2,
                  "precision: single\ngrid: {shape: [29, 27], boundary: {value: \"0.1*x + t\"}}\n" + end + mobile +
                      "}\n") >= 12);
    CHECK(compare(run_cahn_hilliard, 3,
                  "grid: {shape: [13, 12, 14], boundary: [{derivative: 0}, periodic, {value: \"0.1*x*y\"}]}\n" + end +
                      mobile + "}\n") >= 6);
  }
}
