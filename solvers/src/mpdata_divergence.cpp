// Antidiffusive Courant numbers in divergence form, for flow that varies. Formulas and notation: docs/mpdata.md.
#include "mpdata_kernels.hpp"

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_divergence.cpp"
#include <hwy/foreach_target.h>

#include "mpdata_faces-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

/// psi, Courant numbers and G at places that are counted in half cells along the sweep axes, from the centre of the cell at
/// hand: where there is no value, the mean of its neighbours.
template <class Real, int Axes>
class Places {
  using P = Pack<Real>;

 public:
  explicit Places(const Surroundings<Real, Axes>& around) : around_(around) {}

  template <class At>
  HWY_INLINE P courant(const At& cell, std::size_t d, const Index3& place) const {
    if (around_.uniform()) return around_.courant(cell, d);
    return mean([&](const Index3& offset) HWY_ATTR { return around_.courant(cell, d, offset); },
                place + beside<Axes>(d, 1));
  }
  template <class At>
  HWY_INLINE P g(const At& cell, const Index3& place) const {
    if (!around_.variant().has_g) return P(Real(1));
    return mean([&](const Index3& offset) HWY_ATTR { return around_.g(cell, offset); }, place);
  }
  /// Of C psi, not over G.
  template <class At>
  HWY_INLINE P flux_divergence(const At& cell, const Index3& place) const {
    return flux_divergence(cell, place,
                           [&](std::size_t d, const Index3& side) HWY_ATTR { return courant(cell, d, side); });
  }
  /// The same with numbers(d, place) for Courant numbers.
  template <class At, class Numbers>
  HWY_INLINE P flux_divergence(const At& cell, const Index3& place, const Numbers& numbers) const {
    const auto psi = [&](const Index3& offset) HWY_ATTR { return around_.value(cell, offset); };
    P sum(Real(0));
    for (std::size_t d = 0; d < at(Axes); ++d) {
      const Index3 up = place + beside<Axes>(d, 1);
      const Index3 down = place + beside<Axes>(d);
      sum = sum + (numbers(d, up) * mean(psi, up) - numbers(d, down) * mean(psi, down));
    }
    return sum;
  }

  /// Of value(cell) around a place.
  template <int Axis = 0, class Value>
  HWY_INLINE static P mean(const Value& value, Index3 place) {
    if constexpr (Axis == 3) {
      return value(Index3{place[0] / 2, place[1] / 2, place[2] / 2});
    } else {
      if (place[Axis] % 2 == 0) return mean<Axis + 1>(value, place);
      Index3 lower = place;
      Index3 upper = place;
      --lower[Axis];
      ++upper[Axis];
      return Real(0.5) * (mean<Axis + 1>(value, lower) + mean<Axis + 1>(value, upper));
    }
  }

 private:
  const Surroundings<Real, Axes>& around_;
};

/// The number of a pair of dimensions among all.
constexpr std::size_t pair_of(std::size_t d, std::size_t e) { return d + e - 1; }
constexpr std::size_t pairs(int axes) { return at(axes * (axes - 1) / 2); }

template <class Real, int Axes>
void divergences_rows(const Panel& panel, const Variant& variant, const Courant3* uniform) {
  const std::size_t first = Surroundings<Real, Axes>::operands(variant, uniform != nullptr);
  Surroundings<Real, Axes> around(panel, variant, uniform);
  const Places<Real, Axes> places(around);
  const auto centre_rows = panel.operand<Real>(first);
  for (Index j = 0; j < panel.rows; ++j) {
    around.begin_row(j);
    Real* centres = centre_rows(j);
    std::array<Real*, 3> corners{};
    for (std::size_t p = 0; p < pairs(Axes); ++p) corners[p] = panel.operand<Real>(first + 1 + p)(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      const auto put = [&](Real* row, const Index3& place)
                           HWY_ATTR { cell.store(row, places.flux_divergence(cell, place) / places.g(cell, place)); };
      put(centres, {0, 0, 0});
      for (std::size_t d = 0; d < at(Axes); ++d) {
        for (std::size_t e = d + 1; e < at(Axes); ++e) put(corners[pair_of(d, e)], beside<Axes>(d) + beside<Axes>(e));
      }
    });
  }
}

template <class Real, int Axes>
class DivergenceForm {
  using P = Pack<Real>;

 public:
  /// Operands from `first` on are what `divergences` wrote, and changes.
  DivergenceForm(const Panel& panel, const Surroundings<Real, Axes>& around, std::size_t first, const Order& order)
      : panel_(panel),
        around_(around),
        places_(around),
        order_(order),
        first_(first),
        change_rows_(panel, first + 1 + pairs(Axes), order.changes) {}
  static std::size_t operands(const Order& order) {
    return (order.third ? 1 + pairs(Axes) : 0) + (order.changes ? at(Axes) : 0);
  }
  void begin_row(Index j) {
    if (!order_.third) return;
    centre_ = Around<Real, Axes>(panel_.operand<const Real>(first_), j);
    for (std::size_t p = 0; p < pairs(Axes); ++p)
      corners_[p] = Around<Real, Axes>(panel_.operand<const Real>(first_ + 1 + p), j);
    if (order_.changes) changes_ = change_rows_.template around<1>(j);
  }

