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

/// f(d) with d known to the compiler, for each dimension.
template <int Axes, class F>
HWY_INLINE void for_dimensions(const F& f) {
  const auto each = [&]<std::size_t... d>(std::index_sequence<d...>) TESSERA_PER_CELL {
    (f(std::integral_constant<std::size_t, d>()), ...);
  };
  each(std::make_index_sequence<at(Axes)>());
}

/// psi, Courant numbers and G at places that are counted in half cells along the sweep axes, from the centre of the cell at
/// hand: where there is no value, the mean of its neighbours. Places are known to the compiler, which would take minutes
/// to find out by itself.
template <class Real, int Axes, class Inputs>
class Places {
  using P = Pack<Real>;

 public:
  explicit Places(const Inputs& inputs) : inputs_(inputs) {}

  template <std::size_t d, Index3 place, class At>
  HWY_INLINE P courant(const At& cell) const {
    if (inputs_.uniform()) return inputs_.courant(cell, d);
    const auto number = [&](const Index3& offset) TESSERA_PER_CELL { return inputs_.courant(cell, d, offset); };
    return mean<place + beside<Axes>(d, 1)>(number);
  }
  template <Index3 place, class At>
  HWY_INLINE P g(const At& cell) const {
    if (!inputs_.has_g()) return P(1);
    const auto g = [&](const Index3& offset) TESSERA_PER_CELL { return inputs_.g(cell, offset); };
    return mean<place>(g);
  }
  /// Of C psi, not over G.
  template <Index3 place, class At>
  HWY_INLINE P flux_divergence(const At& cell) const {
    const auto number = [&]<std::size_t d, Index3 side>() TESSERA_PER_CELL { return courant<d, side>(cell); };
    return flux_divergence<place>(cell, number);
  }
  /// The same with number<d, place>() for Courant numbers.
  template <Index3 place, class At, class Number>
  HWY_INLINE P flux_divergence(const At& cell, const Number& number) const {
    const auto psi = [&](const Index3& offset) TESSERA_PER_CELL { return inputs_.value(cell, offset); };
    P sum(0);
    for_dimensions<Axes>([&](auto d) TESSERA_PER_CELL {
      constexpr Index3 up = place + beside<Axes>(d, 1);
      constexpr Index3 down = place + beside<Axes>(d);
      sum = sum + (number.template operator()<d, up>() * mean<up>(psi) -
                   number.template operator()<d, down>() * mean<down>(psi));
    });
    return sum;
  }

  /// Of value(cell) around a place.
  template <Index3 place, int Axis = 0, class Value>
  HWY_INLINE static P mean(const Value& value) {
    if constexpr (Axis == 3) {
      return value(Index3{place[0] / 2, place[1] / 2, place[2] / 2});
    } else if constexpr (place[Axis] % 2 == 0) {
      return mean<place, Axis + 1>(value);
    } else {
      constexpr Index3 half{Axis == 0, Axis == 1, Axis == 2};
      constexpr Index3 lower{place[0] - half[0], place[1] - half[1], place[2] - half[2]};
      return Real(0.5) * (mean<lower, Axis + 1>(value) + mean<place + half, Axis + 1>(value));
    }
  }

 private:
  const Inputs& inputs_;
};

/// The number of a pair of dimensions among all.
constexpr std::size_t pair_of(std::size_t d, std::size_t e) { return d + e - 1; }
constexpr std::size_t pairs(int axes) { return at(axes * (axes - 1) / 2); }
constexpr Index3 here{0, 0, 0};

