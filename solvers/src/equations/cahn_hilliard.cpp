// The Cahn-Hilliard equation dc/dt = lap(c^3 - c - w lap c) - k (c - c0): phase separation.
//
// Cahn and Hilliard 1958 (J. Chem. Phys. 28), with the linear source of the numba-mpi paper's Listing 7 (Derlatka et al. 2024).
#include <algorithm>
#include <sstream>

#include "terms.hpp"
#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/cahn_hilliard.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::cahn_hilliard::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// c^3 - c - w lap c from c.
Kernel make_potential(const Stages& stages, const Stencil& stencil, double width) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> c(panel, 0, stencil);
      const P minus_one(-1);
      const P minus_width = c.laplacian_factor(-width);
      const auto potential = [&](auto cell) TESSERA_PER_CELL {
        const P value = c(cell);
        return c.add_laplacian(minus_width, value * fma(value, value, minus_one), cell);
      };
      write_rows<Real>(panel, 1, potential, c);
    };
  });
}

/// lap mu - k (c - c0) from mu and c.
Kernel make_rate(const Stages& stages, const Stencil& stencil, double rate, double target,
                 const std::optional<Fusion>& fusion) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> mu(panel, 0, stencil);
      Values<Real> c(panel, 1);
      const P minus_rate(-rate);
      const P source(rate * target);
      const P one = mu.laplacian_factor(1);
      const auto total = [&](auto cell)
                             TESSERA_PER_CELL { return mu.add_laplacian(one, fma(minus_rate, c(cell), source), cell); };
      write_rate<Real>(panel, 2, fusion, total, c, mu);
    };
  });
}

}  // namespace tessera::equations::cahn_hilliard::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::cahn_hilliard {

HWY_EXPORT(make_potential);
HWY_EXPORT(make_rate);

const std::vector<ConfigKey> coefficients{keys::number("interface_width", keys::positive, "1", "w"),
                                          keys::number("rate", keys::any, "0", "k"),
                                          keys::number("target", keys::any, "0", "c₀")};

class CahnHilliard final : public Equation {
 public:
  explicit CahnHilliard(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        width_(input.section.number(coefficients[0])),
        rate_(input.section.number(coefficients[1])),
        target_(input.section.number(coefficients[2])),
        boundary_mu_(input.boundary("mu")) {}

  std::vector<std::string> fields() const override { return {"c"}; }

  std::string describe() const override {
    std::ostringstream text;
    text << "Cahn-Hilliard: dc/dt = lap(c^3 - c - " << width_ << " lap c) - " << rate_ << " (c - " << target_ << ")";
    return text.str();
  }

  /// With s a bound for -lap: |lap(-1 - w lap)| is at most w s^2 - s, or 1/(4 w) where waves are too short to matter, and
  /// |lap 3 c^2| at most 3 c^2 s.
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    const double s = stencil_.laplacian_bound();
    const double linear = std::max(s * (width_ * s - 1), 0.25 / width_);
    return {linear + 3 * amplitudes[0] * amplitudes[0] * s + std::abs(rate_), 0};
  }
  std::vector<double> expected_amplitudes() const override { return {1}; }  // of the two phases

  void add_stages(const Evaluation& e) const override {
    const Reach around = stencil_.around();
    const Stages::Quantity mu = e.stages.temporary(Location::cells, &boundary_mu_, e.moment);
    e.stages.add("chemical potential", {{e.fields[0], around}}, {mu},
                 HWY_DYNAMIC_DISPATCH(make_potential)(e.stages, stencil_, width_));
    add_rate_stage(e, 0, "rate", {{mu, around}, {e.fields[0], {}}}, [&](const std::optional<Fusion>& fusion) {
      return HWY_DYNAMIC_DISPATCH(make_rate)(e.stages, stencil_, rate_, target_, fusion);
    });
  }

  bool add_energy(Stages& stages, const std::vector<Stages::Quantity>& fields,
                  Stages::Quantity density) const override {
    stages.add("energy", {{fields[0], stencil_.around()}}, {density},
               make_double_well_energy(stages, stencil_, width_));
    return true;
  }

 private:
  Stencil stencil_;
  double width_;  // length squared
  double rate_;   // per time
  double target_;
  Boundary boundary_mu_;
};

extern const EquationEntry entry;
const EquationEntry entry{2,
                          make_equation<CahnHilliard>,
                          0,
                          "∂c/∂t = ∇²μ − k (c − c₀), μ = c³ − c − w ∇²c",
                          coefficients,
                          "`mu`: zero derivative"};

}  // namespace tessera::equations::cahn_hilliard
#endif
