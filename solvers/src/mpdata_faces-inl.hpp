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

constexpr std::size_t at(int axis) { return static_cast<std::size_t>(axis); }
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
