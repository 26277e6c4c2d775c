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

template <class Real, int Axes>
class FurtherTerms {
  using P = Pack<Real>;

 public:
  FurtherTerms(const Surroundings<Real, Axes>& around, const Terms& terms) : around_(around), terms_(terms) {}

  /// `number`, the antidiffusive one of second order on the cells' lower faces normal to d, with what else belongs to it.
  template <class At>
  HWY_INLINE P add_to(P number, const At& cell, std::size_t d) const {
    const Index3 back = beside<Axes>(d);
    const P c = around_.courant(cell, d);
    const P g = Real(0.5) * (around_.g(cell, back) + around_.g(cell));
    if (terms_.dpdc) {
      const P a = around_.share(around_.value(cell) - around_.value(cell, back),
                                around_.value(cell) + around_.value(cell, back), 2);
      const P one(Real(1));
      const P first = one / (one - abs(a));
      number = number * fma(number, P(Real(0)) - a * first / (one - a * a), first);
    }
    if (terms_.third_order) number = number + third_order(cell, d, c, g);
    if (terms_.divergent_flow) {
      P sum = around_.courant(cell, d, beside<Axes>(d, 1)) - around_.courant(cell, d, back);
      for (std::size_t e = 0; e < at(Axes); ++e) {
        if (e == d) continue;
        const Index3 up = beside<Axes>(e, 1);
        sum = sum + ((around_.courant(cell, e, up) + around_.courant(cell, e, back + up)) -
                     (around_.courant(cell, e, {0, 0, 0}) + around_.courant(cell, e, back)));
      }
      const P all = Real(-0.25) * c * sum / g;
      number =
          number + (around_.variant().gauge ? all * (Real(0.5) * (around_.psi(cell) + around_.psi(cell, back))) : all);
    }
    return number;
  }

 private:
  template <class At>
  HWY_INLINE P third_order(const At& cell, std::size_t d, P c, P g) const {
    const Index3 back = beside<Axes>(d);
    const P over_g = P(Real(1)) / g;
    const P size = abs(c);
    const P next = around_.value(cell, beside<Axes>(d, 1));
    const P near = around_.value(cell) + around_.value(cell, back);
    const P far = next + around_.value(cell, beside<Axes>(d, -2));
    const P along = Real(1.0 / 3) * c * (Real(3) * size * over_g - Real(2) * (c * over_g) * (c * over_g) - P(Real(1)));
    P sum = along * around_.share(far - near, far + near, 4);
    std::array<P, at(Axes)> across{};
    for (std::size_t e = 0; e < at(Axes); ++e) {
      if (e == d) continue;
      const Index3 up = beside<Axes>(e, 1);
      const Index3 down = beside<Axes>(e);
      across[e] = Real(0.25) * ((around_.courant(cell, e, back) + around_.courant(cell, e, back + up)) +
                                (around_.courant(cell, e, {0, 0, 0}) + around_.courant(cell, e, up)));
      const P rising = around_.value(cell, up) + around_.value(cell, back + down);
      const P falling = around_.value(cell, back + up) + around_.value(cell, down);
      const P weight = across[e] * over_g * (size - Real(2) * c * c * over_g);
      sum = fma(weight, around_.share(rising - falling, rising + falling, 4), sum);
    }
    if constexpr (Axes == 3) {
      const std::size_t e = d == 0 ? 1 : 0;
      const std::size_t h = d == 2 ? 1 : 2;
      P rising(Real(0));
      P falling(Real(0));
      for (const Index3& side : {Index3{0, 0, 0}, back}) {
        const Index3 up = side + beside<Axes>(e, 1);
        const Index3 down = side + beside<Axes>(e);
        rising = rising + (around_.value(cell, up + beside<Axes>(h, 1)) + around_.value(cell, down + beside<Axes>(h)));
        falling =
            falling + (around_.value(cell, up + beside<Axes>(h)) + around_.value(cell, down + beside<Axes>(h, 1)));
      }
      const P weight = Real(-2.0 / 3) * (c * over_g) * (across[e] * over_g) * across[h];
      sum = fma(weight, around_.share(rising - falling, rising + falling, 8), sum);
    }
    return sum;
  }

  const Surroundings<Real, Axes>& around_;
  Terms terms_;
};

template <class Real, int Axes>
void further_rows(const Panel& panel, const Variant& variant, const Courant3* uniform, const Terms& terms, bool keep) {
  const std::size_t first = Surroundings<Real, Axes>::operands(variant, uniform != nullptr);
  Surroundings<Real, Axes> around(panel, variant, uniform);
  const FurtherTerms<Real, Axes> further(around, terms);
  const OnFaces<Real, Axes> second_order_rows(panel, first);
  const OnFaces<Real, Axes> flux_rows(panel, first + at(Axes));
  const OnFaces<Real, Axes> number_rows(panel, first + 2 * at(Axes), keep);
  for (Index j = 0; j < panel.rows; ++j) {
    around.begin_row(j);
    const auto second_order = second_order_rows.around(j);
    const auto fluxes = flux_rows.row(j);
    const auto numbers = number_rows.row(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const auto number = further.add_to(second_order[d](cell), cell, d);
        cell.store(fluxes[d], around.flux_of(number, cell, d));
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
