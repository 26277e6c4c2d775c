#include "mpdata_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_kernels.cpp"
#include <hwy/foreach_target.h>

#include "tessera/core/around-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

using namespace tessera::HWY_NAMESPACE;

constexpr std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

/// Operands, or outputs, on faces: one a dimension.
template <class Real, int Axes>
class OnFaces {
  using Dimensions = std::make_index_sequence<at(Axes)>;

 public:
  /// Operands `first`, `first` + 1, ...; if they are not `present`, others that are not to be used.
  OnFaces(const Panel& panel, std::size_t first, bool present = true) : OnFaces(panel, first, present, Dimensions()) {}
  std::array<Around<Real, Axes>, at(Axes)> around(Index j) const { return around(j, Dimensions()); }
  /// To write to.
  std::array<Real*, at(Axes)> row(Index j) const {
    std::array<Real*, at(Axes)> result{};
    for (std::size_t d = 0; d < at(Axes); ++d) result[d] = rows_[d](j);
    return result;
  }

 private:
  template <std::size_t... d>
  OnFaces(const Panel& panel, std::size_t first, bool present, std::index_sequence<d...>)
      : rows_{panel.operand<Real>(present ? first + d : 0)...} {}
  template <std::size_t... d>
  std::array<Around<Real, Axes>, at(Axes)> around(Index j, std::index_sequence<d...>) const {
    return {Around<Real, Axes>(rows_[d], j)...};
  }
  std::array<Rows<Real>, at(Axes)> rows_;
};

/// Donor-cell flux through a face with Courant number c between cells l and r.
template <class P>
HWY_INLINE P flux(P c, P l, P r) {
  return c * select(c > P(0), l, r);
}

template <class Real, int Axes, bool Uniform, bool HasG, bool Extrema>
void upwind_rows(const Panel& panel, const Courant3& courant) {
  using P = Pack<Real>;
  constexpr std::size_t faces = 1;
  constexpr std::size_t g_operand = faces + (Uniform ? 0 : at(Axes));
  constexpr std::size_t output = g_operand + (HasG ? 1 : 0);
  std::array<P, at(Axes)> speed;
  for (std::size_t d = 0; d < at(Axes); ++d) speed[d] = P(static_cast<Real>(std::fabs(courant[d])));
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
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      const P here = psi(cell);
      P sum(Real{0});
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

template <class Real, int Axes>
void extrema_rows(const Panel& panel) {
  const auto psi_rows = panel.operand<const Real>(0);
  const auto least_rows = panel.operand<Real>(1);
  const auto largest_rows = panel.operand<Real>(2);
  for (Index j = 0; j < panel.rows; ++j) {
    const Around<Real, Axes> psi(psi_rows, j);
    Real* least = least_rows(j);
    Real* largest = largest_rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      auto low = psi(cell);
      auto high = low;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const auto below = psi(cell, beside<Axes>(d));
        const auto above = psi(cell, beside<Axes>(d, 1));
        low = min(low, min(below, above));
        high = max(high, max(below, above));
      }
      cell.store(least, low);
      cell.store(largest, high);
    });
  }
}

/// Divisions are what MPDATA's time goes into: fractions are brought over one denominator. A product of up to three
/// denominators between epsilon and 1e100 is a normal number in double; in float, only one of two is.
template <class P>
struct Fraction {
  P numerator;
  P denominator;
};

template <int Axes, class P>
HWY_INLINE Fraction<P> sum(Fraction<P> a, Fraction<P> b) {
  if constexpr (std::is_same_v<typename P::Real, float> && Axes == 3)
    return {fma(a.numerator, reciprocal(a.denominator), b.numerator * reciprocal(b.denominator)), P(1.0F)};
  else return {fma(a.numerator, b.denominator, b.numerator * a.denominator), a.denominator * b.denominator};
}

