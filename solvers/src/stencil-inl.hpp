// Differences on rows, and loops over them, for the kernels of equations; included for each instruction set, see simd-inl.hpp.
#if defined(TESSERA_SOLVERS_STENCIL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_SOLVERS_STENCIL_INL
#undef TESSERA_SOLVERS_STENCIL_INL
#else
#define TESSERA_SOLVERS_STENCIL_INL
#endif

#include "stencil.hpp"
#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {

/// An operand of a kernel with its neighbours. `Points`: those of the Laplacian, 3, 5, 7 or 9.
template <class Real, int Points>
class Neighbours {
  static constexpr int axes = Points == 9 ? 2 : (Points - 1) / 2;
  static constexpr auto count = static_cast<std::size_t>(axes);
  using P = Pack<Real>;

 public:
  Neighbours(const Panel& panel, std::size_t operand, const Stencil& stencil)
      : values_(panel.operand<const Real>(operand)), laplacian_(stencil.inverse_square[0]) {
    double sum = 0;
    for (std::size_t d = 0; d < count; ++d) {
      const double ratio = stencil.inverse_square[d] / stencil.inverse_square[0];
      ratio_[d] = P(static_cast<Real>(ratio));
      gradient_[d] = P(static_cast<Real>(0.5 / stencil.spacing[d]));
      sum += ratio;
    }
    // 9 points: neighbours count 4/6, corners 1/6.
    if (Points == 9) laplacian_ *= 4.0 / 6;
    centre_factor_ = P(static_cast<Real>(Points == 9 ? -5 : -2 * sum));
  }

  void begin_row(Index j) {
    centre_ = values_(j);
    for (int d = 0; d < axes; ++d) {
      below_[static_cast<std::size_t>(d)] = values_(j, along(axes, d, -1));
      above_[static_cast<std::size_t>(d)] = values_(j, along(axes, d, 1));
    }
  }
  template <class At>
  HWY_INLINE P operator()(const At& cell) const {
    return cell(centre_);
  }
  /// sum + factor times the Laplacian. That of a uniform field is 0, exactly where all spacings are equal.
  template <class At>
  HWY_INLINE P add_laplacian(P factor, P sum, const At& cell) const {
    P neighbours = cell(below_[0]) + cell(above_[0]);
    for (std::size_t d = 1; d < count; ++d) neighbours = fma(ratio_[d], cell(below_[d]) + cell(above_[d]), neighbours);
    if constexpr (Points == 9) {
      const P corners = (cell(below_[0], -1) + cell(above_[0], 1)) + (cell(below_[0], 1) + cell(above_[0], -1));
      neighbours = fma(P(Real(0.25)), corners, neighbours);
    }
    return fma(factor, fma(centre_factor_, cell(centre_), neighbours), sum);
  }
  /// What add_laplacian's factor is, for so many times the Laplacian.
  P laplacian_factor(double times) const { return P(static_cast<Real>(times * laplacian_)); }
  /// The Laplacian.
  template <class At>
  HWY_INLINE P laplacian(const At& cell) const {
    return add_laplacian(laplacian_factor(1), P(Real(0)), cell);
  }
  /// The sum of the squares of the central differences along all dimensions.
  template <class At>
  HWY_INLINE P gradient_squared(const At& cell) const {
    P sum(Real(0));
    for (std::size_t d = 0; d < count; ++d) {
      const P slope = gradient_[d] * (cell(above_[d]) - cell(below_[d]));
      sum = fma(slope, slope, sum);
    }
    return sum;
  }
  /// The same, of the differences across a cell's faces, each the mean of two.
  template <class At>
  HWY_INLINE P gradient_squared_on_faces(const At& cell) const {
    P sum(Real(0));
    for (std::size_t d = 0; d < count; ++d) {
      const P below = gradient_[d] * (cell(centre_) - cell(below_[d]));
      const P above = gradient_[d] * (cell(above_[d]) - cell(centre_));
      sum = fma(below, below, fma(above, above, sum));
    }
    return sum + sum;
  }

 private:
  Rows<const Real> values_;
  double laplacian_;  // 1 / spacing^2 of the first dimension, and a factor of all points
  std::array<P, count> ratio_;
  std::array<P, count> gradient_;
  P centre_factor_;
  const Real* centre_ = nullptr;
  std::array<const Real*, count> below_{}, above_{};
};

/// An operand of which a cell's own value alone is read.
template <class Real>
class Values {
 public:
  Values(const Panel& panel, std::size_t operand) : values_(panel.operand<const Real>(operand)) {}
  void begin_row(Index j) { row_ = values_(j); }
  template <class At>
  HWY_INLINE Pack<Real> operator()(const At& cell) const {
    return cell(row_);
  }

 private:
  Rows<const Real> values_;
  const Real* row_ = nullptr;
};

/// Writes rule(cell), for each cell of a panel, to an operand; `inputs` are those that the rule reads. Write HWY_ATTR before the
/// body of the rule, and before that of the kernel.
template <class Real, class Rule, class... Inputs>
HWY_INLINE void write_rows(const Panel& panel, std::size_t output, const Rule& rule, Inputs&... inputs) {
  const auto rows = panel.operand<Real>(output);
  for (Index j = 0; j < panel.rows; ++j) {
    (inputs.begin_row(j), ...);
    Real* out = rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) HWY_ATTR { cell.store(out, rule(cell)); });
  }
}

/// kernel<Real, Points>(): a kernel for the precision and the stencil at hand.
template <class F>
Kernel for_stencil(const Stages& stages, const Stencil& stencil, const F& kernel) {
  return with_real(stages.precision(), [&]<class Real>() -> Kernel {
    switch (stencil.points) {
      case 3: return kernel.template operator()<Real, 3>();
      case 5: return kernel.template operator()<Real, 5>();
      case 7: return kernel.template operator()<Real, 7>();
      default: return kernel.template operator()<Real, 9>();
    }
  });
}

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
