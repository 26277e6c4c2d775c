// The Gray-Scott equations du/dt = D_u lap u - u v^2 + F (1 - u), dv/dt = D_v lap v + u v^2 - (F + k) v: spots that divide.
//
// Gray and Scott 1984 (Chem. Eng. Sci. 39); Pearson 1993 (Science 261), with his coefficients as defaults.
#include <cmath>
#include <sstream>

#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/gray_scott.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::gray_scott::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// From u and v.
Kernel make_rate_of_u(const Stages& stages, const Stencil& stencil, double diffusivity, double feed) {
  return make_diffusion_and_reaction(stages, stencil, diffusivity, [=]<class P>() HWY_ATTR {
    return [feed = P(feed)](P u, P v) TESSERA_PER_CELL { return feed - u * fma(v, v, feed); };
  });
}

/// From v and u.
Kernel make_rate_of_v(const Stages& stages, const Stencil& stencil, double diffusivity, double loss) {
  return make_diffusion_and_reaction(stages, stencil, diffusivity, [=]<class P>() HWY_ATTR {
    return [minus_loss = P(-loss)](P v, P u) TESSERA_PER_CELL { return v * fma(u, v, minus_loss); };
  });
}

}  // namespace tessera::equations::gray_scott::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::gray_scott {

HWY_EXPORT(make_rate_of_u);
HWY_EXPORT(make_rate_of_v);

class GrayScott final : public Equation {
 public:
  explicit GrayScott(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        feed_(input.not_negative("feed", 0.04)),
        kill_(input.not_negative("kill", 0.06)),
        diffusivity_u_(input.not_negative("diffusivity_u", 2e-5)),
        diffusivity_v_(input.not_negative("diffusivity_v", 1e-5)) {}

  std::vector<std::string> fields() const override { return {"u", "v"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Gray-Scott: du/dt = " << diffusivity_u_ << " lap u - u v^2 + " << feed_
         << " (1 - u), dv/dt = " << diffusivity_v_ << " lap v + u v^2 - (" << feed_ << " + " << kill_ << ") v";
    return text.str();
  }
  /// Gershgorin, by rows.
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    const double v = amplitudes[1];
    const double uv = amplitudes[0] * v;
    const double s = stencil_.laplacian_bound();
    return {std::max(diffusivity_u_ * s + v * v + feed_ + 2 * uv, diffusivity_v_ * s + v * v + 2 * uv + feed_ + kill_),
            0};
  }
  std::vector<double> expected_amplitudes() const override { return {1, 0.5}; }
  void add_stages(const Evaluation& e) const override {
    const Reach around = stencil_.around();
    e.stages.add("rate of u", {{e.fields[0], around}, {e.fields[1], {}}}, {e.rates[0]},
                 HWY_DYNAMIC_DISPATCH(make_rate_of_u)(e.stages, stencil_, diffusivity_u_, feed_));
    e.stages.add("rate of v", {{e.fields[1], around}, {e.fields[0], {}}}, {e.rates[1]},
                 HWY_DYNAMIC_DISPATCH(make_rate_of_v)(e.stages, stencil_, diffusivity_v_, feed_ + kill_));
  }

 private:
  Stencil stencil_;
  double feed_, kill_;  // per time
  double diffusivity_u_, diffusivity_v_;
};

extern const EquationEntry entry;
const EquationEntry entry{1, make_equation<GrayScott>};

}  // namespace tessera::equations::gray_scott
#endif