constexpr Index3 operator+(const Index3& a, const Index3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

template <class Real, int Axes, bool Uniform, bool Gauge, bool HasG, bool Split, bool Keep>
void antidiffusive_rows(const Panel& panel, const Courant3& courant, double epsilon) {
  using P = Pack<Real>;
  constexpr std::size_t faces = 1;
  constexpr std::size_t g_operand = faces + (Uniform ? 0 : at(Axes));
  constexpr std::size_t output = g_operand + (HasG ? 1 : 0);
  // With infinite gauge, denominators are 2 and 4.
  const auto weight_of = [](P c, P g) HWY_ATTR { return P(Real(Gauge ? 0.5 : 1)) * (abs(c) * g - c * c); };
  const auto cross_of = [](P c, P other) HWY_ATTR { return P(Real(Gauge ? -0.125 : -0.5)) * (c * other); };
  const P eps(static_cast<Real>(epsilon));
  std::array<P, at(Axes)> constant;
  std::array<P, at(Axes)> constant_weight;
  std::array<std::array<P, at(Axes)>, at(Axes)> constant_cross;
  for (std::size_t d = 0; d < at(Axes); ++d) constant[d] = P(static_cast<Real>(courant[d]));
  for (std::size_t d = 0; d < at(Axes); ++d) {
    constant_weight[d] = weight_of(constant[d], P(Real(1)));
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
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      const P right = psi(cell);
      std::array<P, at(Axes)> number;
      std::array<P, at(Axes)> caused;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const Index3 back = beside<Axes>(d);
        const P left = psi(cell, back);
        const P c_face = Uniform ? constant[d] : c[d](cell);
        const P g_face = HasG ? Real(0.5) * (g(cell, back) + g(cell)) : P(Real(1));
        const P weight = Uniform && !HasG ? constant_weight[d] : weight_of(c_face, g_face);
        Fraction<P> total{weight * (right - left), Gauge ? P(Real(1)) : (right + left) + eps};
        for (std::size_t e = 0; e < at(Axes) && !Split; ++e) {
          if (e == d) continue;
          const Index3 up = beside<Axes>(e, 1);
          const Index3 down = beside<Axes>(e);
          const P above = psi(cell, up) + psi(cell, back + up);
          const P below = psi(cell, down) + psi(cell, back + down);
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
        caused[d] = Gauge ? number[d] : flux(number[d], left, right);
      }
      for (std::size_t d = 0; d < at(Axes); ++d) {
        cell.store(fluxes[d], caused[d]);
        if constexpr (Keep) cell.store(numbers[d], number[d]);
      }
    });
  }
}

template <class Real, int Axes, bool HasG>
void capacity_rows(const Panel& panel, double epsilon) {
  using P = Pack<Real>;
  const P zero(Real{0});
  const P eps(static_cast<Real>(epsilon));
  constexpr std::size_t faces = 1;
  constexpr std::size_t bounds = faces + at(Axes);
  constexpr std::size_t g_operand = bounds + 2;
  constexpr std::size_t output = g_operand + (HasG ? 1 : 0);
  const auto psi_rows = panel.operand<const Real>(0);
  const OnFaces<Real, Axes> flux_rows(panel, faces);
  const auto least_rows = panel.operand<const Real>(bounds);
  const auto largest_rows = panel.operand<const Real>(bounds + 1);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const auto up_rows = panel.operand<Real>(output);
  const auto down_rows = panel.operand<Real>(output + 1);
  for (Index j = 0; j < panel.rows; ++j) {
    const Around<Real, Axes> psi(psi_rows, j);
    const auto fluxes = flux_rows.around(j);
    const Real* least = least_rows(j);
    const Real* largest = largest_rows(j);
    const Real* g = g_rows(j);
    Real* up = up_rows(j);
    Real* down = down_rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      const P here = psi(cell);
      P low = min(cell(least), here);
      P high = max(cell(largest), here);
      P in = eps;
      P out = eps;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P below = psi(cell, beside<Axes>(d));
        const P above = psi(cell, beside<Axes>(d, 1));
        low = min(low, min(below, above));
        high = max(high, max(below, above));
        const P lower = fluxes[d](cell);
        const P upper = fluxes[d](cell, beside<Axes>(d, 1));
        in = in + (max(lower, zero) - min(upper, zero));
        out = out + (max(upper, zero) - min(lower, zero));
      }
      const P room_in = high - here;
      const P room_out = here - low;
      const P g_cell = HasG ? cell(g) : P(Real{1});
      if constexpr (std::is_same_v<Real, double>) {
        const P share = g_cell / (in * out);  // one division for both
        cell.store(up, room_in * (share * out));
        cell.store(down, room_out * (share * in));
      } else {
        cell.store(up, room_in * (g_cell * reciprocal(in)));
        cell.store(down, room_out * (g_cell * reciprocal(out)));
      }
    });
  }
}

template <class Real, int Axes, bool Keep>
void limit_rows(const Panel& panel) {
  using P = Pack<Real>;
  constexpr std::size_t faces = 2;
  constexpr std::size_t output = faces + (Keep ? 2 : 1) * at(Axes);
  const auto up_rows = panel.operand<const Real>(0);
  const auto down_rows = panel.operand<const Real>(1);
  const OnFaces<Real, Axes> flux_rows(panel, faces);
  const OnFaces<Real, Axes> number_rows(panel, faces + at(Axes), Keep);
  const OnFaces<Real, Axes> limited_rows(panel, output);
  const OnFaces<Real, Axes> kept_rows(panel, output + at(Axes), Keep);
  for (Index j = 0; j < panel.rows; ++j) {
    const Around<Real, Axes> up(up_rows, j);
    const Around<Real, Axes> down(down_rows, j);
    const auto fluxes = flux_rows.around(j);
    const auto numbers = number_rows.around(j);
    const auto limited = limited_rows.row(j);
    const auto kept = kept_rows.row(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      const P up_here = up(cell);
      const P down_here = down(cell);
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P f = fluxes[d](cell);
        const P forward = min(down(cell, beside<Axes>(d)), up_here);
        const P backward = min(up(cell, beside<Axes>(d)), down_here);
        const P share = min(P(Real{1}), select(f > P(Real{0}), forward, backward));
        cell.store(limited[d], f * share);
        if constexpr (Keep) cell.store(kept[d], numbers[d](cell) * share);
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
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR {
      auto sum = fluxes[0](cell) - fluxes[0](cell, beside<Axes>(0, 1));
      for (std::size_t d = 1; d < at(Axes); ++d) sum = sum + (fluxes[d](cell) - fluxes[d](cell, beside<Axes>(d, 1)));
      if constexpr (HasG) sum = sum * reciprocal(cell(g));
      cell.store(out, cell(psi) + sum);
    });
  }
}