template <class Real, int Axes, Known known>
void divergences_rows(const Panel& panel, const Variant& variant, const Courant3* uniform) {
  using Inputs = Surroundings<Real, Axes, known>;
  const std::size_t first = Inputs::operands(variant, uniform != nullptr);
  Inputs inputs(panel, variant, uniform);
  const Places<Real, Axes, Inputs> places(inputs);
  const auto centre_rows = panel.operand<Real>(first);
  for (Index j = 0; j < panel.rows; ++j) {
    inputs.begin_row(j);
    Real* centres = centre_rows(j);
    std::array<Real*, 3> corners{};
    for (std::size_t p = 0; p < pairs(Axes); ++p) corners[p] = panel.operand<Real>(first + 1 + p)(j);
    for_each_cell_at_length<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      cell.store(centres, places.template flux_divergence<here>(cell) / places.template g<here>(cell));
      for_dimensions<Axes>([&](auto d) TESSERA_PER_CELL {
        for_dimensions<Axes>([&](auto e) TESSERA_PER_CELL {
          if constexpr (e > d) {
            constexpr Index3 corner = beside<Axes>(d) + beside<Axes>(e);
            cell.store(corners[pair_of(d, e)],
                       places.template flux_divergence<corner>(cell) / places.template g<corner>(cell));
          }
        });
      });
    });
  }
}

template <class Real, int Axes, Known known>
class DivergenceForm {
  using P = Pack<Real>;
  using Inputs = Surroundings<Real, Axes, known>;
  using At = Places<Real, Axes, Inputs>;

 public:
  /// Operands from `first` on are what `divergences` wrote, and changes.
  DivergenceForm(const Panel& panel, const Inputs& inputs, std::size_t first, const Order& order)
      : panel_(panel),
        inputs_(inputs),
        places_(inputs),
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
  template <std::size_t d, class Cell>
  HWY_INLINE P number(const Cell& cell) const {
    constexpr Index3 face = beside<Axes>(d);
    const P c = places_.template courant<d, face>(cell);
    const P size = abs(c);
    const P over_g = inputs_.has_g() ? P(1) / places_.template g<face>(cell) : P(1);
    const P right = inputs_.value(cell);
    const P left = inputs_.value(cell, face);
    const P slope = Real(2) * inputs_.share(right - left, right + left, 2);
    P near = right + left;
    for (std::size_t e = 0; e < at(Axes); ++e) {
      if (e == d) continue;
      const Index3 up = beside<Axes>(e, 1);
      const Index3 down = beside<Axes>(e);
      near = near + ((inputs_.value(cell, up) + inputs_.value(cell, face + up)) +
                     (inputs_.value(cell, down) + inputs_.value(cell, face + down)));
    }
    const P divergence = per_value(over_g * places_.template flux_divergence<face>(cell), near, 4 * Axes - 2);
    const P second = Real(0.5) * (size * slope - c * divergence);
    if (!order_.third) return second;
    return second + third<d>(cell, {c, size, over_g, right, left, slope, near, divergence, second});
  }

 private:
  struct SoFar {
    P c, size, over_g, right, left, slope, near, divergence, second;
  };
  template <std::size_t d, class Cell>
  HWY_INLINE P third(const Cell& cell, const SoFar& of) const {
    constexpr Index3 face = beside<Axes>(d);
    constexpr Index3 next = beside<Axes>(d, 1);
    constexpr Index3 before = face + face + face;
    constexpr int count = 4 * Axes;
    const P ends = inputs_.value(cell, next) + inputs_.value(cell, face + face);
    const P all = of.near + ends;
    const P both = of.right + of.left;
    const P curvature = Real(2) * inputs_.share(ends - both, ends + both, 4);
    const P above = places_.template courant<d, next>(cell);
    const P below = places_.template courant<d, before>(cell);
    const P bend = above + below - Real(2) * of.c;
    const P mean = inputs_.gauge() ? Real(0.5) * both : P(1);
    const P in_right = centre_(cell);
    const P in_left = centre_(cell, face);
    P sum(0);
    if (!inputs_.gauge()) sum = Real(0.5) * abs(of.second) * of.slope;
    sum = sum - Real(1.0 / 24) * (Real(4) * of.c * curvature + of.slope * (above - below) + bend * mean);
    sum = sum + Real(0.5) * of.size * per_value(in_right - in_left, all, count);
    if (order_.changes) {
      const auto change = [&]<std::size_t e, Index3 place>() TESSERA_PER_CELL {
        const auto value = [&](const Index3& offset) TESSERA_PER_CELL { return changes_[e](cell, offset); };
        return At::template mean<place + beside<Axes>(e, 1)>(value);
      };
      const P flux = places_.template flux_divergence<face>(cell, change);
      const P of_change = per_value(of.over_g * flux, of.near, 4 * Axes - 2);
      sum = sum + Real(1.0 / 12) * (of.c * of_change - change.template operator()<d, face>() * of.divergence);
    }
    // The divergence of the flux of the divergence.
    P twice =
        places_.template courant<d, here>(cell) * in_right - places_.template courant<d, face + face>(cell) * in_left;
    for_dimensions<Axes>([&](auto e) TESSERA_PER_CELL {
      if constexpr (e != d) {
        const auto& corner = corners_[pair_of(d, e)];
        constexpr Index3 up = beside<Axes>(e, 1);
        twice = twice + (places_.template courant<e, face + up>(cell) * corner(cell, up) -
                         places_.template courant<e, face + beside<Axes>(e)>(cell) * corner(cell));
      }
    });
    return sum - Real(1.0 / 3) * of.c * per_value(of.over_g * twice, all, count);
  }

