// The second-order central Laplacian (3, 5 or 7 points) on rows; included for each instruction set, see simd-inl.hpp.
#if defined(TESSERA_SOLVERS_LAPLACIAN_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_SOLVERS_LAPLACIAN_INL
#undef TESSERA_SOLVERS_LAPLACIAN_INL
#else
#define TESSERA_SOLVERS_LAPLACIAN_INL
#endif

#include <array>

#include "tessera/core/grid.hpp"
#include "tessera/core/simd-inl.hpp"

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

  void begin_row(Index j) {
    centre_ = values_(j);
    for (int d = 0; d < Axes; ++d) {
      below_[static_cast<std::size_t>(d)] = values_(j, along(Axes, d, -1));
      above_[static_cast<std::size_t>(d)] = values_(j, along(Axes, d, 1));
    }
  }
  template <class At>
  HWY_INLINE P centre(const At& cell) const {
    return cell(centre_);
  }
  /// sum + the Laplacian. That of a uniform field is 0, exactly where all spacings are equal.
  template <class At>
  HWY_INLINE P add_to(P sum, const At& cell) const {
    P neighbours = cell(below_[0]) + cell(above_[0]);
    for (std::size_t d = 1; d < count; ++d) neighbours = fma(ratio_[d], cell(below_[d]) + cell(above_[d]), neighbours);
    return fma(factor_, fma(centre_factor_, cell(centre_), neighbours), sum);
  }

 private:
  Rows<const Real> values_;
  P factor_;  // of the first dimension
  std::array<P, count> ratio_;
  P centre_factor_;
  const Real* centre_ = nullptr;
  std::array<const Real*, count> below_{}, above_{};
};

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
