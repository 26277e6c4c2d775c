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
  /// `factors`: 1 / spacing^2 of each dimension, times whatever is wanted.
  Laplacian(const Rows<const Real>& values, const std::array<double, 3>& factors) : values_(values) {
    for (std::size_t d = 0; d < count; ++d) factor_[d] = P(static_cast<Real>(factors[d]));
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
  /// sum + the Laplacian. That of a uniform field is 0 exactly.
  template <class At>
  HWY_INLINE P add_to(P sum, const At& cell) const {
    const P minus_two(Real(-2));
    const P centre = cell(centre_);
    for (std::size_t d = 0; d < count; ++d)
      sum = fma(factor_[d], fma(minus_two, centre, cell(below_[d]) + cell(above_[d])), sum);
    return sum;
  }

 private:
  Rows<const Real> values_;
  std::array<P, count> factor_;
  const Real* centre_ = nullptr;
  std::array<const Real*, count> below_{}, above_{};
};

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
