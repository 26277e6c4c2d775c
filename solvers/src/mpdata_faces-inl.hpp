// What MPDATA's row kernels share; included for each instruction set, see simd-inl.hpp.
#if defined(TESSERA_SOLVERS_MPDATA_FACES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_SOLVERS_MPDATA_FACES_INL
#undef TESSERA_SOLVERS_MPDATA_FACES_INL
#else
#define TESSERA_SOLVERS_MPDATA_FACES_INL
#endif

#include <array>
#include <utility>

#include "mpdata_kernels.hpp"
#include "tessera/core/around-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::mpdata::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

constexpr Index3 operator+(const Index3& a, const Index3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

/// Operands, or outputs, on faces: one a dimension.
template <class Real, int Axes>
class OnFaces {
  using Dimensions = std::make_index_sequence<at(Axes)>;

 public:
  /// Operands `first`, `first` + 1, ...; if they are not `present`, others that are not to be used.
  OnFaces(const Panel& panel, std::size_t first, bool present = true) : OnFaces(panel, first, present, Dimensions()) {}
  template <Index Layers = 1>
  std::array<Around<Real, Axes, Layers>, at(Axes)> around(Index j) const {
    return around<Layers>(j, Dimensions());
  }
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
  template <Index Layers, std::size_t... d>
  std::array<Around<Real, Axes, Layers>, at(Axes)> around(Index j, std::index_sequence<d...>) const {
    return {Around<Real, Axes, Layers>(rows_[d], j)...};
  }
  std::array<Rows<Real>, at(Axes)> rows_;
};

/// Donor-cell flux through a face with Courant number c between cells l and r.
template <class P>
HWY_INLINE P flux(P c, P l, P r) {
  return c * select(c > P(0), l, r);
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

/// What the compiler knows of a variant. The rest is asked for in the loops: it is the same for all cells, so that the
/// processor foresees it, and kernels for every combination would be hundreds.
enum class Known {
  nothing,
  uniform,        // flow, no G, no absolute values, no infinite gauge
  uniform_gauge,  // the same with infinite gauge
  varying         // flow, no absolute values, no infinite gauge
};
inline Known known_of(const Variant& variant, bool uniform) {
  if (variant.absolute || (uniform && variant.has_g) || (!uniform && variant.gauge)) return Known::nothing;
  if (!uniform) return Known::varying;
  return variant.gauge ? Known::uniform_gauge : Known::uniform;
}

/// What the longer kernels read: psi, Courant numbers and G, around a row's cells.
template <class Real, int Axes, Known known>
class Surroundings {
  using P = Pack<Real>;

 public:
  /// Operands that they are, the first ones: psi, Courant numbers a dimension unless `uniform`, G if there is one.
  static std::size_t operands(const Variant& variant, bool uniform) {
    return 1 + (uniform ? 0 : at(Axes)) + (variant.has_g ? 1 : 0);
  }
  Surroundings(const Panel& panel, const Variant& variant, const Courant3* uniform)
      : uniform_(uniform != nullptr),
        has_g_(variant.has_g),
        absolute_(variant.absolute),
        gauge_(variant.gauge),
        epsilon_(static_cast<Real>(variant.epsilon)),
        psi_rows_(panel.operand<const Real>(0)),
        courant_rows_(panel, 1, !uniform_),
        g_rows_(panel.operand<const Real>(has_g_ ? (uniform_ ? 1 : 1 + at(Axes)) : 0)) {
    for (std::size_t d = 0; d < at(Axes) && uniform_; ++d) constant_[d] = P((*uniform)[d]);
  }
  void begin_row(Index j) {
    psi_ = Around<Real, Axes, 2>(psi_rows_, j);
    g_ = Around<Real, Axes>(g_rows_, j);
    courant_ = courant_rows_.template around<2>(j);
  }

  HWY_INLINE bool uniform() const { return known == Known::nothing ? uniform_ : known != Known::varying; }
  HWY_INLINE bool has_g() const { return (known == Known::nothing || known == Known::varying) && has_g_; }
  HWY_INLINE bool gauge() const { return known == Known::nothing ? gauge_ : known == Known::uniform_gauge; }
  template <class At>
  HWY_INLINE P psi(const At& cell, const Index3& offset = {0, 0, 0}) const {
    return psi_(cell, offset);
  }
  /// |psi|, if so asked: what fractions are of.
  template <class At>
  HWY_INLINE P value(const At& cell, const Index3& offset = {0, 0, 0}) const {
    return known == Known::nothing && absolute_ ? abs(psi_(cell, offset)) : psi_(cell, offset);
  }
  template <class At>
  HWY_INLINE P courant(const At& cell, std::size_t d, const Index3& offset = {0, 0, 0}) const {
    return uniform() ? constant_[d] : courant_[d](cell, offset);
  }
  template <class At>
  HWY_INLINE P g(const At& cell, const Index3& offset = {0, 0, 0}) const {
    return has_g() ? g_(cell, offset) : P(1);
  }
  /// A fraction of `count` values times a weight, to be added to others before it is divided; with infinite gauge the values
  /// are all 1 below the line.
  HWY_INLINE Fraction<P> fraction(P weight, P above, P below, int count) const {
    if (gauge()) return {weight * (Real(1) / static_cast<Real>(count) * above), P(1)};
    return {weight * above, below + epsilon_};
  }
  HWY_INLINE Fraction<P> add(const Fraction<P>& a, const Fraction<P>& b) const {
    if (gauge()) return {a.numerator + b.numerator, P(1)};
    return sum<Axes>(a, b);
  }
  HWY_INLINE P value_of(const Fraction<P>& fraction) const {
    return gauge() ? fraction.numerator : fraction.numerator / fraction.denominator;
  }
  /// A fraction by itself.
  HWY_INLINE P share(P above, P below, int count) const {
    return gauge() ? Real(1) / static_cast<Real>(count) * above : above / (below + epsilon_);
  }
  /// The flux that a number causes through the cells' lower faces normal to d.
  template <class At>
  HWY_INLINE P flux_of(P number, const At& cell, std::size_t d) const {
    return gauge() ? number : flux(number, psi_(cell, beside<Axes>(d)), psi_(cell));
  }

 private:
  bool uniform_, has_g_, absolute_, gauge_;
  P epsilon_;
  std::array<P, at(Axes)> constant_{};
  Rows<const Real> psi_rows_;
  OnFaces<Real, Axes> courant_rows_;
  Rows<const Real> g_rows_;
  Around<Real, Axes, 2> psi_;
  Around<Real, Axes> g_;
  std::array<Around<Real, Axes, 2>, at(Axes)> courant_;
};

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

}  // namespace tessera::mpdata::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
