// py-pde's Cartesian cases (tests/data/README.md) with their equations as strings: compiled, interpreted, on several layouts.
#include <doctest/doctest.h>

#include "explicit_reference.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

struct Written {
  const char* name;
  std::vector<std::string> rates;
  std::vector<std::string> fields = {"c"};
};

const std::vector<Written>& cases() {
  static const char* const ch = "laplace(c**3 - c - laplace(c))";
  static const char* const chk = "laplace(c**3 - c - laplace(c)) - 0.01*(c - 0.5)";
  static const std::vector<Written> all{
      {"ch_per_euler", {ch}},
      {"ch_neu_euler", {ch}},
      {"ch_neu_rk4", {ch}},
      {"ch1d_neu_euler", {ch}},
      {"chk_per_euler", {chk}},
      {"chk_neu_euler", {"∇²(c³ - c - ∇²c) - 0.01 * (c - 0.5)"}},
      {"chk_neu_adamsbashforth", {chk}},
      {"chclass_iw2_neu_euler", {"laplace(c**3 - c - 2*laplace(c))"}},
      {"chk_neu_adaptive_euler", {chk}},
      {"chk_neu_adaptive_euler_tight", {chk}},
      {"chk_neu_adaptive_rkf45", {chk}},
      {"diff1d_value", {"0.8*laplace(c)"}},
      {"diff1d_value_lr", {"0.8*d2_dx2(c)"}},
      {"diff1d_derivative", {"0.8*laplace(c)"}},
      {"diff1d_mixed", {"0.8*laplace(c)"}},
      {"diff1d_curvature", {"0.8*laplace(c)"}},
      {"diff1d_value_expr_t", {"0.8*laplace(c)"}},
      {"diff1d_periodic", {"0.8*d_dx_forward(d_dx_backward(c))"}},
      {"diff1d_antiperiodic", {"0.8*laplace(c)"}},
      {"diff2d_all_sides", {"div(0.7*grad(c))"}},
      {"diff2d_expr_txy", {"0.7*laplace(c)"}},
      {"diff2d_dirichlet0", {"0.7*(d2_dx2(c) + d2_dy2(c))"}},
      {"diff2d_neumann0", {"0.7*laplace(c)"}},
      {"diff3d_neu", {"0.7*laplace(c)"}},
      {"brusselator", {"laplace(u) + 1 - 4*u + v*u**2", "0.1 * ∇²v + 3*u - v*u²"}, {"u", "v"}},
      {"ks_per", {"-∇²(c + ∇²c) - 0.5 * |∇c|²"}},
      {"sh_neu", {"-0.9 * c - c³ + c² - ∇²(2 * c + ∇²c)"}},
      {"allencahn_neu", {"0.8 * (1.5 * ∇²c - c³ + c)"}},
      {"kpz_neu", {"0.5 * ∇²h + |∇h|²"}, {"h"}},
      {"wave_neu", {"v", "2.25 * ∇²u"}, {"u", "v"}},
      {"kleingordon_neu", {"v", "2.25 * ∇²u - 0.49 * u"}, {"u", "v"}},
      {"expr_xt", {"laplace(c)*(1 + 0.5*sin(x/3)) + 0.3*cos(t)*y/16 - 0.2*d_dx(c) + 0.1*gradient_squared(c)"}},
      {"expr_integral_div", {"divergence((1 + c**2)*gradient(c)) - 0.01*integral(c)"}},
  };
  return all;
}

std::string equations(const Written& written) {
  std::string text = "equations: {";
  for (std::size_t f = 0; f < written.rates.size(); ++f)
    text += (f > 0 ? ", " : "") + written.fields[f] + ": \"" + written.rates[f] + "\"";
  return text + "}";
}

const std::string compiled = "kernels: compiled\n";
const std::string interpreted = "kernels: interpreted\n";

}  // namespace

