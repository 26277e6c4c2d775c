// PyMPDATA's cases, and the corrected scheme's where PyMPDATA is wrong (tests/data/README.md).
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "config_or.hpp"
#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// How far a case may be off, and why, where something differs by intent (docs/mpdata.md); else to rounding.
struct Difference {
  const char* name;
  double tolerance;
};
constexpr std::array differences{
    Difference{"1d_sign_n2", 1e-9},              // ill-conditioned: denominators vanish
    Difference{"1d_const05_fct", 0.03},          // the limiter beyond a wall
    Difference{"2d_cone_n3_tot_fct_iga", 1e-4},  // the same, and Courant numbers there
    Difference{"2d_extrap_fct", 2e-4},           // the limiter beyond a wall
    Difference{"2d_mixed2_n3", 1e-8},            // no clipping of ghosts at 0
    Difference{"1d_olesik", 2e-8},               // the same
    Difference{"2d_div", 0.01},                  // all dimensions are in the divergence
    Difference{"3d_const_tot", 5e-3},            // the third-order term of two transverse dimensions
    Difference{"2d_polar_n2", 0.1},              // Courant numbers beyond the pole are mirrored, not 0
};

std::string boundary_of(const DataFile& file, const std::string& name) {
  const auto conditions = Config::parse("a: " + file.text(name, "bc_psi"), name).at("a").items();
  std::string list;
  for (const Config& condition : conditions) {
    std::string word = "periodic";
    if (condition.is_section()) {
      const std::string kind = condition.keys().front();
      word = kind == "Constant" ? "{constant: " + condition.at(kind).text() + "}" : "extrapolated";
    } else if (condition.text() == "Polar") {
      word = "polar";
    }
    list += (list.empty() ? "" : ", ") + word;
  }
  return "[" + list + "]";
}

/// Python's & of two comparisons.
std::string with_and(std::string text) {
  for (std::size_t at = text.find('&'); at != std::string::npos; at = text.find('&', at + 2)) text.insert(at, 1, '&');
  return text;
}

std::string config_of(const DataFile& file, const std::string& name) {
  const auto shape = file.integers(name, "shape");
  const Config options = Config::parse(file.text(name, "options"), name);
  std::ostringstream text;
  text << "grid: {shape: [";
  for (std::size_t d = 0; d < shape.size(); ++d) text << (d > 0 ? ", " : "") << shape[d];
  text << "], boundary: " << boundary_of(file, name) << "}\nparameters: {";
  for (std::size_t d = 0; d < shape.size(); ++d) text << (d > 0 ? ", " : "") << 'n' << "xyz"[d] << ": " << shape[d];
  const Config constants = Config::parse("a: " + file.text(name, "consts"), name).at("a");
  for (const std::string& key : constants.keys()) text << ", " << key << ": " << constants.at(key).text();
  text << "}\ninitial: {psi: \"" << file.text(name, "psi0_expression") << "\"}\n";
  text << "mpdata:\n  courant: " << with_and(file.text(name, "courant_expression")) << "\n";
  text << "  iterations: " << test::integer_or(options, "n_iters", 2) << "\n";
  const std::pair<const char*, const char*> flags[] = {
      {"nonoscillatory", "nonoscillatory"},           {"infinite_gauge", "infinite_gauge"},
      {"dimensionally_split", "dimensionally_split"}, {"third_order", "third_order_terms"},
      {"divergent_flow", "divergent_flow"},           {"dpdc", "DPDC"}};
  for (const auto& [key, theirs] : flags) {
    if (test::flag_or(options, theirs, false)) text << "  " << key << ": true\n";
  }
  if (test::flag_or(options, "non_zero_mu_coeff", false)) text << "  diffusion: " << file.text(name, "mu") << "\n";
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
    c.plain = layouts % 4 >= 2;
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

TEST_CASE("every reference case, on several layouts, and in single precision") {
  const DataFile file("mpdata_cases.h5");
  int compared = 0;
  for (const std::string& name : file.groups()) {
    if (name == "1d_sign_fct") continue;  // the limiter follows the flux here: another result
    CAPTURE(name);
    const std::vector<double> expected = file.values(name + "/psi");
    const std::string config = config_of(file, name);
    const int dimensions = static_cast<int>(file.integers(name, "shape").size());
    ++compared;
    if (contains(config, "precision: single")) {
      CHECK(largest_error(config, dimensions, expected, 4) <= 1e-5);
      continue;
    }
    const auto* const difference =
        std::find_if(differences.begin(), differences.end(), [&](const Difference& d) { return d.name == name; });
    const double tolerance = difference != differences.end() ? difference->tolerance : 1e-12;
    const double error = largest_error(config, dimensions, expected, 4);
    CHECK(error <= tolerance);
    if (difference != differences.end()) MESSAGE(name, ": off by ", error);
    if (contains(config, "extrapolated")) continue;  // the ratio of differences is ill-conditioned in single precision
    const std::string single = config + "precision: single\n";
    CHECK(largest_error(single, dimensions, expected, 1) <= std::max(2e-6, std::sqrt(tolerance)));
  }
  CHECK(compared == 83);
}
