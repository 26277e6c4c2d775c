// The Klein-Gordon equation du/dt = v, dv/dt = s^2 lap u - m^2 u; without mass, the wave equation.
#include <cmath>
#include <sstream>

#include "tessera/solvers/equation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "equations/klein_gordon.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::equations::klein_gordon::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// v, which is the rate of u.
Kernel make_rate_of_u(const Stages& stages, const Stencil& stencil) {
  return for_stencil(stages, stencil, [&]<class Real, int>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      Values<Real> v(panel, 0);
      write_rows<Real>(
          panel, 1, [&](auto cell) TESSERA_PER_CELL { return v(cell); }, v);
    };
  });
}

Kernel make_rate_of_v(const Stages& stages, const Stencil& stencil, double speed, double mass) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> u(panel, 0, stencil);
      const P stiffness = u.laplacian_factor(speed * speed);
      const P minus_m2(-mass * mass);
      const auto rate = [&](auto cell)
                            TESSERA_PER_CELL { return u.add_laplacian(stiffness, minus_m2 * u(cell), cell); };
      write_rows<Real>(panel, 1, rate, u);
    };
  });
}

/// v^2/2 + s^2/2 |grad u|^2 + m^2/2 u^2 from u and v, which never changes between walls that u does not do work on.
Kernel make_energy(const Stages& stages, const Stencil& stencil, double speed, double mass) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> u(panel, 0, stencil);
      Values<Real> v(panel, 1);
      const P half(0.5);
      const P s2(speed * speed);
      const P m2(mass * mass);
      const auto energy = [&](auto cell) TESSERA_PER_CELL {
        const P squares = fma(m2, u(cell) * u(cell), v(cell) * v(cell));
        return half * fma(s2, u.gradient_squared_on_faces(cell), squares);
      };
      write_rows<Real>(panel, 2, energy, u, v);
    };
  });
}

}  // namespace tessera::equations::klein_gordon::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::equations::klein_gordon {

HWY_EXPORT(make_rate_of_u);
HWY_EXPORT(make_rate_of_v);
HWY_EXPORT(make_energy);

class KleinGordon final : public Equation {
 public:
  KleinGordon(const EquationInput& input, double mass)
      : stencil_(input.config, input.domain.grid()), speed_(input.positive("speed", 1)), mass_(mass) {}

  std::vector<std::string> fields() const override { return {"u", "v"}; }
  std::string describe() const override {
    std::ostringstream text;
    text << (mass_ == 0 ? "Wave" : "Klein-Gordon") << ": du/dt = v, dv/dt = " << speed_ << "^2 lap u";
    if (mass_ != 0) text << " - " << mass_ << "^2 u";
    return text.str();
  }
  Spectrum spectrum(const std::vector<double>&) const override {
    return {0, std::sqrt(speed_ * speed_ * stencil_.laplacian_bound() + mass_ * mass_)};
  }
  void add_stages(const Evaluation& e) const override {
    e.stages.add("rate of u", {{e.fields[1], {}}}, {e.rates[0]},
                 HWY_DYNAMIC_DISPATCH(make_rate_of_u)(e.stages, stencil_));
    e.stages.add("rate of v", {{e.fields[0], stencil_.around()}}, {e.rates[1]},
                 HWY_DYNAMIC_DISPATCH(make_rate_of_v)(e.stages, stencil_, speed_, mass_));
  }
  bool add_energy(Stages& stages, const std::vector<Stages::Quantity>& fields,
                  Stages::Quantity density) const override {
    stages.add("energy", {{fields[0], stencil_.around()}, {fields[1], {}}}, {density},
               HWY_DYNAMIC_DISPATCH(make_energy)(stages, stencil_, speed_, mass_));
    return true;
  }

 private:
  Stencil stencil_;
  double speed_;  // length per time
  double mass_;   // per time
};

std::unique_ptr<Equation> make(const EquationInput& input, double mass) {
  return std::make_unique<KleinGordon>(input, mass);
}

extern const EquationEntry entry;
const EquationEntry entry{1, [](const EquationInput& input) { return make(input, input.section.number("mass", 1)); }};

}  // namespace tessera::equations::klein_gordon
#endif
