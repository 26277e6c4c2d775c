// The Kardar-Parisi-Zhang equation dh/dt = nu lap h + l/2 |grad h|^2, without noise: a growing interface.
//
// Kardar, Parisi and Zhang 1986 (Phys. Rev. Lett. 56). With it, exp(l h/(2 nu)) diffuses (Cole and Hopf).
#include <cmath>
#include <sstream>

#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/kpz.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::kpz::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

Kernel make_rate(const Stages& stages, const Stencil& stencil, double nu, double half_lambda) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> h(panel, 0, stencil);
      const P diffusivity = h.laplacian_factor(nu);
      const P growth(half_lambda);
      const auto rate = [&](auto cell) TESSERA_PER_CELL {
        return h.add_laplacian(diffusivity, growth * h.gradient_squared(cell), cell);
      };
      write_rows<Real>(panel, 1, rate, h);
    };
  });
}

}  // namespace tessera::equations::kpz::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::kpz {

HWY_EXPORT(make_rate);

class Kpz final : public Equation {
 public:
  explicit Kpz(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        nu_(input.positive("nu", 0.5)),
        lambda_(input.section.number("lambda", 2)) {}

  std::vector<std::string> fields() const override { return {"h"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Kardar-Parisi-Zhang: dh/dt = " << nu_ << " lap h + " << lambda_ << "/2 |grad h|^2";
    return text.str();
  }
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    return {nu_ * stencil_.laplacian_bound() + std::abs(lambda_) * stencil_.steepening_bound(amplitudes[0]), 0};
  }
  void add_stages(const Evaluation& e) const override {
    e.stages.add("rate", {{e.fields[0], stencil_.around()}}, {e.rates[0]},
                 HWY_DYNAMIC_DISPATCH(make_rate)(e.stages, stencil_, nu_, 0.5 * lambda_));
  }

 private:
  Stencil stencil_;
  double nu_;      // length squared per time
  double lambda_;  // length squared per time and height
};

extern const EquationEntry entry;
const EquationEntry entry{1, make_equation<Kpz>};

}  // namespace tessera::equations::kpz
#endif
