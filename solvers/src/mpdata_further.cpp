// Antidiffusive terms besides those of second order. Formulas and notation: docs/mpdata.md.
#include "mpdata_kernels.hpp"

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_further.cpp"
#include <hwy/foreach_target.h>

#include "mpdata_faces-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

/// psi, G and Courant numbers around the faces of a row's cells. Which terms there are is asked in the loops: it is the same
/// for all cells, so that the processor foresees it, and kernels for every combination would be hundreds.
template <class Real, int Axes>
class FurtherTerms {
  using P = Pack<Real>;

 public:
  FurtherTerms(const Panel& panel, const Variant& variant, const Courant3* uniform, const Terms& terms)
      : variant_(variant),
        terms_(terms),
        uniform_(uniform != nullptr),
        epsilon_(static_cast<Real>(variant.epsilon)),
        psi_rows_(panel.operand<const Real>(0)),
        courant_rows_(panel, 1, !uniform_),
        g_rows_(panel.operand<const Real>(variant.has_g ? (uniform_ ? 1 : 1 + at(Axes)) : 0)) {
    for (std::size_t d = 0; d < at(Axes) && uniform_; ++d) constant_[d] = P(static_cast<Real>((*uniform)[d]));
  }

  void begin_row(Index j) {
    psi_ = Around<Real, Axes, 2>(psi_rows_, j);
    g_ = Around<Real, Axes>(g_rows_, j);
    courant_ = courant_rows_.around(j);
  }

  /// `number`, the antidiffusive one of second order on the cells' lower faces normal to d, with what else belongs to it.
  template <class At>
  HWY_INLINE P add_to(P number, const At& cell, std::size_t d) const {
    const Index3 back = beside<Axes>(d);
    const P c = courant(cell, d, {0, 0, 0});
    const P g = variant_.has_g ? Real(0.5) * (g_(cell, back) + g_(cell)) : P(Real(1));
    if (terms_.dpdc) {
      const P a = share(value(cell) - value(cell, back), value(cell) + value(cell, back), 2);
      const P one(Real(1));
      const P first = one / (one - abs(a));
      number = number * fma(number, P(Real(0)) - a * first / (one - a * a), first);
    }
    if (terms_.third_order) number = number + third_order(cell, d, c, g);
    if (terms_.divergent_flow) {
      P sum = courant(cell, d, beside<Axes>(d, 1)) - courant(cell, d, back);
      for (std::size_t e = 0; e < at(Axes); ++e) {
        if (e == d) continue;
        const Index3 up = beside<Axes>(e, 1);
        sum = sum + ((courant(cell, e, up) + courant(cell, e, back + up)) -
                     (courant(cell, e, {0, 0, 0}) + courant(cell, e, back)));
      }
      const P all = Real(-0.25) * c * sum / g;
      number = number + (variant_.gauge ? all * (Real(0.5) * (psi_(cell) + psi_(cell, back))) : all);
    }
    return number;
  }
  template <class At>
  HWY_INLINE P flux_of(P number, const At& cell, std::size_t d) const {
    return variant_.gauge ? number : flux(number, psi_(cell, beside<Axes>(d)), psi_(cell));
  }

 private:
  template <class At>
  HWY_INLINE P value(const At& cell, const Index3& offset = {0, 0, 0}) const {
    return variant_.absolute ? abs(psi_(cell, offset)) : psi_(cell, offset);
  }
  template <class At>
  HWY_INLINE P courant(const At& cell, std::size_t d, const Index3& offset) const {
    return uniform_ ? constant_[d] : courant_[d](cell, offset);
  }
  /// Of `count` values; with infinite gauge they are all 1 below the line.
  HWY_INLINE P share(P above, P below, int count) const {
    return variant_.gauge ? Real(1) / static_cast<Real>(count) * above : above / (below + epsilon_);
  }