  /// On the cells' lower faces normal to d.
  template <class At>
  HWY_INLINE P number(const At& cell, std::size_t d) const {
    const Index3 face = beside<Axes>(d);
    const Index3 next = beside<Axes>(d, 1);
    const P c = places_.courant(cell, d, face);
    const P size = abs(c);
    const P over_g = P(Real(1)) / places_.g(cell, face);
    const P right = around_.value(cell, {0, 0, 0});
    const P left = around_.value(cell, face);
    const P slope = Real(2) * around_.share(right - left, right + left, 2);
    P near = right + left;
    for (std::size_t e = 0; e < at(Axes); ++e) {
      if (e == d) continue;
      const Index3 up = beside<Axes>(e, 1);
      const Index3 down = beside<Axes>(e);
      near = near + ((around_.value(cell, up) + around_.value(cell, face + up)) +
                     (around_.value(cell, down) + around_.value(cell, face + down)));
    }
    const P divergence = per_value(over_g * places_.flux_divergence(cell, face), near, 4 * Axes - 2);
    const P second = Real(0.5) * (size * slope - c * divergence);
    if (!order_.third) return second;

    const P ends = around_.value(cell, next) + around_.value(cell, face + face);
    const P all = near + ends;
    constexpr int count = 4 * Axes;
    const P curvature = Real(2) * around_.share(ends - (right + left), ends + (right + left), 4);
    const P above = places_.courant(cell, d, next);
    const P below = places_.courant(cell, d, face + face + face);
    const P bend = above + below - Real(2) * c;
    const P mean = around_.variant().gauge ? Real(0.5) * (right + left) : P(Real(1));
    const P in_right = centre_(cell);
    const P in_left = centre_(cell, face);
    // The divergence of the flux of the divergence.
    P twice = places_.courant(cell, d, {0, 0, 0}) * in_right - places_.courant(cell, d, face + face) * in_left;
    for (std::size_t e = 0; e < at(Axes); ++e) {
      if (e == d) continue;
      const auto& corner = corners_[pair_of(d, e)];
      const Index3 up = beside<Axes>(e, 1);
      twice = twice + (places_.courant(cell, e, face + up) * corner(cell, up) -
                       places_.courant(cell, e, face + beside<Axes>(e)) * corner(cell));
    }
    P sum = second;
    if (!around_.variant().gauge) sum = sum + Real(0.5) * abs(second) * slope;
    sum = sum - Real(1.0 / 24) * (Real(4) * c * curvature + slope * (above - below) + bend * mean);
    sum = sum + Real(0.5) * size * per_value(in_right - in_left, all, count);
    if (order_.changes) {
      const auto change = [&](std::size_t e, const Index3& place) HWY_ATTR {
        return Places<Real, Axes>::mean([&](const Index3& offset) HWY_ATTR { return changes_[e](cell, offset); },
                                        place + beside<Axes>(e, 1));
      };
      const P of_change = per_value(over_g * places_.flux_divergence(cell, face, change), near, 4 * Axes - 2);
      sum = sum + Real(1.0 / 12) * (c * of_change - change(d, face) * divergence);
    }
    return sum - Real(1.0 / 3) * c * per_value(over_g * twice, all, count);
  }

 private:
  /// x over the mean of `count` values.
  HWY_INLINE P per_value(P x, P sum, int count) const {
    return around_.variant().gauge ? x : static_cast<Real>(count) * around_.share(x, sum, count);
  }

  const Panel& panel_;
  const Surroundings<Real, Axes>& around_;
  Places<Real, Axes> places_;
  Order order_;
  std::size_t first_;
  OnFaces<Real, Axes> change_rows_;
  Around<Real, Axes> centre_;
  std::array<Around<Real, Axes>, 3> corners_;
  std::array<Around<Real, Axes>, at(Axes)> changes_;
};

template <class Real, int Axes>
void divergence_rows(const Panel& panel, const Variant& variant, const Courant3* uniform, const Order& order,
                     bool keep) {
  const std::size_t written = Surroundings<Real, Axes>::operands(variant, uniform != nullptr);
  const std::size_t first = written + DivergenceForm<Real, Axes>::operands(order);
  Surroundings<Real, Axes> around(panel, variant, uniform);
  DivergenceForm<Real, Axes> form(panel, around, written, order);
  const OnFaces<Real, Axes> flux_rows(panel, first);
  const OnFaces<Real, Axes> number_rows(panel, first + at(Axes), keep);
  for (Index j = 0; j < panel.rows; ++j) {
    around.begin_row(j);
    form.begin_row(j);
    const auto fluxes = flux_rows.row(j);
    const auto numbers = number_rows.row(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const auto number = form.number(cell, d);
        cell.store(fluxes[d], around.flux_of(number, cell, d));
        if (keep) cell.store(numbers[d], number);
      }
    });
  }
}

}  // namespace

Kernel make_divergences(const Variant& variant, const Courant3* uniform) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const bool is_uniform = uniform != nullptr;
  const auto make = [&]<class Real, int Axes>() -> Kernel {
    return [=](const Panel& panel) { divergences_rows<Real, Axes>(panel, variant, is_uniform ? &courant : nullptr); };
  };
  return choose(make, variant);
}

Kernel make_divergence_form(const Variant& variant, const Courant3* uniform, const Order& order, bool keep) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const bool is_uniform = uniform != nullptr;
  const auto make = [&]<class Real, int Axes>() -> Kernel {
    return [=](const Panel& panel) {
      divergence_rows<Real, Axes>(panel, variant, is_uniform ? &courant : nullptr, order, keep);
    };
  };
  return choose(make, variant);
}

}  // namespace tessera::mpdata::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::mpdata {

HWY_EXPORT(make_divergences);
HWY_EXPORT(make_divergence_form);

Kernel divergences(const Variant& variant, const Courant3* uniform) {
  return HWY_DYNAMIC_DISPATCH(make_divergences)(variant, uniform);
}
Kernel divergence_form(const Variant& variant, const Courant3* uniform, const Order& order, bool keep) {
  return HWY_DYNAMIC_DISPATCH(make_divergence_form)(variant, uniform, order, keep);
}

}  // namespace tessera::mpdata
#endif
