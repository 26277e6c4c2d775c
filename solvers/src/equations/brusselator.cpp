// The Brusselator du/dt = D_u lap u + a - (1 + b) u + u^2 v, dv/dt = D_v lap v + b u - u^2 v: chemical oscillations and
// patterns.
//
// Prigogine and Lefever 1968 (J. Chem. Phys. 48). Uniform: u = a, v = b/a, unstable where b > 1 + a^2.
#include <cmath>
#include <sstream>

#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/brusselator.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::brusselator::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// From u and v.
Kernel make_rate_of_u(const Stages& stages, const Stencil& stencil, double diffusivity, double a, double b) {
  return make_diffusion_and_reaction(stages, stencil, diffusivity, [=]<class P>() HWY_ATTR {
    return [loss = P(-1 - b), feed = P(a)](P u, P v) TESSERA_PER_CELL { return fma(u, fma(u, v, loss), feed); };
  });
}

/// From v and u.
Kernel make_rate_of_v(const Stages& stages, const Stencil& stencil, double diffusivity, double b) {
  return make_diffusion_and_reaction(stages, stencil, diffusivity, [=]<class P>() HWY_ATTR {
    return [gain = P(b)](P v, P u) TESSERA_PER_CELL { return u * (gain - u * v); };
  });
}

}  // namespace tessera::equations::brusselator::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::brusselator {

HWY_EXPORT(make_rate_of_u);
HWY_EXPORT(make_rate_of_v);

class Brusselator final : public Equation {
 public:
  explicit Brusselator(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        a_(input.section.number("a", 1)),
        b_(input.section.number("b", 3)),
        diffusivity_u_(input.not_negative("diffusivity_u", 1)),
        diffusivity_v_(input.not_negative("diffusivity_v", 0.1)) {}

  std::vector<std::string> fields() const override { return {"u", "v"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Brusselator: du/dt = " << diffusivity_u_ << " lap u + " << a_ << " - (1 + " << b_
         << ") u + u^2 v, dv/dt = " << diffusivity_v_ << " lap v + " << b_ << " u - u^2 v";
    return text.str();
  }
  /// Gershgorin, by rows.
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    const double u = amplitudes[0];
    const double uv = u * amplitudes[1];
    const double s = stencil_.laplacian_bound();
    return {std::max(diffusivity_u_ * s + std::abs(1 + b_) + 2 * uv + u * u,
                     diffusivity_v_ * s + std::abs(b_) + 2 * uv + u * u),
            0};
  }
  void add_stages(const Evaluation& e) const override {
    const Reach around = stencil_.around();
    e.stages.add("rate of u", {{e.fields[0], around}, {e.fields[1], {}}}, {e.rates[0]},
                 HWY_DYNAMIC_DISPATCH(make_rate_of_u)(e.stages, stencil_, diffusivity_u_, a_, b_));
    e.stages.add("rate of v", {{e.fields[1], around}, {e.fields[0], {}}}, {e.rates[1]},
                 HWY_DYNAMIC_DISPATCH(make_rate_of_v)(e.stages, stencil_, diffusivity_v_, b_));
  }

 private:
  Stencil stencil_;
  double a_, b_;
  double diffusivity_u_, diffusivity_v_;
};

extern const EquationEntry entry;
const EquationEntry entry{1, make_equation<Brusselator>};

}  // namespace tessera::equations::brusselator
#endif
