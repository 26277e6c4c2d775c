#include "mpdata_kernels.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_kernels.cpp"
#include <hwy/foreach_target.h>

#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

using tessera::HWY_NAMESPACE::for_each_cell;
using tessera::HWY_NAMESPACE::Pack;

constexpr std::size_t at(int axis) { return static_cast<std::size_t>(axis); }
constexpr Index3 operator+(const Index3& a, const Index3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

template <class Real, int Axes>
using PerDimension = std::array<Real*, at(Axes)>;

/// The rows beside row j of an operand, along all dimensions.
template <int Axes, class Real>
PerDimension<Real, Axes> beside(const Rows<Real>& rows, Index j, Index layers) {
  PerDimension<Real, Axes> result{};
  for (int d = 0; d < Axes; ++d) result[at(d)] = rows(j, along(Axes, d, layers));
  return result;
}

/// Operands on faces, or outputs, a dimension each.
template <class Real, int Axes>
class RowsPerDimension {
 public:
  /// Operands `first`, `first` + 1, ...; if they are not `present`, others that are not to be used.
  RowsPerDimension(const Panel& panel, std::size_t first, bool present = true)
      : RowsPerDimension(panel, first, present, std::make_index_sequence<at(Axes)>()) {}
  const Rows<Real>& operator[](std::size_t d) const { return rows_[d]; }
  PerDimension<Real, Axes> lower(Index j) const {
    PerDimension<Real, Axes> result{};
    for (std::size_t d = 0; d < at(Axes); ++d) result[d] = rows_[d](j);
    return result;
  }
  /// The upper faces of cells.
  PerDimension<Real, Axes> upper(Index j) const {
    PerDimension<Real, Axes> result{};
    for (int d = 0; d < Axes; ++d) result[at(d)] = rows_[at(d)](j, along(Axes, d, 1));
    return result;
  }

 private:
  template <std::size_t... d>
  RowsPerDimension(const Panel& panel, std::size_t first, bool present, std::index_sequence<d...>)
      : rows_{panel.operand<Real>(present ? first + d : 0)...} {}
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
  std::array<P, at(Axes)> constant;
  for (std::size_t d = 0; d < at(Axes); ++d) constant[d] = P(static_cast<Real>(courant[d]));
  const auto psi_rows = panel.operand<const Real>(0);
  const RowsPerDimension<const Real, Axes> courant_rows(panel, faces, !Uniform);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const auto out_rows = panel.operand<Real>(output);
  const auto least_rows = panel.operand<Real>(Extrema ? output + 1 : output);
  const auto largest_rows = panel.operand<Real>(Extrema ? output + 2 : output);
  for (Index j = 0; j < panel.rows; ++j) {
    const Real* centre = psi_rows(j);
    const auto below = beside<Axes>(psi_rows, j, -1);
    const auto above = beside<Axes>(psi_rows, j, 1);
    const auto lower = courant_rows.lower(j);
    const auto upper = courant_rows.upper(j);
    const Real* g = g_rows(j);
    Real* out = out_rows(j);
    Real* least = least_rows(j);
    Real* largest = largest_rows(j);
    for_each_cell<Real>(panel, [&](auto cell) HWY_ATTR {
      const P psi = cell(centre);
      P sum(Real{0});
      P low = psi;
      P high = psi;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P b = cell(below[d]);
        const P a = cell(above[d]);
        const P c_lower = Uniform ? constant[d] : cell(lower[d]);
        const P c_upper = Uniform ? c_lower : cell(upper[d]);
        sum = sum + (flux(c_lower, b, psi) - flux(c_upper, psi, a));
        if constexpr (Extrema) {
          low = min(low, min(b, a));
          high = max(high, max(b, a));
        }
      }
      if constexpr (HasG) sum = sum / cell(g);
      cell.store(out, psi + sum);
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
    const Real* centre = psi_rows(j);
    const auto below = beside<Axes>(psi_rows, j, -1);
    const auto above = beside<Axes>(psi_rows, j, 1);
    Real* least = least_rows(j);
    Real* largest = largest_rows(j);
    for_each_cell<Real>(panel, [&](auto cell) HWY_ATTR {
      auto low = cell(centre);
      auto high = low;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        low = min(low, min(cell(below[d]), cell(above[d])));
        high = max(high, max(cell(below[d]), cell(above[d])));
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
    return {a.numerator / a.denominator + b.numerator / b.denominator, P(1.0F)};
  else return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
}

template <class Real, int Axes, bool Uniform, bool Gauge, bool HasG, bool Split, bool Keep>
void antidiffusive_rows(const Panel& panel, const Courant3& courant, double epsilon) {
  using P = Pack<Real>;
  constexpr std::size_t faces = 1;
  constexpr std::size_t g_operand = faces + (Uniform ? 0 : at(Axes));
  constexpr std::size_t output = g_operand + (HasG ? 1 : 0);
  const P eps(static_cast<Real>(epsilon));
  std::array<P, at(Axes)> constant;
  for (std::size_t d = 0; d < at(Axes); ++d) constant[d] = P(static_cast<Real>(courant[d]));
  const auto psi = panel.operand<const Real>(0);
  const RowsPerDimension<const Real, Axes> courant_rows(panel, faces, !Uniform);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const RowsPerDimension<Real, Axes> flux_rows(panel, output);
  const RowsPerDimension<Real, Axes> number_rows(panel, output + at(Axes), Keep);
  for (Index j = 0; j < panel.rows; ++j) {
    // Beside the lower faces of each dimension d: rows of psi at both cells, and of the Courant numbers of each other
    // dimension e at both cells, lower and upper.
    struct Beside {
      const Real *up_left, *up_right, *down_left, *down_right;
      std::array<const Real*, 4> courant;
    };
    std::array<std::array<Beside, at(Axes)>, at(Axes)> around{};
    for (int d = 0; d < Axes; ++d) {
      const Index3 back = along(Axes, d, -1);
      for (int e = 0; e < Axes; ++e) {
        const Index3 up = along(Axes, e, 1);
        const Index3 down = along(Axes, e, -1);
        const auto& c = courant_rows[at(e)];
        around[at(d)][at(e)] = {psi(j, back + up),
                                psi(j, up),
                                psi(j, back + down),
                                psi(j, down),
                                {c(j, back), c(j, back + up), c(j), c(j, up)}};
      }
    }
    const Real* centre = psi(j);
    const auto below = beside<Axes>(psi, j, -1);
    const auto courant_lower = courant_rows.lower(j);
    const Real* g = g_rows(j);
    const auto g_below = beside<Axes>(g_rows, j, -1);
    const auto fluxes = flux_rows.lower(j);
    const auto numbers = number_rows.lower(j);
    for_each_cell<Real>(panel, [&](auto cell) HWY_ATTR {
      const P right = cell(centre);
      std::array<P, at(Axes)> number;
      std::array<P, at(Axes)> caused;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P l = cell(below[d]);
        const P c = Uniform ? constant[d] : cell(courant_lower[d]);
        const P g_face = HasG ? Real(0.5) * (cell(g_below[d]) + cell(g)) : P(Real(1));
        const P weight = abs(c) * g_face - c * c;
        Fraction<P> total{weight * (right - l), Gauge ? P(Real(2)) : (right + l) + eps};
        for (std::size_t e = 0; e < at(Axes) && !Split; ++e) {
          if (e == d) continue;
          const Beside& rows = around[d][e];
          const P above_sum = cell(rows.up_right) + cell(rows.up_left);
          const P below_sum = cell(rows.down_right) + cell(rows.down_left);
          const auto& c_rows = rows.courant;
          const P mean = Uniform
                             ? constant[e]
                             : Real(0.25) * ((cell(c_rows[0]) + cell(c_rows[1])) + (cell(c_rows[2]) + cell(c_rows[3])));
          const P numerator = Real(-0.5) * (c * mean) * (above_sum - below_sum);
          if constexpr (Gauge)
            total.numerator = total.numerator + Real(0.5) * numerator;  // over 4, and total is over 2
          else total = sum<Axes>(total, Fraction<P>{numerator, (above_sum + below_sum) + eps});
        }
        if constexpr (HasG) total.denominator = total.denominator * g_face;
        // A power of two may be multiplied by; and no two dimensions may share a division: beyond the ends of a box
        // faces normal to one of them alone are right.
        number[d] = Gauge && !HasG ? Real(0.5) * total.numerator : total.numerator / total.denominator;
        caused[d] = Gauge ? number[d] : flux(number[d], l, right);
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
  const RowsPerDimension<const Real, Axes> flux_rows(panel, faces);
  const auto least_rows = panel.operand<const Real>(bounds);
  const auto largest_rows = panel.operand<const Real>(bounds + 1);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const auto up_rows = panel.operand<Real>(output);
  const auto down_rows = panel.operand<Real>(output + 1);
  for (Index j = 0; j < panel.rows; ++j) {
    const Real* centre = psi_rows(j);
    const auto below = beside<Axes>(psi_rows, j, -1);
    const auto above = beside<Axes>(psi_rows, j, 1);
    const auto lower = flux_rows.lower(j);
    const auto upper = flux_rows.upper(j);
    const Real* least = least_rows(j);
    const Real* largest = largest_rows(j);
    const Real* g = g_rows(j);
    Real* up = up_rows(j);
    Real* down = down_rows(j);
    for_each_cell<Real>(panel, [&](auto cell) HWY_ATTR {
      const P psi = cell(centre);
      P low = min(cell(least), psi);
      P high = max(cell(largest), psi);
      P in = eps;
      P out = eps;
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P b = cell(below[d]);
        const P a = cell(above[d]);
        low = min(low, min(b, a));
        high = max(high, max(b, a));
        const P f_lower = cell(lower[d]);
        const P f_upper = cell(upper[d]);
        in = in + (max(f_lower, zero) - min(f_upper, zero));
        out = out + (max(f_upper, zero) - min(f_lower, zero));
      }
      const P room_in = high - psi;
      const P room_out = psi - low;
      const P g_cell = HasG ? cell(g) : P(Real{1});
      if constexpr (std::is_same_v<Real, double>) {
        const P share = g_cell / (in * out);  // one division for both
        cell.store(up, room_in * (share * out));
        cell.store(down, room_out * (share * in));
      } else {
        cell.store(up, HasG ? room_in * g_cell / in : room_in / in);
        cell.store(down, HasG ? room_out * g_cell / out : room_out / out);
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
  const RowsPerDimension<const Real, Axes> flux_rows(panel, faces);
  const RowsPerDimension<const Real, Axes> number_rows(panel, faces + at(Axes), Keep);
  const RowsPerDimension<Real, Axes> limited_rows(panel, output);
  const RowsPerDimension<Real, Axes> kept_rows(panel, output + at(Axes), Keep);
  for (Index j = 0; j < panel.rows; ++j) {
    const Real* up = up_rows(j);
    const Real* down = down_rows(j);
    const auto up_below = beside<Axes>(up_rows, j, -1);
    const auto down_below = beside<Axes>(down_rows, j, -1);
    const auto fluxes = flux_rows.lower(j);
    const auto numbers = number_rows.lower(j);
    const auto limited = limited_rows.lower(j);
    const auto kept = kept_rows.lower(j);
    for_each_cell<Real>(panel, [&](auto cell) HWY_ATTR {
      const P up_r = cell(up);
      const P down_r = cell(down);
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P f = cell(fluxes[d]);
        const P forward = min(cell(down_below[d]), up_r);
        const P backward = min(cell(up_below[d]), down_r);
        const P share = min(P(Real{1}), select(f > P(Real{0}), forward, backward));
        cell.store(limited[d], f * share);
        if constexpr (Keep) cell.store(kept[d], cell(numbers[d]) * share);
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
  const RowsPerDimension<const Real, Axes> flux_rows(panel, faces);
  const auto g_rows = panel.operand<const Real>(HasG ? g_operand : 0);
  const auto out_rows = panel.operand<Real>(output);
  for (Index j = 0; j < panel.rows; ++j) {
    const Real* centre = psi_rows(j);
    const auto lower = flux_rows.lower(j);
    const auto upper = flux_rows.upper(j);
    const Real* g = g_rows(j);
    Real* out = out_rows(j);
    for_each_cell<Real>(panel, [&](auto cell) HWY_ATTR {
      auto sum = cell(lower[0]) - cell(upper[0]);
      for (std::size_t d = 1; d < at(Axes); ++d) sum = sum + (cell(lower[d]) - cell(upper[d]));
      if constexpr (HasG) sum = sum / cell(g);
      cell.store(out, cell(centre) + sum);
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
