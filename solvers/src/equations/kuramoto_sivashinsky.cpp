// The Kuramoto-Sivashinsky equation dc/dt = -lap c - nu lap lap c - 1/2 |grad c|^2: chaos, of flame fronts for example.
//
// Kuramoto and Tsuzuki 1976 (Prog. Theor. Phys. 55), Sivashinsky 1977 (Acta Astronaut. 4).
#include <cmath>
#include <sstream>

#include "terms.hpp"
#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/kuramoto_sivashinsky.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::kuramoto_sivashinsky::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// From lap c and c.
Kernel make_rate(const Stages& stages, const Stencil& stencil, double nu) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> laplacian(panel, 0, stencil);
      Neighbours<Real, Points> c(panel, 1, stencil);
      const P minus_nu = laplacian.laplacian_factor(-nu);
      const P minus_half(-0.5);
      const P zero(0);
      const auto rate = [&](auto cell) TESSERA_PER_CELL {
        const P steepening = fma(minus_half, c.gradient_squared(cell), zero - laplacian(cell));
        return laplacian.add_laplacian(minus_nu, steepening, cell);
      };
      write_rows<Real>(panel, 2, rate, laplacian, c);
    };
  });
}

}  // namespace tessera::equations::kuramoto_sivashinsky::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::kuramoto_sivashinsky {

HWY_EXPORT(make_rate);

const std::vector<ConfigKey> coefficients{keys::number("nu", keys::positive, "1", "ν")};

class KuramotoSivashinsky final : public Equation {
 public:
  explicit KuramotoSivashinsky(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        nu_(input.section.number(coefficients[0])),
        boundary_(input.boundary("laplacian", "c")) {}

  std::vector<std::string> fields() const override { return {"c"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Kuramoto-Sivashinsky: dc/dt = -lap c - " << nu_ << " lap lap c - 1/2 |grad c|^2";
    return text.str();
  }
  /// With s a bound for -lap: |lap(1 + nu lap)| is at most nu s^2 - s, or 1/(4 nu).
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    const double s = stencil_.laplacian_bound();
    return {std::max(s * (nu_ * s - 1), 0.25 / nu_) + stencil_.steepening_bound(amplitudes[0]), 0};
  }
  void add_stages(const Evaluation& e) const override {
    const Reach around = stencil_.around();
    const Stages::Quantity laplacian = e.stages.temporary(Location::cells, &boundary_, e.moment);
    e.stages.add("Laplacian", {{e.fields[0], around}}, {laplacian}, make_laplacian(e.stages, stencil_));
    e.stages.add("rate", {{laplacian, around}, {e.fields[0], around}}, {e.rates[0]},
                 HWY_DYNAMIC_DISPATCH(make_rate)(e.stages, stencil_, nu_));
  }

 private:
  Stencil stencil_;
  double nu_;          // length squared
  Boundary boundary_;  // of the Laplacian
};

extern const EquationEntry entry;
const EquationEntry entry{2,
                          make_equation<KuramotoSivashinsky>,
                          0,
                          "∂c/∂t = −∇²c − ν ∇²∇²c − ½ |∇c|²",
                          coefficients,
                          "`laplacian`: that of c"};

}  // namespace tessera::equations::kuramoto_sivashinsky
#endif
