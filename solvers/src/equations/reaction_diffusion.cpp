// Reaction and diffusion of any number of substances: dc_i/dt = D_i lap c_i + f_i(c, x, t).
#include <algorithm>
#include <sstream>

#include "equation_source.hpp"
#include "field_names.hpp"
#include "terms.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera::equations::reaction_diffusion {

class ReactionDiffusion final : public Equation {
 public:
  explicit ReactionDiffusion(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        names_(read_field_names(input.config.at("initial"), input.parameters)) {
    const Config diffusivities = input.section.at("diffusivity");
    const Config reactions = input.section.at("reaction");
    for (const std::string& name : names_) {
      diffusivity_.push_back(diffusivities.has(name) ? diffusivities.at(name).not_negative() : 0);
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
                   {e.rates[f]}, make_diffusion_and_source(e.stages, stencil_, diffusivity_[f]));
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
