// py-pde's cases (tests/data/README.md) as configurations.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "config_or.hpp"
#include "run.hpp"

namespace tessera::test {

inline std::string list(const Config& items) {
  std::string text;
  for (const Config& item : items.items())
    text += (text.empty() ? "[" : ", ") + (item.is_list() ? list(item) : item.text());
  return text + "]";
}

/// {value: 1}, {type: mixed, value: 2, const: 1}, {value_expression: ".."} and the like, or a word.
inline std::string condition(const Config& bc) {
  if (bc.is_scalar()) return bc.text() == "anti-periodic" ? "antiperiodic" : bc.text();
  if (bc.has("type"))
    return "{" + bc.at("type").text() + ": [" + bc.at("value").text() + ", " + bc.at("const").text() + "]}";
  std::string kind = bc.keys().front();
  const std::string value = bc.at(kind).text();
  return "{" + kind.substr(0, kind.find("_expression")) + ": \"" + value + "\"}";
}

inline std::string boundaries(const Config& bc, const Config& periodic) {
  std::string all;
  for (std::size_t d = 0; d < periodic.items().size(); ++d) {
    const std::string axis(1, "xyz"[d]);
    std::string one = periodic.items()[d].flag() ? "periodic" : "{derivative: 0}";
    if (bc.is_section()) {
      if (bc.has(axis)) one = condition(bc.at(axis));
      else if (bc.has(axis + "-"))
        one = "{lower: " + condition(bc.at(axis + "-")) + ", upper: " + condition(bc.at(axis + "+")) + "}";
      else if (bc.at("*").is_section()) one = condition(bc.at("*"));
    }
    all += (d == 0 ? "[" : ", ") + one;
  }
  return all + "]";
}

inline std::string grid_of(const Config& c, const Config& bc) {
  const Config grid = c.at("grid");
  return "grid: {shape: " + list(grid.at("shape")) + ", bounds: " + list(grid.at("bounds")) +
         ", boundary: " + boundaries(bc, grid.at("periodic")) + "}\n";
}

/// `equation`: keys of the equation; `bc`: of the boundaries.
inline std::string config_of(const std::string& equation, const std::vector<std::string>& fields, const Config& c) {
  std::ostringstream text;
  text.precision(17);
  text << equation << "\n" << grid_of(c, c.at("bc")) << "initial: {";
  for (std::size_t f = 0; f < fields.size(); ++f)
    text << (f > 0 ? ", " : "") << fields[f] << ": \"" << c.at("init_expr").items()[f].text() << "\"";
  text << "}\n";
  const bool adaptive = c.at("adaptive").flag();
  const std::string solver = c.at("solver").text();
  text << "time: {stepper: " << (solver != "runge-kutta" ? solver : adaptive ? "rkf45" : "rk4");
  if (adaptive)
    text << ", end: " << c.at("t_end").number()
         << ", tolerance: " << test::number_or(c.section("solver_args"), "tolerance", 1e-4);
  else text << ", steps: " << c.at("steps").integer() << ", step: " << c.at("dt").number();
  text << "}\n";
  return text.str();
}

inline double scale(const std::vector<double>& values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::fabs(v));
  return largest;
}

/// Runs one of py-pde's cases alone, compares it with what py-pde has found, and on some layouts, by `on_layouts`, which must have the
/// same bits; where steps are fixed, in single precision, too. `alone`, `on_layouts`: configurations of the same run. Returns the
/// values of the run in single precision; none where steps are adapted.
inline std::vector<double> check_case(const DataFile& file, const std::string& name, const Config& reference,
                                      const std::string& alone, const std::string& on_layouts) {
  const comm::WaitingCommunicator& world = patient_world();
  const std::vector<double> expected = file.values(name + "/final");
  const int dimensions = static_cast<int>(reference.at("grid").at("shape").items().size());
  const auto serially = run_pde(alone, serial(dimensions), self());
  CHECK(serially->steps == reference.at("steps").integer());  // adaptive: the same accepted steps
  // RKF45's error is a small difference of rates, and so most of its digits are rounding: with it vary the steps' lengths.
  const double digits = name == "chk_neu_adaptive_rkf45" ? 1e-11 : 1e-12;
  CHECK(largest_difference(serially->values, expected) <= digits * scale(expected));
  int layouts = 0;
  for (Case c : all_cases(dimensions, world.size())) {
    c.tiles = layouts == 1;
    c.overlap = layouts == 2;
    c.steps_at_once = layouts == 3 ? 12 : 0;
    CAPTURE(describe(c));
    const auto outcome = run_pde(on_layouts, c, world);
    if (!outcome) continue;
    ++layouts;
    CHECK(outcome->steps == serially->steps);
    CHECK(same_bits(outcome->values, serially->values));
    if (layouts == 4) break;
  }
  CHECK(layouts > 0);
  // With adapted steps, rounding decides now and then whether a step is taken.
  if (reference.at("adaptive").flag()) return {};
  const auto single = run_pde("precision: single\n" + alone, serial(dimensions), self());
  CHECK(largest_difference(single->values, expected) <= 2e-5 * scale(expected));
  return single->values;
}

}  // namespace tessera::test
