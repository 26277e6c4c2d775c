// The nonoscillatory option. Formulas and notation: docs/mpdata.md.
#include <type_traits>

#include "mpdata_kernels.hpp"

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mpdata_limiter.cpp"
#include <hwy/foreach_target.h>

#include "mpdata_faces-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {
namespace {

template <class Real, int Axes>
void extrema_rows(const Panel& panel) {
  const auto psi_rows = panel.operand<const Real>(0);
  const auto least_rows = panel.operand<Real>(1);
  const auto largest_rows = panel.operand<Real>(2);
  for (Index j = 0; j < panel.rows; ++j) {
    const Around<Real, Axes> psi(psi_rows, j);
    Real* least = least_rows(j);
    Real* largest = largest_rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
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

template <class Real, int Axes, bool HasG>
void capacity_rows(const Panel& panel, double epsilon) {
  using P = Pack<Real>;
  const P zero(0);
  const P eps(epsilon);
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
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
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
      const P g_cell = HasG ? cell(g) : P(1);
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
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      const P up_here = up(cell);
      const P down_here = down(cell);
      for (std::size_t d = 0; d < at(Axes); ++d) {
        const P f = fluxes[d](cell);
        const P forward = min(down(cell, beside<Axes>(d)), up_here);
        const P backward = min(up(cell, beside<Axes>(d)), down_here);
        const P share = min(P(1), select(f > P(0), forward, backward));
        cell.store(limited[d], f * share);
        if constexpr (Keep) cell.store(kept[d], numbers[d](cell) * share);
      }
    });
  }
}

}  // namespace

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

}  // namespace tessera::mpdata::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::mpdata {

HWY_EXPORT(make_extrema);
HWY_EXPORT(make_capacity);
HWY_EXPORT(make_limit);

Kernel extrema(const Variant& variant) { return HWY_DYNAMIC_DISPATCH(make_extrema)(variant); }
Kernel capacity(const Variant& variant) { return HWY_DYNAMIC_DISPATCH(make_capacity)(variant); }
Kernel limit(const Variant& variant, bool keep) { return HWY_DYNAMIC_DISPATCH(make_limit)(variant, keep); }

}  // namespace tessera::mpdata
#endif