  /// x over the mean of `count` values.
  HWY_INLINE P per_value(P x, P sum, int count) const {
    return inputs_.gauge() ? x : static_cast<Real>(count) * inputs_.share(x, sum, count);
  }

  const Panel& panel_;
  const Inputs& inputs_;
  At places_;
  Order order_;
  std::size_t first_;
  OnFaces<Real, Axes> change_rows_;
  Around<Real, Axes> centre_;
  std::array<Around<Real, Axes>, 3> corners_;
  std::array<Around<Real, Axes>, at(Axes)> changes_;
};

template <class Real, int Axes, Known known>
void divergence_rows(const Panel& panel, const Variant& variant, const Courant3* uniform, const Order& order,
                     bool keep) {
  using Inputs = Surroundings<Real, Axes, known>;
  using Form = DivergenceForm<Real, Axes, known>;
  const std::size_t written = Inputs::operands(variant, uniform != nullptr);
  const std::size_t first = written + Form::operands(order);
  Inputs inputs(panel, variant, uniform);
  Form form(panel, inputs, written, order);
  const OnFaces<Real, Axes> flux_rows(panel, first);
  const OnFaces<Real, Axes> number_rows(panel, first + at(Axes), keep);
  for (Index j = 0; j < panel.rows; ++j) {
    inputs.begin_row(j);
    form.begin_row(j);
    const auto fluxes = flux_rows.row(j);
    const auto numbers = number_rows.row(j);
    for_each_cell_at_length<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      for_dimensions<Axes>([&](auto d) TESSERA_PER_CELL {
        const auto number = form.template number<d>(cell);
        cell.store(fluxes[d], inputs.flux_of(number, cell, d));
        if (keep) cell.store(numbers[d], number);
      });
    });
  }
}

}  // namespace

/// make<Real, Axes, known>(): most flow varies here.
template <class Make>
Kernel choose_known(const Make& make, const Variant& variant, bool uniform) {
  return choose(
      [&]<class Real, int Axes>() -> Kernel {
        if (known_of(variant, uniform) == Known::varying) return make.template operator()<Real, Axes, Known::varying>();
        return make.template operator()<Real, Axes, Known::nothing>();
      },
      variant);
}

Kernel make_divergences(const Variant& variant, const Courant3* uniform) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const bool is_uniform = uniform != nullptr;
  const auto make = [&]<class Real, int Axes, Known known>() -> Kernel {
    return [=](const Panel& panel) {
      divergences_rows<Real, Axes, known>(panel, variant, is_uniform ? &courant : nullptr);
    };
  };
  return choose_known(make, variant, is_uniform);
}

Kernel make_divergence_form(const Variant& variant, const Courant3* uniform, const Order& order, bool keep) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const bool is_uniform = uniform != nullptr;
  const auto make = [&]<class Real, int Axes, Known known>() -> Kernel {
    return [=](const Panel& panel) {
      divergence_rows<Real, Axes, known>(panel, variant, is_uniform ? &courant : nullptr, order, keep);
    };
  };
  return choose_known(make, variant, is_uniform);
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
