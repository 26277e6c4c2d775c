// The promise: the same bits for every layout. Every cut of this run's rank count times every cut of 1,
// 2 and 3 threads, against one rank with one thread, for every way that halos travel and that sweeps run: on more than two
// ranks a third of these ways for each cut, in turn.
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
  int cut = 0;
  for (Case c : all_cases(dimensions, world.size())) {
    ++cut;
    for (int variant = 0; variant < 10; ++variant) {
      if (world.size() > 2 && variant > 0 && (variant + cut) % 3 != 0) continue;
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
  if (dimensions > 1) check("iterations: 4, dimensionally_split: true");
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

TEST_CASE("MPDATA with further terms, forms and diffusion") {
  const std::string one =
      "grid: {shape: [61]}\nparameters: {nx: 61}\n"
      "initial: {psi: {uniform: [0.5, 2], seed: 3}}\ntime: {steps: 4}\n"
      "mpdata: {courant: \"0.3 + 0.2*cos(2*pi*x/nx)\", iterations: 3, ";
  CHECK(compare(run_mpdata, 1, one + "dpdc: true, divergent_flow: true, third_order: true}\n") >= 6);
  const std::string two =
      "grid: {shape: [31, 29]}\nparameters: {nx: 31, ny: 29}\n"
      "initial: {psi: {uniform: [0.5, 2], seed: 4}}\ntime: {steps: 3}\n"
      "mpdata: {courant: [\"0.3*cos(2*pi*y/ny)\", \"-0.3 + 0.1*sin(2*pi*x/nx)\"], g_factor: \"1.5 + "
      "0.3*sin(2*pi*x/nx)\", ";
  CHECK(compare(run_mpdata, 2,
                two + "iterations: 3, nonoscillatory: true, third_order: true, diffusion: [0.02, 0.01]}\n") >= 12);
  CHECK(compare(
            run_mpdata, 2,
            two + "iterations: 3, absolute: true, nonoscillatory: true, divergence_form: true, third_order: true}\n") >=
        12);
  const std::string three =
      "grid: {shape: [14, 13, 15]}\nparameters: {nx: 14, ny: 13, nz: 15}\n"
      "initial: {psi: {uniform: [0.5, 2], seed: 5}}\ntime: {steps: 2}\n"
      "mpdata: {courant: [\"0.2*cos(2*pi*y/ny)\", \"-0.25\", \"0.2 + 0.1*sin(2*pi*x/nx)\"], ";
  CHECK(compare(run_mpdata, 3,
                three + "iterations: 2, third_order: true, infinite_gauge: true, nonoscillatory: true}\n") >= 6);
  CHECK(compare(run_mpdata, 3, three + "iterations: 2, divergence_form: true, third_order: true, diffusion: 0.01}\n") >=
        6);
}

TEST_CASE("MPDATA between walls, with conditions of every kind, and with flow that depends on time") {
  const std::string start = "parameters: {nx: 31, ny: 29}\ninitial: {psi: {uniform: [0.5, 2], seed: 4}}\n";
  const std::string flow = "mpdata: {courant: [\"0.3*cos(2*pi*y/ny)\", \"0.3*sin(pi*y/ny)\"], ";
  const std::string walls =
      "grid: {shape: [31, 29], boundary: [{lower: {constant: \"1 + 0.1*y + t\"}, upper: extrapolated}, wall]}\n" +
      start;
  CHECK(compare(run_mpdata, 2, walls + "time: {steps: 4}\n" + flow + "iterations: 3, nonoscillatory: true}\n") >= 6);
  CHECK(compare(run_mpdata, 2,
                walls + "time: {steps: 3}\n" + flow +
                    "iterations: 3, third_order: true, infinite_gauge: true, nonoscillatory: true}\n") >= 6);
  CHECK(compare(run_mpdata, 2,
                walls + "time: {steps: 3}\n" + flow + "iterations: 3, diffusion: 0.02, divergent_flow: true}\n") >= 6);
  CHECK(compare(run_mpdata, 2,
                walls +
                    "time: {step: 0.1, steps: 3}\nmpdata: {velocity: [\"3*cos(2*pi*y/ny)*cos(t)\", "
                    "\"3*sin(pi*y/ny)*(1 + t)\"], divergence_form: true, third_order: true, iterations: 3, g_factor: "
                    "\"1 + 0.1*x/nx\"}\n") >= 6);
  const std::string open =
      "grid: {shape: [31, 29], boundary: [open, {lower: open, upper: {derivative: \"0.1*x\"}}]}\n" + start;
  CHECK(compare(run_mpdata, 2,
                open + "time: {steps: 3}\n" + flow + "iterations: 2, divergence_form: true, third_order: true}\n") >=
        6);
  CHECK(compare(run_mpdata, 2,
                open + "time: {step: 0.1, steps: 4}\nmpdata: {stream_function: "
                       "\"3*cos(t)*sin(2*pi*x/nx)*sin(pi*y/ny)\", iterations: 3, "
                       "nonoscillatory: true, g_factor: \"1 + 0.1*y/ny\"}\n") >= 6);
  CHECK(compare(run_mpdata, 3,
                "grid: {shape: [13, 12, 14], boundary: [extrapolated, periodic, {lower: {constant: \"x*0.1\"}, upper: "
                "open}]}\n"
                "initial: {psi: {uniform: [0.5, 2], seed: 5}}\ntime: {steps: 3}\n"
                "mpdata: {courant: [0.2, 0.15, -0.25], iterations: 2, nonoscillatory: true, third_order: true}\n") >=
        6);
}

TEST_CASE("MPDATA with several fields, conditions of their own, and sources") {
  const std::string fields =
      "grid: {shape: [31, 29], boundary: [periodic, open]}\n"
      "initial: {psi: {uniform: [0.5, 2], seed: 4}, q: {uniform: [0, 1], seed: 5}, r: \"0.1*x + y\"}\n"
      "mpdata: {courant: [\"0.3\", \"0.2*sin(0.2*x)*0 - 0.25\"], nonoscillatory: true, iterations: 3, "
      "boundaries: {q: [periodic, {lower: {constant: \"0.1*x\"}, upper: extrapolated}]}";
  CHECK(compare(run_mpdata, 2, fields + "}\ntime: {steps: 3}\n") >= 6);
  CHECK(
      compare(
          run_mpdata, 2,
          fields +
              ", sources: {psi: \"-0.2*psi*q + 0.01*x\", r: \"0.1*(q - r)*cos(t)\"}}\ntime: {steps: 3, step: 0.5}\n") >=
      6);

  // Those that nothing couples are carried as if they were alone.
  const auto run = [](const std::string& initial) {
    return run_mpdata("grid: {shape: [17, 13]}\ninitial: {" + initial +
                          "}\nmpdata: {courant: [0.3, -0.2], iterations: 2}\ntime: {steps: 3}\n",
                      serial(2), test::self())
        ->values;
  };
  const std::string a = "a: {uniform: [0.5, 2], seed: 4}";
  const std::string b = "b: {uniform: [1, 3], seed: 9}";
  std::vector<double> both = run(a);
  const std::vector<double> other = run(b);
  both.insert(both.end(), other.begin(), other.end());
  CHECK(same_bits(run(a + ", " + b), both));
}

TEST_CASE("MPDATA carrying what carries it: flow that depends on the fields, and sources on their gradients") {
  const std::string start =
      "initial: {psi: {uniform: [0.5, 2], seed: 4}, q: {uniform: [0, 1], seed: 5}}\ntime: {step: 0.05, steps: 4}\n";
  const std::string two =
      "mpdata: {velocity: [\"psi - 0.5*q\", \"0.5*q*sin(pi*y/23)\"], sources: {q: \"-0.1*psi_x + 0.05*q_y*t\"}, ";
  const std::string walls = "grid: {shape: [27, 23], boundary: [periodic, wall]}\n" + start + two;
  CHECK(compare(run_mpdata, 2, walls + "iterations: 2, nonoscillatory: true}\n") >= 6);
  CHECK(compare(run_mpdata, 2,
                walls + "iterations: 3, divergence_form: true, g_factor: \"1 + 0.01*y\", nonoscillatory: true}\n") >=
        6);
  CHECK(compare(run_mpdata, 2,
                "grid: {shape: [27, 23], boundary: [{lower: {constant: \"1 + t\"}, upper: open}, open]}\n" + start +
                    two + "iterations: 2, third_order: true, infinite_gauge: true}\n") >= 6);
  CHECK(
      compare(
          run_mpdata, 3,
          "grid: {shape: [12, 13, 11]}\n" + start +
              "mpdata: {velocity: [0.5, \"0.2*psi\", \"q\"], iterations: 2, sources: {psi: \"q_x - 0.1*psi_z\"}}\n") >=
      3);
  CHECK(compare(run_mpdata, 2,
                "grid: {shape: [30, 16], boundary: [periodic, polar]}\n" + start +
                    "mpdata: {velocity: [\"0.1*psi\", \"0.1*q\"], g_factor: \"0.2 + sin(pi*y/16)\", iterations: 2, "
                    "nonoscillatory: true}\n") >= 6);
}

TEST_CASE("MPDATA over the poles") {
  const std::string sphere =
      "parameters: {nx: 30, ny: 16}\ninitial: {psi: {uniform: [0.5, 2], seed: 4}}\ntime: {steps: 3}\n"
      "mpdata: {g_factor: \"0.05 + sin(pi*y/ny)\", courant: [\"0.04*sin(pi*y/ny) + 0.02*cos(2*pi*x/nx)*cos(pi*y/ny)\", "
      "\"0.03*sin(2*pi*x/nx)\"], ";
  const std::string flat = "grid: {shape: [30, 16], boundary: [periodic, polar]}\n" + sphere;
  CHECK(compare(run_mpdata, 2, flat + "iterations: 2, infinite_gauge: true, nonoscillatory: true}\n") >= 6);
  CHECK(compare(run_mpdata, 2,
                "grid: {shape: [30, 16], boundary: [periodic, polar]}\nparameters: {nx: 30, ny: 16}\n"
                "initial: {psi: {uniform: [0.5, 2], seed: 4}}\ntime: {step: 0.05, steps: 3}\n"
                "mpdata: {g_factor: \"0.05 + sin(pi*y/ny)\", velocity: [\"cos(t)\", \"(1 + "
                "t)*sin(pi*y/ny)*sin(2*pi*x/nx)\"], "
                "divergence_form: true, third_order: true, infinite_gauge: true, nonoscillatory: true}\n") >= 6);
  CHECK(compare(run_mpdata, 2, flat + "iterations: 3, nonoscillatory: true, third_order: true}\n") >= 6);
  CHECK(compare(run_mpdata, 2,
                "grid: {shape: [30, 16], boundary: [periodic, {lower: open, upper: polar}]}\n" + sphere +
                    "iterations: 2, divergence_form: true, third_order: true}\n") >= 6);
  CHECK(compare(run_mpdata, 3,
                "grid: {shape: [10, 12, 9], boundary: [periodic, polar, wall]}\nparameters: {nx: 10, ny: 12}\n"
                "initial: {psi: {uniform: [0.5, 2], seed: 4}}\ntime: {steps: 3}\n"
                "mpdata: {g_factor: \"0.1 + sin(pi*y/ny)\", courant: [\"0.04*sin(pi*y/ny)\", \"0.03*sin(2*pi*x/nx)\", "
                "\"0.02*sin(pi*z/9)\"], iterations: 3, nonoscillatory: true}\n") >= 6);
  CHECK(
      compare(
          run_mpdata, 3,
          "grid: {shape: [10, 12, 9], boundary: [periodic, polar, {lower: {constant: \"1 + 0.1*x + 0.05*y\"}, "
          "upper: open}]}\nparameters: {nx: 10, ny: 12}\n"
          "initial: {psi: {uniform: [0.5, 2], seed: 4}}\ntime: {steps: 3}\n"
          "mpdata: {g_factor: \"0.1 + sin(pi*y/ny)\", courant: [0, \"0.03*sin(2*pi*x/nx)\", 0.02], iterations: 2}\n") >=
      6);
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
                      ", boundaries: {mu: [{lower: {derivative: 0.1}, upper: {value: \"0.3*t\"}}, periodic]}}\n") >=
          12);
    CHECK(compare(run_cahn_hilliard, 2,
                  "precision: single\ngrid: {shape: [29, 27], boundary: {value: \"0.1*x + t\"}}\n" + end + mobile +
                      "}\n") >= 12);
    CHECK(compare(run_cahn_hilliard, 3,
                  "grid: {shape: [13, 12, 14], boundary: [{derivative: 0}, periodic, {value: \"0.1*x*y\"}]}\n" + end +
                      mobile + "}\n") >= 6);
  }
}

