// PyMPDATA's cases, and the corrected scheme's where PyMPDATA is wrong (tests/data/README.md).
#include <doctest/doctest.h>

#include <sstream>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Periodic cases of the options that this program has.
bool supported(const DataFile& file, const std::string& name) {
  const std::string options = file.text(name, "options");
  for (const char* other : {"third_order", "DPDC", "divergent", "non_zero_mu"}) {
    if (contains(options, other)) return false;
  }
  return !contains(file.text(name, "bc_psi") + file.text(name, "bc_GC") + file.text(name, "bc_G"), "{") &&
         !contains(file.text(name, "bc_psi"), "Polar");
}

std::string config_of(const DataFile& file, const std::string& name) {
  const auto shape = file.integers(name, "shape");
  const Config options = Config::parse(file.text(name, "options"), name);
  std::ostringstream text;
  text << "grid: {shape: [";
  for (std::size_t d = 0; d < shape.size(); ++d) text << (d > 0 ? ", " : "") << shape[d];
  text << "], boundary: periodic}\nparameters: {";
  for (std::size_t d = 0; d < shape.size(); ++d) text << (d > 0 ? ", " : "") << 'n' << "xyz"[d] << ": " << shape[d];
  text << "}\ninitial: {psi: \"" << file.text(name, "psi0_expression") << "\"}\n";
  text << "mpdata:\n  courant: " << file.text(name, "courant_expression") << "\n";
  text << "  iterations: " << options.integer("n_iters", 2) << "\n";
  for (const char* flag : {"nonoscillatory", "infinite_gauge", "dimensionally_split"}) {
    text << "  " << flag << ": " << (options.flag(flag, false) ? "true" : "false") << "\n";
  }
  const std::string g = file.text(name, "G_expression");
  if (!g.empty()) text << "  g_factor: \"" << g << "\"\n";
  text << "time: {steps: " << file.integer(name, "steps") << "}\n";
  if (contains(file.text(name, "options"), "dtype")) text << "precision: single\n";
  return text.str();
}

/// Runs a case on some of the layouts; returns the largest error.
double largest_error(const std::string& config, int dimensions, const std::vector<double>& expected, int most_layouts) {
  const comm::WaitingCommunicator& world = patient_world();
  double error = 0;
  int layouts = 0;
  for (Case c : all_cases(dimensions, world.size())) {
    c.by_pass = layouts % 2 == 1;
    const auto outcome = run_mpdata(config, c, world);
    if (!outcome) continue;
    const double here = largest_difference(outcome->values, expected);
    if (!(here <= error)) error = here;
    if (++layouts == most_layouts) break;
  }
  CHECK(layouts > 0);
  return error;
}

}  // namespace

TEST_CASE("every periodic reference case, on several layouts, and in single precision") {
  const DataFile file("mpdata_cases.h5");
  int compared = 0;
  for (const std::string& name : file.groups()) {
    if (!supported(file, name)) continue;
    if (name == "1d_sign_fct") continue;  // the limiter follows the flux here: different by intent
    CAPTURE(name);
    const std::vector<double> expected = file.values(name + "/psi");
    const std::string config = config_of(file, name);
    const int dimensions = static_cast<int>(file.integers(name, "shape").size());
    ++compared;
    if (contains(config, "precision: single")) {
      CHECK(largest_error(config, dimensions, expected, 4) <= 1e-5);
      continue;
    }
    const bool ill_conditioned = contains(name, "_sign_n2");
    CHECK(largest_error(config, dimensions, expected, 4) <= (ill_conditioned ? 1e-9 : 1e-12));
    const std::string single = config + "precision: single\n";
    CHECK(largest_error(single, dimensions, expected, 1) <= (ill_conditioned ? 2e-5 : 2e-6));
  }
  CHECK(compared == 43);
}