/// f<Real, Axes, flags...>(): what is known at run time becomes known to the compiler.
template <class Real, int Axes, bool... Known, class F>
Kernel with_flags(const F& f) {
  return f.template operator()<Real, Axes, Known...>();
}
template <class Real, int Axes, bool... Known, class F, class... Flags>
Kernel with_flags(const F& f, bool flag, Flags... flags) {
  return flag ? with_flags<Real, Axes, Known..., true>(f, flags...)
              : with_flags<Real, Axes, Known..., false>(f, flags...);
}
template <class F, class... Flags>
Kernel choose(const F& f, const Variant& variant, Flags... flags) {
  return specialise(variant.precision, variant.dimensions,
                    [&]<class Real, int Axes>() { return with_flags<Real, Axes>(f, flags...); });
}

}  // namespace

Kernel make_upwind(const Variant& variant, const Courant3* uniform, bool extrema) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const auto make = [&]<class Real, int Axes, bool Uniform, bool HasG, bool Extrema>() -> Kernel {
    return [courant](const Panel& panel) { upwind_rows<Real, Axes, Uniform, HasG, Extrema>(panel, courant); };
  };
  return choose(make, variant, uniform != nullptr, variant.has_g, extrema);
}

Kernel make_antidiffusive(const Variant& variant, const Courant3* uniform, bool keep) {
  const Courant3 courant = uniform != nullptr ? *uniform : Courant3{};
  const double epsilon = variant.epsilon;
  const auto make = [&]<class Real, int Axes, bool Uniform, bool Gauge, bool HasG, bool Split, bool Keep>() -> Kernel {
    return [=](const Panel& panel) {
      // With infinite gauge Courant numbers are fluxes; and in 1-D there are no cross terms anyway.
      antidiffusive_rows<Real, Axes, Uniform, Gauge, HasG, Split || Axes == 1, Keep && !Gauge>(panel, courant, epsilon);
    };
  };
  return choose(make, variant, uniform != nullptr, variant.gauge, variant.has_g, variant.split, keep);
}

Kernel make_extrema(const Variant& variant) {
  const auto make = []<class Real, int Axes>() -> Kernel { return extrema_rows<Real, Axes>; };
  return choose(make, variant);
}

Kernel make_capacity(const Variant& variant) {
  const auto make = [epsilon = variant.epsilon]<class Real, int Axes, bool HasG>() -> Kernel {
    return [epsilon](const Panel& panel) { capacity_rows<Real, Axes, HasG>(panel, epsilon); };
  };
  return choose(make, variant, variant.has_g);
}

Kernel make_limit(const Variant& variant, bool keep) {
  const auto make = []<class Real, int Axes, bool Keep>() -> Kernel { return limit_rows<Real, Axes, Keep>; };
  return choose(make, variant, keep);
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
HWY_EXPORT(make_antidiffusive);
HWY_EXPORT(make_extrema);
HWY_EXPORT(make_capacity);
HWY_EXPORT(make_limit);
HWY_EXPORT(make_update);

Kernel upwind(const Variant& variant, const Courant3* uniform, bool extrema) {
  return HWY_DYNAMIC_DISPATCH(make_upwind)(variant, uniform, extrema);
}
Kernel antidiffusive(const Variant& variant, const Courant3* uniform, bool keep) {
  return HWY_DYNAMIC_DISPATCH(make_antidiffusive)(variant, uniform, keep);
}
Kernel extrema(const Variant& variant) { return HWY_DYNAMIC_DISPATCH(make_extrema)(variant); }
Kernel capacity(const Variant& variant) { return HWY_DYNAMIC_DISPATCH(make_capacity)(variant); }
Kernel limit(const Variant& variant, bool keep) { return HWY_DYNAMIC_DISPATCH(make_limit)(variant, keep); }
Kernel update(const Variant& variant) { return HWY_DYNAMIC_DISPATCH(make_update)(variant); }

}  // namespace tessera::mpdata
#endif
