#include "tessera/solvers/cahn_hilliard.hpp"

#include "explicit_solver.hpp"
#include "laplacian.hpp"

namespace tessera::cahn_hilliard {
namespace {

struct Coefficients {
  double width = 1;   // w, length squared
  double rate = 0;    // k, per time
  double target = 0;  // c0
};

class Equation {
 public:
  static constexpr Index reach = cahn_hilliard::reach;
  static constexpr const char* field_name = "c";

  Equation(const Config& config, Domain& domain, const Parameters& parameters)
      : domain_(domain),
        coefficients_(read(config.section("cahn_hilliard"))),
        boundary_c_(domain, config.at("grid"), "boundary", parameters),
        boundary_mu_(domain, config.section("cahn_hilliard"), "boundary", parameters),
        mu_(domain, "mu", Location::cells, 1) {}

  std::string describe() const {
    std::ostringstream text;
    text << "Cahn-Hilliard: dc/dt = lap(c^3 - c - " << coefficients_.width << " lap c) - " << coefficients_.rate
         << " (c - " << coefficients_.target << ")";
    return text.str();
  }

  /// Gershgorin: |lap| <= s, so |lap((3 c^2 - 1) u - w lap u) - k u| <= s (max |3 c^2 - 1| + w s) + k.
  double spectral_bound(double amplitude) const {
    double s = 0;
    for (int a = domain_.grid().first_axis(); a < 3; ++a)
      s += 4 / (domain_.grid().spacing(a) * domain_.grid().spacing(a));
    return s * (std::max(1.0, 3 * amplitude * amplitude - 1) + coefficients_.width * s) + coefficients_.rate;
  }

  template <class MakeRow>
  void evaluate(const Block& block, Array& c, double time, const MakeRow& make_row) {
    switch (domain_.grid().dimensions()) {
      case 1: return evaluate<1>(block, c, time, make_row);
      case 2: return evaluate<2>(block, c, time, make_row);
      default: return evaluate<3>(block, c, time, make_row);
    }
  }

 private:
  static Coefficients read(const Config& section) {
    Coefficients result;
    if (section.has("interface_width")) result.width = section.at("interface_width").positive();
    result.rate = section.number("rate", 0);
    result.target = section.number("target", 0);
    return result;
  }

  template <int Axes, class MakeRow>
  void evaluate(const Block& block, Array& c, double time, const MakeRow& make_row) {
    const Laplacian<Axes> laplacian(domain_.grid());
    const double w = coefficients_.width;
    const double k_rate = coefficients_.rate;
    const double target = coefficients_.target;
    Array& mu = mu_[block];
    boundary_c_.apply(block, c, 2, time);
    // mu one layer around the block, so that its neighbours' values need no exchange of their own.
    const Box wide = domain_.grown(block, block.local(), 1);
    for_each_row(wide, [&](Index i, Index j) {
      double* __restrict out = mu.row(i, j);
      const auto at = laplacian.row(c, i, j);
      for (Index k = wide.lower[2]; k < wide.upper[2]; ++k) {
        const double u = at.centre[k];
        out[k] = u * u * u - u - w * at(k);
      }
    });
    boundary_mu_.apply(block, mu, 1, time);
    const Box cells = block.local();
    for_each_row(cells, [&](Index i, Index j) {
      const auto at = laplacian.row(mu, i, j);
      const double* c_row = c.row(i, j);
      const auto f = make_row(i, j);
      for (Index k = 0; k < cells.upper[2]; ++k) f(k, at(k) - k_rate * (c_row[k] - target));
    });
  }

  Domain& domain_;
  Coefficients coefficients_;
  Boundary boundary_c_;
  Boundary boundary_mu_;
  Field mu_;
};

}  // namespace

std::unique_ptr<Solver> make_solver(const Config& config, Domain& domain, const Parameters& parameters) {
  const Config time = config.at("time");
  const StepOptions options = read_step_options(time);
  Equation equation(config, domain, parameters);
  const double phase_limit = 2 / equation.spectral_bound(1);  // the two phases are near -1 and 1
  auto solver = std::make_unique<ExplicitSolver<Equation>>(domain, std::move(equation), options,
                                                           config.at("initial").at("c"), parameters);
  require_stable(domain, *solver, time, phase_limit);
  return solver;
}

}  // namespace tessera::cahn_hilliard
