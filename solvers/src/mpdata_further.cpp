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

template <class Real, int Axes, Known known>
class FurtherTerms {
  using P = Pack<Real>;
  using Inputs = Surroundings<Real, Axes, known>;

 public:
  FurtherTerms(const Inputs& inputs, const Terms& terms) : inputs_(inputs), terms_(terms) {}

  /// `number`, the antidiffusive one of second order on the cells' lower faces normal to d, with what else belongs to it.
  template <class At>
  HWY_INLINE P add_to(P number, const At& cell, std::size_t d) const {
    const Index3 back = beside<Axes>(d);
    const P c = inputs_.courant(cell, d);
    const P g = Real(0.5) * (inputs_.g(cell, back) + inputs_.g(cell));
    if (terms_.dpdc) {
      const P a = inputs_.share(inputs_.value(cell) - inputs_.value(cell, back),
                                inputs_.value(cell) + inputs_.value(cell, back), 2);
      const P one(1);
      const P first = one / (one - abs(a));
      number = number * fma(number, P(0) - a * first / (one - a * a), first);
    }
    if (terms_.third_order) number = number + third_order(cell, d, c, g);
    if (terms_.divergent_flow) {
      P sum = inputs_.courant(cell, d, beside<Axes>(d, 1)) - inputs_.courant(cell, d, back);
      for (std::size_t e = 0; e < at(Axes); ++e) {
        if (e == d) continue;
        const Index3 up = beside<Axes>(e, 1);
        sum = sum + ((inputs_.courant(cell, e, up) + inputs_.courant(cell, e, back + up)) -
                     (inputs_.courant(cell, e, {0, 0, 0}) + inputs_.courant(cell, e, back)));
      }
      const P all = Real(-0.25) * c * sum / g;
      number = number + (inputs_.gauge() ? all * (Real(0.5) * (inputs_.psi(cell) + inputs_.psi(cell, back))) : all);
    }
    return number;
  }

 private:
  template <class At>
  HWY_INLINE P third_order(const At& cell, std::size_t d, P c, P g) const {
    const Index3 back = beside<Axes>(d);
    const P over_g = inputs_.has_g() ? P(1) / g : P(1);
    const P size = abs(c);
    const P next = inputs_.value(cell, beside<Axes>(d, 1));
    const P near = inputs_.value(cell) + inputs_.value(cell, back);
    const P far = next + inputs_.value(cell, beside<Axes>(d, -2));
    const P along = Real(1.0 / 3) * c * (Real(3) * size * over_g - Real(2) * (c * over_g) * (c * over_g) - P(1));
    const Fraction<P> first = inputs_.fraction(along, far - near, far + near, 4);
    std::array<P, at(Axes)> across{};
    std::array<Fraction<P>, at(Axes)> second;
    for (std::size_t e = 0; e < at(Axes); ++e) {
      if (e == d) continue;
      const Index3 up = beside<Axes>(e, 1);
      const Index3 down = beside<Axes>(e);
      across[e] = Real(0.25) * ((inputs_.courant(cell, e, back) + inputs_.courant(cell, e, back + up)) +
                                (inputs_.courant(cell, e, {0, 0, 0}) + inputs_.courant(cell, e, up)));
      const P rising = inputs_.value(cell, up) + inputs_.value(cell, back + down);
      const P falling = inputs_.value(cell, back + up) + inputs_.value(cell, down);
      const P weight = across[e] * over_g * (size - Real(2) * c * c * over_g);
      second[e] = inputs_.fraction(weight, rising - falling, rising + falling, 4);
    }
    if constexpr (Axes == 3) {
      const std::size_t e = d == 0 ? 1 : 0;
      const std::size_t h = d == 2 ? 1 : 2;
      P rising(0);
      P falling(0);
      for (const Index3& side : {Index3{0, 0, 0}, back}) {
        const Index3 up = side + beside<Axes>(e, 1);
        const Index3 down = side + beside<Axes>(e);
        rising = rising + (inputs_.value(cell, up + beside<Axes>(h, 1)) + inputs_.value(cell, down + beside<Axes>(h)));
        falling =
            falling + (inputs_.value(cell, up + beside<Axes>(h)) + inputs_.value(cell, down + beside<Axes>(h, 1)));
      }
      const P weight = Real(-2.0 / 3) * (c * over_g) * (across[e] * over_g) * across[h];
      const Fraction<P> third = inputs_.fraction(weight, rising - falling, rising + falling, 8);
      return inputs_.value_of(inputs_.add(first, second[e])) + inputs_.value_of(inputs_.add(second[h], third));
    } else {
      return inputs_.value_of(Axes == 1 ? first : inputs_.add(first, second[Axes - 1 - d]));
    }
  }

  const Inputs& inputs_;
  Terms terms_;
};

template <class Real, int Axes, Known known>
void further_rows(const Panel& panel, const Variant& variant, const Courant3* uniform, const Terms& terms, bool keep) {
  using Inputs = Surroundings<Real, Axes, known>;
  const std::size_t first = Inputs::operands(variant, uniform != nullptr);
  Inputs inputs(panel, variant, uniform);
  const FurtherTerms<Real, Axes, known> further(inputs, terms);
  const OnFaces<Real, Axes> second_order_rows(panel, first);
  const OnFaces<Real, Axes> flux_rows(panel, first + at(Axes));
  const OnFaces<Real, Axes> number_rows(panel, first + 2 * at(Axes), keep);
  for (Index j = 0; j < panel.rows; ++j) {
    inputs.begin_row(j);
    const auto second_order = second_order_rows.around(j);
    const auto fluxes = flux_rows.row(j);
    const auto numbers = number_rows.row(j);
    for_each_cell_at_length<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const auto number = further.add_to(second_order[d](cell), cell, d);
        cell.store(fluxes[d], inputs.flux_of(number, cell, d));
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
    const auto with = [&]<Known known>() -> Kernel {
      return [=](const Panel& panel) {
        further_rows<Real, Axes, known>(panel, variant, is_uniform ? &courant : nullptr, terms, keep);
      };
    };
    switch (known_of(variant, is_uniform)) {
      case Known::uniform: return with.template operator()<Known::uniform>();
      case Known::uniform_gauge: return with.template operator()<Known::uniform_gauge>();
      default: return with.template operator()<Known::nothing>();
    }
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
