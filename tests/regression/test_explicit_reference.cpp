// py-pde's Cahn-Hilliard cases, fixed and adaptive Euler (tests/data/README.md).
#include <doctest/doctest.h>

#include <sstream>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

std::string config_of(const Config& c, double width, double rate) {
  const Config grid = c.at("grid");
  std::ostringstream text;
  text.precision(17);
  std::string shape;
  for (const Config& n : grid.at("shape").items()) shape += (shape.empty() ? "" : ", ") + n.text();
  const bool periodic = grid.at("periodic").items().front().flag();
  text << "grid: {shape: [" << shape << "], boundary: " << (periodic ? "periodic" : "{derivative: 0}") << "}\n";
  text << "initial: {c: \"" << c.at("init_expr").items().front().text() << "\"}\n";
  text << "cahn_hilliard: {interface_width: " << width << ", rate: " << rate << ", target: 0.5}\n";
  text << "time: {";
  if (c.at("adaptive").flag()) {
    const Config args = c.section("solver_args");
    text << "end: " << c.at("t_end").number() << ", tolerance: " << args.number("tolerance", 1e-4);
  } else {
    text << "steps: " << c.at("steps").integer() << ", step: " << c.at("dt").number();
  }
  text << "}\n";
  return text.str();
}

}  // namespace

TEST_CASE("every Cartesian Cahn-Hilliard case with Euler, on several layouts, and in single precision") {
  struct Equation {
    const char* name;
    double width;
    double rate;
  };
  const DataFile file("explicit_cases.h5");
  const comm::WaitingCommunicator& world = patient_world();
  for (const Equation& equation : {Equation{"ch_per_euler", 1, 0},
                                   {"ch_neu_euler", 1, 0},
                                   {"ch1d_neu_euler", 1, 0},
                                   {"chk_per_euler", 1, 0.01},
                                   {"chk_neu_euler", 1, 0.01},
                                   {"chclass_iw2_neu_euler", 2, 0},
                                   {"chk_neu_adaptive_euler", 1, 0.01},
                                   {"chk_neu_adaptive_euler_tight", 1, 0.01}}) {
    const std::string name = equation.name;
    CAPTURE(name);
    const Config reference = Config::parse(file.text(name, "case"), name);
    const std::vector<double> expected = file.values(name + "/final");
    const std::string config = config_of(reference, equation.width, equation.rate);
    const int dimensions = static_cast<int>(reference.at("grid").at("shape").items().size());
    int layouts = 0;
    for (const Case& c : all_cases(dimensions, world.size())) {
      CAPTURE(describe(c));
      const auto outcome = run_cahn_hilliard(config, c, world);
      if (!outcome) continue;
      ++layouts;
      CHECK(outcome->steps == reference.at("steps").integer());  // adaptive: the same accepted steps
      CHECK(largest_difference(outcome->values, expected) <= 1e-12);
      if (layouts == 3) break;
    }
    CHECK(layouts > 0);
    // With adapted steps, rounding decides now and then whether a step is taken.
    if (reference.at("adaptive").flag()) continue;
    const auto single = run_cahn_hilliard("precision: single\n" + config, serial(dimensions), self());
    CHECK(largest_difference(single->values, expected) <= 2e-6);
  }
}
