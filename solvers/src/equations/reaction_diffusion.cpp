// Reaction and diffusion of any number of substances: dc_i/dt = D_i lap c_i + f_i(c, x, t).
#include <algorithm>
#include <sstream>

#include "equation_source.hpp"
#include "field_names.hpp"
#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/reaction_diffusion.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::reaction_diffusion::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// From a field and its reaction.
Kernel make_rate(const Stages& stages, const Stencil& stencil, double diffusivity) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      Neighbours<Real, Points> c(panel, 0, stencil);
      Values<Real> reaction(panel, 1);
      const auto d = c.laplacian_factor(diffusivity);
      write_rows<Real>(
          panel, 2, [&](auto cell) HWY_ATTR { return c.add_laplacian(d, reaction(cell), cell); }, c, reaction);
    };
  });
}

}  // namespace tessera::equations::reaction_diffusion::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::reaction_diffusion {

HWY_EXPORT(make_rate);

class ReactionDiffusion final : public Equation {
 public:
  explicit ReactionDiffusion(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        names_(read_field_names(input.config.at("initial"), input.parameters)) {
    const Config diffusivities = input.section.at("diffusivity");
    const Config reactions = input.section.at("reaction");
    for (const std::string& name : names_) {
      diffusivity_.push_back(diffusivities.number(name, 0));
      if (diffusivity_.back() < 0) diffusivities.at(name).fail("must not be negative");
      reaction_.emplace_back(input, reactions.at(name), names_);
    }
  }

  std::vector<std::string> fields() const override { return names_; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Reaction and diffusion: ";
    for (std::size_t f = 0; f < names_.size(); ++f) {
      text << (f > 0 ? ", " : "") << "d" << names_[f] << "/dt = " << diffusivity_[f] << " lap " << names_[f] << " + "
           << reaction_[f].text();
    }
    return text.str();
  }
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    double most = 0;
    for (std::size_t f = 0; f < names_.size(); ++f)
      most = std::max(most, diffusivity_[f] * stencil_.laplacian_bound() + reaction_[f].slope(amplitudes));
    return {most, 0};
  }
  void add_stages(const Evaluation& e) const override {
    for (std::size_t f = 0; f < names_.size(); ++f) {
      e.stages.add("rate of " + names_[f], {{e.fields[f], stencil_.around()}, {reaction_[f].add_stage(e), {}}},
                   {e.rates[f]}, HWY_DYNAMIC_DISPATCH(make_rate)(e.stages, stencil_, diffusivity_[f]));
    }
  }

 private:
  Stencil stencil_;
  std::vector<std::string> names_;
  std::vector<double> diffusivity_;  // length squared per time
  std::vector<Source> reaction_;
};

extern const EquationEntry entry;
const EquationEntry entry{1, make_equation<ReactionDiffusion>};

}  // namespace tessera::equations::reaction_diffusion
#endif
