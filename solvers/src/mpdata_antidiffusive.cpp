// The antidiffusive Courant numbers of second order. Formulas and notation: docs/mpdata.md.
#include <cmath>
#include <type_traits>

#include "mpdata_kernels.hpp"

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_antidiffusive.cpp"
#include <hwy/foreach_target.h>

#include "mpdata_faces-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

template <class Real, int Axes, bool Uniform, bool Gauge, bool HasG, bool Rare, bool Keep>
void antidiffusive_rows(const Panel& panel, const Courant3& courant, const Variant& variant) {
  using P = Pack<Real>;
  constexpr std::size_t faces = 1;
  constexpr std::size_t g_operand = faces + (Uniform ? 0 : at(Axes));
  constexpr std::size_t output = g_operand + (HasG ? 1 : 0);
  // With infinite gauge, denominators are 2 and 4.
  const auto weight_of = [](P c, P g) TESSERA_PER_CELL { return P(Gauge ? 0.5 : 1) * (abs(c) * g - c * c); };
  const auto cross_of = [](P c, P other) TESSERA_PER_CELL { return P(Gauge ? -0.125 : -0.5) * (c * other); };
  const P eps(variant.epsilon);
  // Options that few use are asked for at run time, if at all.
  const bool split = Rare && variant.split;
  const bool absolute = Rare && variant.absolute;
  const auto size_of = [&](P psi) TESSERA_PER_CELL { return absolute ? abs(psi) : psi; };
  std::array<P, at(Axes)> constant;
  std::array<P, at(Axes)> constant_weight;
  std::array<std::array<P, at(Axes)>, at(Axes)> constant_cross;
  for (std::size_t d = 0; d < at(Axes); ++d) constant[d] = P(courant[d]);
  for (std::size_t d = 0; d < at(Axes); ++d) {
    constant_weight[d] = weight_of(constant[d], P(1));
    for (std::size_t e = 0; e < at(Axes); ++e) constant_cross[d][e] = cross_of(constant[d], constant[e]);
  }
  const auto psi_rows = panel.operand<const Real>(0);
  const OnFaces<Real, Axes> courant_rows(panel, faces, !Uniform);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const OnFaces<Real, Axes> flux_rows(panel, output);
  const OnFaces<Real, Axes> number_rows(panel, output + at(Axes), Keep);
  for (Index j = 0; j < panel.rows; ++j) {
    const Around<Real, Axes> psi(psi_rows, j);
    const auto c = courant_rows.around(j);
    const Around<Real, Axes> g(g_rows, j);
    const auto fluxes = flux_rows.row(j);
    const auto numbers = number_rows.row(j);
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      const P right = size_of(psi(cell));
      std::array<P, at(Axes)> number;
      std::array<P, at(Axes)> caused;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const Index3 back = beside<Axes>(d);
        const P left = size_of(psi(cell, back));
        const P c_face = Uniform ? constant[d] : c[d](cell);
        const P g_face = HasG ? Real(0.5) * (g(cell, back) + g(cell)) : P(1);
        const P weight = Uniform && !HasG ? constant_weight[d] : weight_of(c_face, g_face);
        Fraction<P> total{weight * (right - left), Gauge ? P(1) : (right + left) + eps};
        for (std::size_t e = 0; e < at(Axes) && !split; ++e) {
          if (e == d) continue;
          const Index3 up = beside<Axes>(e, 1);
          const Index3 down = beside<Axes>(e);
          const P above = size_of(psi(cell, up)) + size_of(psi(cell, back + up));
          const P below = size_of(psi(cell, down)) + size_of(psi(cell, back + down));
          P cross = constant_cross[d][e];
          if constexpr (!Uniform) {
            const P four = (c[e](cell, back) + c[e](cell, back + up)) + (c[e](cell) + c[e](cell, up));
            cross = cross_of(c_face, Real(0.25) * four);
          }
          if constexpr (Gauge) total.numerator = fma(cross, above - below, total.numerator);
          else total = sum<Axes>(total, Fraction<P>{cross * (above - below), (above + below) + eps});
        }
        if constexpr (HasG) total.denominator = total.denominator * g_face;
        // No two dimensions may share a division: beyond the ends of a box faces normal to one of them alone are right.
        // One dimension's is done by multiplications, so that they and the divider both have work.
        if constexpr (Gauge && !HasG) number[d] = total.numerator;
        else if (d + 1 < at(Axes)) number[d] = total.numerator / total.denominator;
        else number[d] = total.numerator * reciprocal(total.denominator);
        caused[d] = Gauge      ? number[d]
                    : absolute ? flux(number[d], psi(cell, back), psi(cell))
                               : flux(number[d], left, right);
      }
      for (std::size_t d = 0; d < at(Axes); ++d) {
        cell.store(fluxes[d], caused[d]);
        if constexpr (Keep) cell.store(numbers[d], number[d]);
      }
    });
  }
}

}  // namespace

Kernel make_antidiffusive(const Variant& variant, const Courant3* uniform, bool keep) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const auto make = [&]<class Real, int Axes, bool Uniform, bool Gauge, bool HasG, bool Rare, bool Keep>() -> Kernel {
    return [=](const Panel& panel) {
      // With infinite gauge Courant numbers are fluxes.
      antidiffusive_rows<Real, Axes, Uniform, Gauge, HasG, Rare, Keep && !Gauge>(panel, courant, variant);
    };
  };
  const bool rare = variant.split || variant.absolute;
  return choose(make, variant, uniform != nullptr, variant.gauge, variant.has_g, rare, keep);
}

}  // namespace tessera::mpdata::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::mpdata {

HWY_EXPORT(make_antidiffusive);

Kernel antidiffusive(const Variant& variant, const Courant3* uniform, bool keep) {
  return HWY_DYNAMIC_DISPATCH(make_antidiffusive)(variant, uniform, keep);
}

}  // namespace tessera::mpdata
#endif