TEST_CASE("every stepper, for an equation of two stages, with walls whose values change") {
  const std::string start =
      "equation: cahn-hilliard\ngrid: {shape: [31, 27], boundary: [{lower: {value: \"0.1*y + t\"}, upper: {mixed: "
      "[0.3, "
      "\"0.2*t\"]}}, {lower: {curvature: 0.1}, upper: {derivative: \"sin(x)\"}}]}\n"
      "initial: {c: {uniform: [-0.5, 0.5], seed: 6}}\ncahn_hilliard: {rate: 0.01, target: 0.2}\n";
  for (const char* time :
       {"{stepper: rk4, step: 0.01, steps: 4}", "{stepper: adams-bashforth, step: 0.005, steps: 4}",
        "{stepper: rkf45, step: 0.01, steps: 3}", "{stepper: rkf45, tolerance: 1e-5, end: 0.05}",
        "{stepper: rkc2, step: 0.1, steps: 3}", "{stepper: rkl2, step: 0.3, steps: 3}",
        "{stepper: rkc2, tolerance: 1e-3, relative_tolerance: 1e-3, end: 0.5}",
        "{stepper: rkl2, tolerance: 1e-3, end: 0.5}", "{stepper: rkc2, tolerance: 1e-4, error_norm: rms, end: 0.5}"}) {
    CAPTURE(time);
    CHECK(compare(run_pde, 2, start + "time: " + time + "\n") >= 6);
  }
  CHECK(compare(run_pde, 2,
                "precision: single\n" + start +
                    "time: {stepper: rkf45, tolerance: 1e-4, error_norm: rms, end: 0.05}\n") >= 6);
}

