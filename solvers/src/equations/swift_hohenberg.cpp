// The Swift-Hohenberg equation dc/dt = (e - k^2) c - 2 k lap c - lap lap c + d c^2 - c^3, k being kc2: patterns with a wave
// number of their own.
//
// Swift and Hohenberg 1977 (Phys. Rev. A 15).
#include <cmath>
#include <sstream>

#include "terms.hpp"
#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/swift_hohenberg.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::swift_hohenberg::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// From lap c and c; `local`: e - k^2.
Kernel make_rate(const Stages& stages, const Stencil& stencil, double local, double kc2, double delta) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> laplacian(panel, 0, stencil);
      Values<Real> c(panel, 1);
      const P linear(local);
      const P minus_2k(-2 * kc2);
      const P quadratic(delta);
      const P minus_one = laplacian.laplacian_factor(-1);
      const auto rate = [&](auto cell) TESSERA_PER_CELL {
        const P value = c(cell);
        const P polynomial = value * fma(value, quadratic - value, linear);
        return laplacian.add_laplacian(minus_one, fma(minus_2k, laplacian(cell), polynomial), cell);
      };
      write_rows<Real>(panel, 2, rate, laplacian, c);
    };
  });
}

}  // namespace tessera::equations::swift_hohenberg::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::swift_hohenberg {

HWY_EXPORT(make_rate);

const std::vector<ConfigKey> coefficients{keys::number("rate", keys::any, "0.1", "ε"),
                                          keys::number("kc2", keys::any, "1", "k"),
                                          keys::number("delta", keys::any, "1", "δ")};

class SwiftHohenberg final : public Equation {
 public:
  explicit SwiftHohenberg(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        rate_(input.section.number(coefficients[0])),
        kc2_(input.section.number(coefficients[1])),
        delta_(input.section.number(coefficients[2])),
        boundary_(input.boundary("laplacian", "c")) {}

  std::vector<std::string> fields() const override { return {"c"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Swift-Hohenberg: dc/dt = (" << rate_ << " - " << kc2_ << "^2) c - 2 " << kc2_ << " lap c - lap lap c + "
         << delta_ << " c^2 - c^3";
    return text.str();
  }
  /// The linear part is e - (k + lap)^2, with -lap from 0 to s.
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    const double s = stencil_.laplacian_bound();
    const double a = amplitudes[0];
    const double linear = std::max((kc2_ - s) * (kc2_ - s), kc2_ * kc2_);
    return {linear + std::abs(rate_) + a * (2 * std::abs(delta_) + 3 * a), 0};
  }
  void add_stages(const Evaluation& e) const override {
    const Reach around = stencil_.around();
    const Stages::Quantity laplacian = e.stages.temporary(Location::cells, &boundary_, e.moment);
    e.stages.add("Laplacian", {{e.fields[0], around}}, {laplacian}, make_laplacian(e.stages, stencil_));
    e.stages.add("rate", {{laplacian, around}, {e.fields[0], {}}}, {e.rates[0]},
                 HWY_DYNAMIC_DISPATCH(make_rate)(e.stages, stencil_, rate_ - kc2_ * kc2_, kc2_, delta_));
  }

 private:
  Stencil stencil_;
  double rate_;  // e, per time
  double kc2_;   // k, the square of the wave number
  double delta_;
  Boundary boundary_;  // of the Laplacian
};

extern const EquationEntry entry;
const EquationEntry entry{2,
                          make_equation<SwiftHohenberg>,
                          0,
                          "∂c/∂t = (ε − k²) c − 2 k ∇²c − ∇²∇²c + δ c² − c³",
                          coefficients,
                          "`laplacian`: that of c"};

}  // namespace tessera::equations::swift_hohenberg
#endif
