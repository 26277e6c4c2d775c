// The diffusion equation dc/dt = D lap c + s(x, t), also of heat.
#include <optional>
#include <sstream>

#include "equation_source.hpp"
#include "terms.hpp"
#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/diffusion.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::diffusion::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

Kernel make_rate(const Stages& stages, const Stencil& stencil, double diffusivity) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> c(panel, 0, stencil);
      const P d = c.laplacian_factor(diffusivity);
      write_rows<Real>(
          panel, 1, [&](auto cell) TESSERA_PER_CELL { return c.add_laplacian(d, P(0), cell); }, c);
    };
  });
}

}  // namespace tessera::equations::diffusion::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::diffusion {

HWY_EXPORT(make_rate);

class Diffusion final : public Equation {
 public:
  explicit Diffusion(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()), diffusivity_(input.positive("diffusivity", 1)) {
    if (input.section.has("source")) source_.emplace(input, input.section.at("source"));
  }

  std::vector<std::string> fields() const override { return {"c"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Diffusion: dc/dt = " << diffusivity_ << " lap c" << (source_ ? " + " + source_->text() : "");
    return text.str();
  }
  Spectrum spectrum(const std::vector<double>&) const override {
    return {diffusivity_ * stencil_.laplacian_bound(), 0};
  }
  void add_stages(const Evaluation& e) const override {
    std::vector<Stages::Input> inputs{{e.fields[0], stencil_.around()}};
    if (source_) inputs.push_back({source_->add_stage(e), {}});
    e.stages.add("rate", inputs, {e.rates[0]},
                 source_ ? make_diffusion_and_source(e.stages, stencil_, diffusivity_)
                         : HWY_DYNAMIC_DISPATCH(make_rate)(e.stages, stencil_, diffusivity_));
  }

 private:
  Stencil stencil_;
  double diffusivity_;  // length squared per time
  std::optional<Source> source_;
};

extern const EquationEntry entry;
const EquationEntry entry{1, make_equation<Diffusion>};

}  // namespace tessera::equations::diffusion
#endif
