// py-pde's Cartesian cases (tests/data/README.md), on several layouts, and in single precision.
#include <doctest/doctest.h>

#include "explicit_reference.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

struct Named {
  const char* name;
  const char* equation;  // the key `equation` and the equation's section
  std::vector<std::string> fields = {"c"};
};

const std::vector<Named>& cases() {
  static const std::vector<Named> all{
      {"ch_per_euler", "equation: cahn-hilliard"},
      {"ch_neu_euler", "equation: cahn-hilliard"},
      {"ch_neu_rk4", "equation: cahn-hilliard"},
      {"ch1d_neu_euler", "equation: cahn-hilliard"},
      {"chk_per_euler", "equation: cahn-hilliard\ncahn_hilliard: {rate: 0.01, target: 0.5}"},
      {"chk_neu_euler", "equation: cahn-hilliard\ncahn_hilliard: {rate: 0.01, target: 0.5}"},
      {"chk_neu_adamsbashforth", "equation: cahn-hilliard\ncahn_hilliard: {rate: 0.01, target: 0.5}"},
      {"chclass_iw2_neu_euler", "equation: cahn-hilliard\ncahn_hilliard: {interface_width: 2}"},
      {"chk_neu_adaptive_euler", "equation: cahn-hilliard\ncahn_hilliard: {rate: 0.01, target: 0.5}"},
      {"chk_neu_adaptive_euler_tight", "equation: cahn-hilliard\ncahn_hilliard: {rate: 0.01, target: 0.5}"},
      {"chk_neu_adaptive_rkf45", "equation: cahn-hilliard\ncahn_hilliard: {rate: 0.01, target: 0.5}"},
      {"diff1d_value", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff1d_value_lr", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff1d_derivative", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff1d_mixed", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff1d_curvature", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff1d_value_expr_t", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff1d_periodic", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff1d_antiperiodic", "equation: diffusion\ndiffusion: {diffusivity: 0.8}"},
      {"diff2d_all_sides", "equation: diffusion\ndiffusion: {diffusivity: 0.7}"},
      {"diff2d_expr_txy", "equation: diffusion\ndiffusion: {diffusivity: 0.7}"},
      {"diff2d_dirichlet0", "equation: diffusion\ndiffusion: {diffusivity: 0.7}"},
      {"diff2d_neumann0", "equation: diffusion\ndiffusion: {diffusivity: 0.7}"},
      {"diff3d_neu", "equation: diffusion\ndiffusion: {diffusivity: 0.7}"},
      {"brusselator", "equation: brusselator", {"u", "v"}},
      {"ks_per", "equation: kuramoto-sivashinsky"},
      {"sh_neu", "equation: swift-hohenberg"},
      {"allencahn_neu", "equation: allen-cahn\nallen_cahn: {mobility: 0.8, interface_width: 1.5}"},
      {"kpz_neu", "equation: kpz", {"h"}},
      {"wave_neu", "equation: wave\nwave: {speed: 1.5}", {"u", "v"}},
      {"kleingordon_neu", "equation: klein-gordon\nklein_gordon: {speed: 1.5, mass: 0.7}", {"u", "v"}},
  };
  return all;
}

}  // namespace

TEST_CASE("every Cartesian case of these equations, boundaries and steppers") {
  const DataFile file("explicit_cases.h5");
  for (const Named& named : cases()) {
    const std::string name = named.name;
    CAPTURE(name);
    const Config reference = Config::parse(file.text(name, "case"), name);
    const std::string config = config_of(named.equation, named.fields, reference);
    check_case(file, name, reference, config, config);
  }
}

TEST_CASE("the Laplacian and the gradient's square, in one step of Euler's method") {
  const DataFile file("explicit_cases.h5");
  for (const std::string name : {"op_cart1d", "op_cart2d", "op_cart3d"}) {
    CAPTURE(name);
    const Config reference = Config::parse(file.text(name, "case"), name);
    const auto laplacian = file.values(name + "/s_laplace");
    const auto squares = file.values(name + "/s_gradient_squared");
    const std::string grid = grid_of(reference, reference.at("bc_scalar"));
    const std::string initial = ": \"" + reference.at("scalar_expr").text() + "\"}\ntime: {step: 1, steps: 1}\n";
    const int dimensions = static_cast<int>(reference.at("grid").at("shape").items().size());
    auto expected = file.values(name + "/scalar");
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += 1e-3 * laplacian[i];
    const auto diffused =
        run_pde("equation: diffusion\ndiffusion: {diffusivity: 1e-3}\n" + grid + "initial: {c" + initial,
                serial(dimensions), self());
    CHECK(largest_difference(diffused->values, expected) <= 1e-12 * scale(expected));
    expected = file.values(name + "/scalar");
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += 1e-4 * laplacian[i] + 1e-4 * squares[i];
    const auto grown = run_pde("equation: kpz\nkpz: {nu: 1e-4, lambda: 2e-4}\n" + grid + "initial: {h" + initial,
                               serial(dimensions), self());
    CHECK(largest_difference(grown->values, expected) <= 1e-12 * scale(expected));
  }
}
