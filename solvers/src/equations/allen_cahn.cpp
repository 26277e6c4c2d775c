// The Allen-Cahn equation dc/dt = M (w lap c - c^3 + c): phases that are not conserved.
//
// Allen and Cahn 1979 (Acta Metall. 27).
#include <cmath>
#include <sstream>

#include "terms.hpp"
#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/allen_cahn.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::allen_cahn::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

Kernel make_rate(const Stages& stages, const Stencil& stencil, double mobility, double width) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> c(panel, 0, stencil);
      const P m(mobility);
      const P minus_m(-mobility);
      const P diffusivity = c.laplacian_factor(mobility * width);
      const auto rate = [&](auto cell) TESSERA_PER_CELL {
        const P value = c(cell);
        return c.add_laplacian(diffusivity, value * fma(minus_m, value * value, m), cell);
      };
      write_rows<Real>(panel, 1, rate, c);
    };
  });
}

}  // namespace tessera::equations::allen_cahn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::allen_cahn {

HWY_EXPORT(make_rate);

class AllenCahn final : public Equation {
 public:
  explicit AllenCahn(const EquationInput& input)
      : stencil_(input.config, input.domain.grid()),
        mobility_(input.positive("mobility", 1)),
        width_(input.positive("interface_width", 1)) {}

  std::vector<std::string> fields() const override { return {"c"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << "Allen-Cahn: dc/dt = " << mobility_ << " (" << width_ << " lap c - c^3 + c)";
    return text.str();
  }
  Spectrum spectrum(const std::vector<double>& amplitudes) const override {
    return {mobility_ * (width_ * stencil_.laplacian_bound() + std::max(1.0, 3 * amplitudes[0] * amplitudes[0] - 1)),
            0};
  }
  std::vector<double> expected_amplitudes() const override { return {1}; }  // of the two phases
  void add_stages(const Evaluation& e) const override {
    e.stages.add("rate", {{e.fields[0], stencil_.around()}}, {e.rates[0]},
                 HWY_DYNAMIC_DISPATCH(make_rate)(e.stages, stencil_, mobility_, width_));
  }
  bool add_energy(Stages& stages, const std::vector<Stages::Quantity>& fields,
                  Stages::Quantity density) const override {
    stages.add("energy", {{fields[0], stencil_.around()}}, {density},
               make_double_well_energy(stages, stencil_, width_));
    return true;
  }

 private:
  Stencil stencil_;
  double mobility_;  // per time
  double width_;     // length squared
};

extern const EquationEntry entry;
const EquationEntry entry{1, make_equation<AllenCahn>};

}  // namespace tessera::equations::allen_cahn
#endif