TEST_CASE("equations of several fields, sources, antiperiodic ends, three dimensions") {
  CHECK(compare(run_pde, 2,
                "equation: brusselator\ngrid: {shape: [29, 27], boundary: [periodic, {value: \"1 + 0.1*t\"}]}\n"
                "brusselator: {boundaries: {v: [periodic, {derivative: 0}]}}\n"
                "initial: {u: {uniform: [0, 1], seed: 1}, v: {normal: [2, 0.1], seed: 2, expression: \"0.1*x\"}}\n"
                "time: {stepper: rkc2, tolerance: 1e-3, end: 0.5}\n") >= 6);
  CHECK(compare(
            run_pde, 2,
            "equation: reaction-diffusion\ngrid: {shape: [29, 27]}\n"
            "reaction_diffusion: {diffusivity: {a: 1}, reaction: {a: \"a*(1 - a)*(1 + 0.1*x) - b*t\", b: \"a - b\"}}\n"
            "initial: {a: {uniform: [0, 1], seed: 1}, b: 0}\ntime: {stepper: rk4, step: 0.1, steps: 3}\n") >= 6);
  CHECK(compare(run_pde, 3,
                "equation: diffusion\ngrid: {shape: [13, 12, 14], boundary: [antiperiodic, periodic, {value: 1}]}\n"
                "diffusion: {source: \"0.1*sin(x)*z\"}\ninitial: {c: {uniform: [0, 1], seed: 1}}\n"
                "time: {stepper: rkl2, step: 0.5, steps: 3}\n") >= 6);
  CHECK(compare(run_pde, 3,
                "equation: diffusion\ngrid: {shape: [13, 12, 14]}\ndiffusion: {source: \"0.1*sin(x)*z*t\"}\n"
                "initial: {c: {uniform: [0, 1], seed: 1}}\ntime: {step: 0.1, steps: 5}\n") >= 6);
  CHECK(compare(run_pde, 2,
                "equation: swift-hohenberg\nlaplacian: nine_point\n"
                "grid: {shape: [31, 27], boundary: [antiperiodic, {lower: {value: 0}, upper: {curvature: 0}}]}\n"
                "initial: {c: {uniform: [-1, 1], seed: 1}}\ntime: {stepper: rkf45, tolerance: 1e-4, end: 0.1}\n") >= 6);
}
