#include "tessera/solvers/cahn_hilliard.hpp"

#include "explicit_finish.hpp"

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cahn_hilliard.cpp"
#include <hwy/foreach_target.h>

#include "explicit_finish-inl.hpp"
#include "laplacian-inl.hpp"

#ifndef TESSERA_CAHN_HILLIARD_COEFFICIENTS
#define TESSERA_CAHN_HILLIARD_COEFFICIENTS
namespace tessera::cahn_hilliard {
struct Coefficients {
  int dimensions = 1;
  std::array<double, 3> laplacian{};  // 1 / spacing^2 of each dimension
  double width = 1;                   // w, length squared
  double rate = 0;                    // k, per time
  double target = 0;                  // c0
};
}  // namespace tessera::cahn_hilliard
#endif

HWY_BEFORE_NAMESPACE();
namespace tessera::cahn_hilliard::HWY_NAMESPACE {
namespace {

using namespace tessera::HWY_NAMESPACE;

/// The chemical potential c^3 - c - w lap c. Reads c, writes mu.
template <class Real, int Axes>
void potential_rows(const Panel& panel, const Coefficients& coefficients) {
  using P = Pack<Real>;
  std::array<double, 3> factors = coefficients.laplacian;
  for (double& factor : factors) factor *= -coefficients.width;
  const P minus_one(Real(-1));
  Laplacian<Real, Axes> laplacian(panel.operand<const Real>(0), factors);
  const auto mu = panel.operand<Real>(1);
  for (Index j = 0; j < panel.rows; ++j) {
    laplacian.begin_row(j);
    Real* out = mu(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      const P c = laplacian.centre(cell);
      cell.store(out, laplacian.add_to(c * fma(c, c, minus_one), cell));
    });
  }
}

/// The rate of change lap mu - k (c - c0), and what becomes of it. Reads mu, c, and what the finish reads.
template <class Real, int Axes, int Outputs, bool Compared>
void rate_rows(const Panel& panel, const Coefficients& coefficients, const Finish& finish) {
  using P = Pack<Real>;
  const P minus_rate(static_cast<Real>(-coefficients.rate));
  const P source(static_cast<Real>(coefficients.rate * coefficients.target));
  Laplacian<Real, Axes> laplacian(panel.operand<const Real>(0), coefficients.laplacian);
  const auto c_rows = panel.operand<const Real>(1);
  Finisher<Real, Outputs, Compared> finisher(finish, panel, 2);
  for (Index j = 0; j < panel.rows; ++j) {
    laplacian.begin_row(j);
    finisher.begin_row(j);
    const Real* c_row = c_rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      const P c = cell(c_row);
      finisher(cell, c, laplacian.add_to(fma(minus_rate, c, source), cell));
    });
  }
  finisher.end();
}

}  // namespace

Kernel make_potential(const Coefficients& coefficients, Precision precision) {
  return specialise(precision, coefficients.dimensions, [&]<class Real, int Axes>() -> Kernel {
    return [coefficients](const Panel& panel) { potential_rows<Real, Axes>(panel, coefficients); };
  });
}

Kernel make_rate(const Coefficients& coefficients, Precision precision, const Finish& finish) {
  const auto make = [&]<class Real, int Axes, int Outputs, bool Compared>() -> Kernel {
    return [=](const Panel& panel) { rate_rows<Real, Axes, Outputs, Compared>(panel, coefficients, finish); };
  };
  return choose_finish(make, precision, coefficients.dimensions, finish);
}

}  // namespace tessera::cahn_hilliard::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "explicit_solver.hpp"

namespace tessera::cahn_hilliard {

HWY_EXPORT(make_potential);
HWY_EXPORT(make_rate);

namespace {

class Equation {
 public:
  static constexpr Index reach = cahn_hilliard::reach;
  static constexpr const char* field_name = "c";

  Equation(const Config& config, Domain& domain, const Parameters& parameters)
      : coefficients_(read(config.section("cahn_hilliard"), domain.grid())),
        boundary_c_(domain, config.at("grid"), "boundary", parameters, {"value", "derivative"}),
        boundary_mu_(domain, config.section("cahn_hilliard"), "boundary", parameters, {"value", "derivative"}) {}

  std::string describe() const {
    std::ostringstream text;
    text << "Cahn-Hilliard: dc/dt = lap(c^3 - c - " << coefficients_.width << " lap c) - " << coefficients_.rate
         << " (c - " << coefficients_.target << ")";
    return text.str();
  }

  /// Gershgorin: |lap| <= s, so |lap((3 c^2 - 1) u - w lap u) - k u| <= s (max |3 c^2 - 1| + w s) + k.
  double spectral_bound(double amplitude) const {
    double s = 0;
    for (const double factor : coefficients_.laplacian) s += 4 * factor;
    return s * (std::max(1.0, 3 * amplitude * amplitude - 1) + coefficients_.width * s) + coefficients_.rate;
  }

  const Boundary& boundary() const { return boundary_c_; }

  void add_stages(Stages& stages, Stages::Quantity c, const std::vector<Stages::Input>& more,
                  const std::vector<Stages::Quantity>& outputs, const Finish& finish, std::size_t moment) const {
    const Reach around = Reach::around(coefficients_.dimensions, 1);
    const Stages::Quantity mu = stages.temporary(Location::cells, &boundary_mu_, moment);
    stages.add("chemical potential", {{c, around}}, {mu},
               HWY_DYNAMIC_DISPATCH(make_potential)(coefficients_, stages.precision()));
    std::vector<Stages::Input> inputs{{mu, around}, {c, {}}};
    inputs.insert(inputs.end(), more.begin(), more.end());
    stages.add("rate", inputs, outputs, HWY_DYNAMIC_DISPATCH(make_rate)(coefficients_, stages.precision(), finish));
  }

 private:
  static Coefficients read(const Config& section, const Grid& grid) {
    Coefficients result;
    result.dimensions = grid.dimensions();
    for (int d = 0; d < grid.dimensions(); ++d) {
      const double spacing = grid.spacing(grid.first_axis() + d);
      result.laplacian[static_cast<std::size_t>(d)] = 1 / (spacing * spacing);
    }
    if (section.has("interface_width")) result.width = section.at("interface_width").positive();
    result.rate = section.number("rate", 0);
    result.target = section.number("target", 0);
    return result;
  }

  Coefficients coefficients_;
  Boundary boundary_c_;
  Boundary boundary_mu_;
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
#endif
