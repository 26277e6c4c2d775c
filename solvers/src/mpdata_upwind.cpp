// The donor-cell pass and the update by given fluxes. Formulas and notation: docs/mpdata.md.
#include <cmath>

#include "mpdata_kernels.hpp"

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_upwind.cpp"
#include <hwy/foreach_target.h>

#include "mpdata_faces-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

template <class Real, int Axes, bool Uniform, bool HasG, bool Extrema>
void upwind_rows(const Panel& panel, const Courant3& courant) {
  using P = Pack<Real>;
  constexpr std::size_t faces = 1;
  constexpr std::size_t g_operand = faces + (Uniform ? 0 : at(Axes));
  constexpr std::size_t output = g_operand + (HasG ? 1 : 0);
  std::array<P, at(Axes)> speed;
  for (std::size_t d = 0; d < at(Axes); ++d) speed[d] = P(std::fabs(courant[d]));
  const auto psi_rows = panel.operand<const Real>(0);
  const OnFaces<Real, Axes> courant_rows(panel, faces, !Uniform);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const auto out_rows = panel.operand<Real>(output);
  const auto least_rows = panel.operand<Real>(Extrema ? output + 1 : output);
  const auto largest_rows = panel.operand<Real>(Extrema ? output + 2 : output);
  for (Index j = 0; j < panel.rows; ++j) {
    const Around<Real, Axes> psi(psi_rows, j);
    const auto c = courant_rows.around(j);
    std::array<const Real*, at(Axes)> upstream{};
    for (std::size_t d = 0; d < at(Axes); ++d) upstream[d] = psi.row(beside<Axes>(d, courant[d] > 0 ? -1 : 1));
    const Real* g = g_rows(j);
    Real* out = out_rows(j);
    Real* least = least_rows(j);
    Real* largest = largest_rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      const P here = psi(cell);
      P sum(0);
      P low = here;
      P high = here;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P below = psi(cell, beside<Axes>(d));
        const P above = psi(cell, beside<Axes>(d, 1));
        if constexpr (Uniform) sum = fma(speed[d], cell(upstream[d]) - here, sum);
        else sum = sum + (flux(c[d](cell), below, here) - flux(c[d](cell, beside<Axes>(d, 1)), here, above));
        if constexpr (Extrema) {
          low = min(low, min(below, above));
          high = max(high, max(below, above));
        }
      }
      if constexpr (HasG) sum = sum * reciprocal(cell(g));
      cell.store(out, here + sum);
      if constexpr (Extrema) {
        cell.store(least, low);
        cell.store(largest, high);
      }
    });
  }
}

template <class Real, int Axes, bool HasG>
void update_rows(const Panel& panel) {
  constexpr std::size_t faces = 1;
  constexpr std::size_t g_operand = faces + at(Axes);
  constexpr std::size_t output = g_operand + (HasG ? 1 : 0);
  const auto psi_rows = panel.operand<const Real>(0);
  const OnFaces<Real, Axes> flux_rows(panel, faces);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const auto out_rows = panel.operand<Real>(output);
  for (Index j = 0; j < panel.rows; ++j) {
    const Real* psi = psi_rows(j);
    const auto fluxes = flux_rows.around(j);
    const Real* g = g_rows(j);
    Real* out = out_rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      auto sum = fluxes[0](cell) - fluxes[0](cell, beside<Axes>(0, 1));
      for (std::size_t d = 1; d < at(Axes); ++d) sum = sum + (fluxes[d](cell) - fluxes[d](cell, beside<Axes>(d, 1)));
      if constexpr (HasG) sum = sum * reciprocal(cell(g));
      cell.store(out, cell(psi) + sum);
    });
  }
}

}  // namespace

Kernel make_upwind(const Variant& variant, const Courant3* uniform, bool extrema) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const auto make = [&]<class Real, int Axes, bool Uniform, bool HasG, bool Extrema>() -> Kernel {
    return [courant](const Panel& panel) { upwind_rows<Real, Axes, Uniform, HasG, Extrema>(panel, courant); };
  };
  return choose(make, variant, uniform != nullptr, variant.has_g, extrema);
}

Kernel make_update(const Variant& variant) {
  const auto make = []<class Real, int Axes, bool HasG>() -> Kernel { return update_rows<Real, Axes, HasG>; };
  return choose(make, variant, variant.has_g);
}

}  // namespace tessera::mpdata::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::mpdata {

HWY_EXPORT(make_upwind);
HWY_EXPORT(make_update);

Kernel upwind(const Variant& variant, const Courant3* uniform, bool extrema) {
  return HWY_DYNAMIC_DISPATCH(make_upwind)(variant, uniform, extrema);
}
Kernel update(const Variant& variant) { return HWY_DYNAMIC_DISPATCH(make_update)(variant); }

}  // namespace tessera::mpdata
#endif