  template <class At>
  HWY_INLINE P third_order(const At& cell, std::size_t d, P c, P g) const {
    const Index3 back = beside<Axes>(d);
    const P over_g = P(Real(1)) / g;
    const P size = abs(c);
    const P next = value(cell, beside<Axes>(d, 1));
    const P near = value(cell) + value(cell, back);
    const P far = next + value(cell, beside<Axes>(d, -2));
    const P along = Real(1.0 / 3) * c * (Real(3) * size * over_g - Real(2) * (c * over_g) * (c * over_g) - P(Real(1)));
    P sum = along * share(far - near, far + near, 4);
    std::array<P, at(Axes)> across{};
    for (std::size_t e = 0; e < at(Axes); ++e) {
      if (e == d) continue;
      const Index3 up = beside<Axes>(e, 1);
      const Index3 down = beside<Axes>(e);
      across[e] = Real(0.25) * ((courant(cell, e, back) + courant(cell, e, back + up)) +
                                (courant(cell, e, {0, 0, 0}) + courant(cell, e, up)));
      const P rising = value(cell, up) + value(cell, back + down);
      const P falling = value(cell, back + up) + value(cell, down);
      const P weight = across[e] * over_g * (size - Real(2) * c * c * over_g);
      sum = fma(weight, share(rising - falling, rising + falling, 4), sum);
    }
    if constexpr (Axes == 3) {
      const std::size_t e = d == 0 ? 1 : 0;
      const std::size_t h = d == 2 ? 1 : 2;
      P rising(Real(0));
      P falling(Real(0));
      for (const Index3& side : {Index3{0, 0, 0}, back}) {
        const Index3 up = side + beside<Axes>(e, 1);
        const Index3 down = side + beside<Axes>(e);
        rising = rising + (value(cell, up + beside<Axes>(h, 1)) + value(cell, down + beside<Axes>(h)));
        falling = falling + (value(cell, up + beside<Axes>(h)) + value(cell, down + beside<Axes>(h, 1)));
      }
      const P weight = Real(-2.0 / 3) * (c * over_g) * (across[e] * over_g) * across[h];
      sum = fma(weight, share(rising - falling, rising + falling, 8), sum);
    }
    return sum;
  }

  Variant variant_;
  Terms terms_;
  bool uniform_;
  P epsilon_;
  std::array<P, at(Axes)> constant_{};
  Rows<const Real> psi_rows_;
  OnFaces<Real, Axes> courant_rows_;
  Rows<const Real> g_rows_;
  Around<Real, Axes, 2> psi_;
  Around<Real, Axes> g_;
  std::array<Around<Real, Axes>, at(Axes)> courant_;
};

template <class Real, int Axes>
void further_rows(const Panel& panel, const Variant& variant, const Courant3* uniform, const Terms& terms, bool keep) {
  const std::size_t first = 1 + (uniform != nullptr ? 0 : at(Axes)) + (variant.has_g ? 1 : 0);
  FurtherTerms<Real, Axes> further(panel, variant, uniform, terms);
  const OnFaces<Real, Axes> second_order_rows(panel, first);
  const OnFaces<Real, Axes> flux_rows(panel, first + at(Axes));
  const OnFaces<Real, Axes> number_rows(panel, first + 2 * at(Axes), keep);
  for (Index j = 0; j < panel.rows; ++j) {
    further.begin_row(j);
    const auto second_order = second_order_rows.around(j);
    const auto fluxes = flux_rows.row(j);
    const auto numbers = number_rows.row(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const auto number = further.add_to(second_order[d](cell), cell, d);
        cell.store(fluxes[d], further.flux_of(number, cell, d));
        if (keep) cell.store(numbers[d], number);
      }
    });
  }
}

}  // namespace

Kernel make_further(const Variant& variant, const Courant3* uniform, const Terms& terms, bool keep) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const bool is_uniform = uniform != nullptr;
  const auto make = [&]<class Real, int Axes>() -> Kernel {
    return [=](const Panel& panel) {
      further_rows<Real, Axes>(panel, variant, is_uniform ? &courant : nullptr, terms, keep);
    };
  };
  return choose(make, variant);
}

}  // namespace tessera::mpdata::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::mpdata {

HWY_EXPORT(make_further);

Kernel further(const Variant& variant, const Courant3* uniform, const Terms& terms, bool keep) {
  return HWY_DYNAMIC_DISPATCH(make_further)(variant, uniform, terms, keep);
}

}  // namespace tessera::mpdata
#endif