TEST_CASE("every Cartesian case, compiled and interpreted, on several layouts") {
  const DataFile file("explicit_cases.h5");
  for (const Written& written : cases()) {
    const std::string name = written.name;
    CAPTURE(name);
    const Config reference = Config::parse(file.text(name, "case"), name);
    const std::string config = config_of(equations(written), written.fields, reference);
    const auto single = check_case(file, name, reference, interpreted + config, compiled + config);
    if (single.empty()) continue;
    const int dimensions = static_cast<int>(reference.at("grid").at("shape").items().size());
    const auto single_compiled = run_pde("precision: single\n" + compiled + config, serial(dimensions), self());
    CHECK(same_bits(single_compiled->values, single));
  }
}

TEST_CASE("each operator, in one step of Euler's method") {
  const DataFile file("explicit_cases.h5");
  for (const std::string name : {"op_cart1d", "op_cart2d", "op_cart3d"}) {
    const Config reference = Config::parse(file.text(name, "case"), name);
    const auto dimensions = reference.at("grid").at("shape").items().size();
    std::vector<std::pair<std::string, std::string>> operators{{"laplace(c)", "s_laplace"},
                                                               {"gradient_squared(c)", "s_gradient_squared"}};
    for (std::size_t d = 0; d < dimensions; ++d) {
      const std::string axis(1, "xyz"[d]);
      for (const std::string& kind :
           {"d_d" + axis, "d_d" + axis + "_forward", "d_d" + axis + "_backward", "d2_d" + axis + "2"})
        operators.emplace_back(kind + "(c)", "s_" + kind);
    }
    const std::string grid = grid_of(reference, reference.at("bc_scalar"));
    const std::string initial =
        "initial: {c: \"" + reference.at("scalar_expr").text() + "\"}\ntime: {step: 1, steps: 1}\n";
    for (const auto& one : operators) {
      const std::string& text = one.first;
      CAPTURE(name);
      CAPTURE(text);
      const auto change = file.values(name + "/" + one.second);
      auto expected = file.values(name + "/scalar");
      for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += 1e-3 * change[i];
      const auto found = run_pde(interpreted + "equations: {c: \"1e-3*" + text + "\"}\n" + grid + initial,
                                 serial(static_cast<int>(dimensions)), self());
      CHECK(largest_difference(found->values, expected) <= 1e-12 * scale(expected));
    }
  }
}

TEST_CASE("operators of vectors, with boundary conditions of their own") {
  const DataFile file("explicit_cases.h5");
  const std::string name = "op_cart2d";
  const Config reference = Config::parse(file.text(name, "case"), name);
  const std::string initial = "initial: {a: \"" + reference.at("vector_expr").items()[0].text() + "\", b: \"" +
                              reference.at("vector_expr").items()[1].text() + "\"}\ntime: {step: 1, steps: 1}\n";
  const auto vector = file.values(name + "/vector");
  const auto divergence = file.values(name + "/v_divergence");
  const auto laplacian = file.values(name + "/v_vector_laplace");
  const std::size_t cells = divergence.size();
  std::vector<double> expected = vector;
  for (std::size_t i = 0; i < cells; ++i) expected[i] += 1e-3 * divergence[i];
  for (std::size_t i = cells; i < 2 * cells; ++i) expected[i] += 1e-3 * laplacian[i];
  const std::string equations =
      "equations: {a: \"1e-3*divergence(vector(a, b))\", b: \"1e-3*dot(vector_laplace(vector(a, b)), vector(0, "
      "1))\"}\n";
  // The grid's boundaries are others.
  const std::string grid = grid_of(reference, Config::parse("{\"*\": {derivative: 7}}", "bc"));
  const std::string conditions = "bc_ops: {\"a:divergence\": {value: 0.5}, \"*:vector_laplace\": {value: 0.5}}\n";
  const auto found = run_pde(interpreted + equations + conditions + grid + initial, serial(2), self());
  CHECK(largest_difference(found->values, expected) <= 1e-12 * scale(expected));
}
