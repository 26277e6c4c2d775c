// Diffusion as advection: Courant numbers that cause its fluxes. Formulas and notation: docs/mpdata.md.
#include "mpdata_kernels.hpp"

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_diffusion.cpp"
#include <hwy/foreach_target.h>

#include "mpdata_faces-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

template <class Real, int Axes, bool Uniform, bool HasG>
void diffusive_rows(const Panel& panel, const Courant3& courant, const Courant3& diffusion, Real epsilon) {
  using P = Pack<Real>;
  constexpr std::size_t g_operand = 1 + (Uniform ? 0 : at(Axes));
  const P eps(epsilon);
  std::array<P, at(Axes)> constant;
  std::array<P, at(Axes)> weight;
  for (std::size_t d = 0; d < at(Axes); ++d) {
    constant[d] = P(courant[d]);
    weight[d] = P(-2 * diffusion[d]);
  }
  const auto psi_rows = panel.operand<const Real>(0);
  const OnFaces<Real, Axes> courant_rows(panel, 1, !Uniform);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const OnFaces<Real, Axes> number_rows(panel, g_operand + (HasG ? 1 : 0));
  for (Index j = 0; j < panel.rows; ++j) {
    const Around<Real, Axes> psi(psi_rows, j);
    const Around<Real, Axes> g(g_rows, j);
    const auto c = courant_rows.around(j);
    const auto numbers = number_rows.row(j);
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      const P right = psi(cell);
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const Index3 back = beside<Axes>(d);
        const P left = psi(cell, back);
        const P mean = HasG ? Real(0.5) * (g(cell, back) + g(cell)) : P(1);
        const P given = Uniform ? constant[d] : c[d](cell);
        cell.store(numbers[d], fma(weight[d] * mean, (right - left) / ((right + left) + eps), given));
      }
    });
  }
}

}  // namespace

Kernel make_diffusive(const Variant& variant, const Courant3* uniform, const Courant3& diffusion) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const double epsilon = variant.epsilon;
  const auto make = [&]<class Real, int Axes, bool Uniform, bool HasG>() -> Kernel {
    return [=](const Panel& panel) {
      diffusive_rows<Real, Axes, Uniform, HasG>(panel, courant, diffusion, static_cast<Real>(epsilon));
    };
  };
  return choose(make, variant, uniform != nullptr, variant.has_g);
}

}  // namespace tessera::mpdata::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::mpdata {

HWY_EXPORT(make_diffusive);

Kernel diffusive(const Variant& variant, const Courant3* uniform, const Courant3& diffusion) {
  return HWY_DYNAMIC_DISPATCH(make_diffusive)(variant, uniform, diffusion);
}

}  // namespace tessera::mpdata
#endif
