// The second-order central Laplacian (3, 5 or 7 points) on rows; included for each instruction set, see simd-inl.hpp.
#if defined(TESSERA_SOLVERS_LAPLACIAN_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_SOLVERS_LAPLACIAN_INL
#undef TESSERA_SOLVERS_LAPLACIAN_INL
#else
#define TESSERA_SOLVERS_LAPLACIAN_INL
#endif

#include <array>

#include "tessera/core/around-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {

/// Of an operand of a kernel.
template <class Real, int Axes>
class Laplacian {
  static constexpr auto count = static_cast<std::size_t>(Axes);
  using P = Pack<Real>;

 public:
  /// `factors`: 1 / spacing^2 of each dimension, times whatever is wanted; the first is not 0.
  Laplacian(const Rows<const Real>& values, const std::array<double, 3>& factors)
      : values_(values), factor_(static_cast<Real>(factors[0])) {
    double sum = 0;
    for (std::size_t d = 0; d < count; ++d) {
      ratio_[d] = P(static_cast<Real>(factors[d] / factors[0]));
      sum += factors[d] / factors[0];
    }
    centre_factor_ = P(static_cast<Real>(-2 * sum));
  }

  void begin_row(Index j) { around_ = Around<Real, Axes>(values_, j); }
  template <class At>
  HWY_INLINE P centre(const At& cell) const {
    return around_(cell);
  }
  /// sum + the Laplacian. That of a uniform field is 0, exactly where all spacings are equal.
  template <class At>
  HWY_INLINE P add_to(P sum, const At& cell) const {
    const auto both = [&](std::size_t d)
                          HWY_ATTR { return around_(cell, beside<Axes>(d)) + around_(cell, beside<Axes>(d, 1)); };
    P neighbours = both(0);
    for (std::size_t d = 1; d < count; ++d) neighbours = fma(ratio_[d], both(d), neighbours);
    return fma(factor_, fma(centre_factor_, around_(cell), neighbours), sum);
  }

 private:
  Rows<const Real> values_;
  P factor_;  // of the first dimension
  std::array<P, count> ratio_;
  P centre_factor_;
  Around<Real, Axes> around_;
};

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
