// Differences on rows, and loops over them, for the kernels of equations; included for each instruction set, see simd-inl.hpp.
#if defined(TESSERA_SOLVERS_STENCIL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_SOLVERS_STENCIL_INL
#undef TESSERA_SOLVERS_STENCIL_INL
#else
#define TESSERA_SOLVERS_STENCIL_INL
#endif

#include "fusion.hpp"
#include "stencil.hpp"
#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {

/// An operand of a kernel with its neighbours. `Points`: those of the Laplacian, 3, 5, 7 or 9.
template <class Real, int Points>
class Neighbours {
  static constexpr int axes = Points == 9 ? 2 : (Points - 1) / 2;
  static constexpr auto count = static_cast<std::size_t>(axes);
  static constexpr int lanes = hn::MaxLanes(typename Pack<Real>::Tag());
  using P = Pack<Real>;

 public:
  Neighbours(const Panel& panel, std::size_t operand, const Stencil& stencil)
      : values_(panel.operand<const Real>(operand)),
        laplacian_(stencil.inverse_square[0]),
        first_(first_vector<Real>(panel)),
        joins_(joins_vectors && first_ + lanes <= panel.length) {
    double sum = 0;
    for (std::size_t d = 0; d < count; ++d) {
      const double ratio = stencil.inverse_square[d] / stencil.inverse_square[0];
      ratio_[d] = P(ratio);
      gradient_[d] = P(0.5 / stencil.spacing[d]);
      sum += ratio;
    }
    // 9 points: neighbours count 4/6, corners 1/6.
    if (Points == 9) laplacian_ *= 4.0 / 6;
    centre_factor_ = P(Points == 9 ? -5 : -2 * sum);
  }

  void begin_row(Index j) {
    centre_ = values_(j);
    for (int d = 0; d + 1 < axes; ++d) {
      below_[static_cast<std::size_t>(d)] = values_(j, along(axes, d, -1));
      above_[static_cast<std::size_t>(d)] = values_(j, along(axes, d, 1));
    }
    if (!joins_) return;
    now_ = Cells<Real>{first_}(centre_, -lanes);
    next_ = Cells<Real>{first_}(centre_);
  }
  /// To be called for each cell of the loop over a row.
  template <class At>
  HWY_INLINE void come_to(const At& cell) {
    if constexpr (joins<At>) {
      previous_ = now_;
      now_ = next_;
      next_ = cell(centre_, lanes);
    }
  }
  template <class At>
  HWY_INLINE P operator()(const At& cell) const {
    if constexpr (joins<At>) return now_;
    else return cell(centre_);
  }
  /// sum + factor times the Laplacian. That of a uniform field is 0, exactly where all spacings are equal.
  template <class At>
  HWY_INLINE P add_laplacian(P factor, P sum, const At& cell) const {
    P neighbours = below(0, cell) + above(0, cell);
    for (std::size_t d = 1; d < count; ++d) neighbours = fma(ratio_[d], below(d, cell) + above(d, cell), neighbours);
    if constexpr (Points == 9) {
      const P corners = (cell(below_[0], -1) + cell(above_[0], 1)) + (cell(below_[0], 1) + cell(above_[0], -1));
      neighbours = fma(P(0.25), corners, neighbours);
    }
    return fma(factor, fma(centre_factor_, (*this)(cell), neighbours), sum);
  }
  /// What add_laplacian's factor is, for so many times the Laplacian.
  P laplacian_factor(double times) const { return P(times * laplacian_); }
  /// The Laplacian.
  template <class At>
  HWY_INLINE P laplacian(const At& cell) const {
    return add_laplacian(laplacian_factor(1), P(0), cell);
  }
  /// The sum of the squares of the central differences along all dimensions.
  template <class At>
  HWY_INLINE P gradient_squared(const At& cell) const {
    P sum(0);
    for (std::size_t d = 0; d < count; ++d) {
      const P slope = gradient_[d] * (above(d, cell) - below(d, cell));
      sum = fma(slope, slope, sum);
    }
    return sum;
  }
  /// The same, of the differences across a cell's faces, each the mean of two.
  template <class At>
  HWY_INLINE P gradient_squared_on_faces(const At& cell) const {
    P sum(0);
    for (std::size_t d = 0; d < count; ++d) {
      const P lower = gradient_[d] * ((*this)(cell)-below(d, cell));
      const P upper = gradient_[d] * (above(d, cell) - (*this)(cell));
      sum = fma(lower, lower, fma(upper, upper, sum));
    }
    return sum + sum;
  }

 private:
  template <class At>
  static constexpr bool joins = joins_vectors&& std::is_same_v<At, Cells<Real>>;

  // Neighbours along a row share its address: a processor has few registers for them.
  template <class At>
  HWY_INLINE P below(std::size_t d, const At& cell) const {
    if (d + 1 < count) return cell(below_[d]);
    if constexpr (joins<At>) return join<lanes - 1>(previous_, now_);
    else return cell(centre_, -1);
  }
  template <class At>
  HWY_INLINE P above(std::size_t d, const At& cell) const {
    if (d + 1 < count) return cell(above_[d]);
    if constexpr (joins<At>) return join<1>(now_, next_);
    else return cell(centre_, 1);
  }

  Rows<const Real> values_;
  double laplacian_;  // 1 / spacing^2 of the first dimension, and a factor of all points
  std::array<P, count> ratio_;
  std::array<P, count> gradient_;
  P centre_factor_;
  const Real* centre_ = nullptr;
  std::array<const Real*, count> below_{}, above_{};
  Index first_;              // cell of a whole vector
  bool joins_;               // there is one
  P previous_, now_, next_;  // vectors along the row
};

/// An operand of which a cell's own value alone is read.
template <class Real>
class Values {
 public:
  Values(const Panel& panel, std::size_t operand) : values_(panel.operand<const Real>(operand)) {}
  void begin_row(Index j) { row_ = values_(j); }
  template <class At>
  HWY_INLINE void come_to(const At&) {}
  template <class At>
  HWY_INLINE Pack<Real> operator()(const At& cell) const {
    return cell(row_);
  }

 private:
  Rows<const Real> values_;
  const Real* row_ = nullptr;
};

/// Writes rule(cell), for each cell of a panel, to an operand; `inputs` are those that the rule reads. Write
/// TESSERA_PER_CELL before the body of the rule, and HWY_ATTR before that of the kernel.
template <class Real, class Rule, class... Inputs>
HWY_INLINE void write_rows(const Panel& panel, std::size_t output, const Rule& rule, Inputs&... inputs) {
  const auto rows = panel.operand<Real>(output);
  for (Index j = 0; j < panel.rows; ++j) {
    (inputs.begin_row(j), ...);
    Real* out = rows(j);
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      (inputs.come_to(cell), ...);
      cell.store(out, rule(cell));
    });
  }
}

/// The same with a fusion's sum of the argument, `Terms` inputs, and the rate. `first`: the operand after those of the rule.
template <class Real, std::size_t Terms, class Rule, class Argument, class... Inputs>
HWY_INLINE void write_fused_rows(const Panel& panel, std::size_t first, const Fusion& fusion, const Rule& rule,
                                 Argument& argument, Inputs&... inputs) {
  constexpr bool euler = Terms == 0;
  using P = Pack<Real>;
  const auto value_of = [](const double* factor) { return P(factor == nullptr ? 1 : *factor); };
  struct Term {
    Rows<const Real> rows;
    P factor;
    const Real* row = nullptr;
  };
  const auto terms_of = [&]<std::size_t... T>(std::index_sequence<T...>) {
    return std::array<Term, Terms>{Term{panel.operand<const Real>(first + T), value_of(fusion.factors[T])}...};
  };
  std::array<Term, Terms> terms = terms_of(std::make_index_sequence<Terms>());
  const P of_argument = value_of(fusion.of_argument);
  const P of_rate = value_of(fusion.of_rate);
  P doubt(0);
  for (Index j = 0; j < panel.rows; ++j) {
    argument.begin_row(j);
    (inputs.begin_row(j), ...);
    for (Term& term : terms) term.row = term.rows(j);
    Real* out = panel.operand<Real>(first + Terms)(j);
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      argument.come_to(cell);
      (inputs.come_to(cell), ...);
      P sum = euler ? argument(cell) : of_argument * argument(cell);
      for (const Term& term : terms) sum = fma(term.factor, cell(term.row), sum);
      sum = fma(of_rate, rule(cell), sum);
      if constexpr (euler) doubt = fma(cell.only(sum), P(0), doubt);
      cell.store(out, sum);
    });
  }
  if (euler && !(doubt.sum() == 0))
    fusion.findings[static_cast<std::size_t>(panel.block) * fusion.pitch].finite = false;
}

/// write_rows for a rate, or for what is made of it: Euler's step, or a stage of a stabilised method. `argument`: the field that it is
/// the rate of.
template <class Real, class Rule, class Argument, class... Inputs>
HWY_INLINE void write_rate(const Panel& panel, std::size_t first, const std::optional<Fusion>& fusion, const Rule& rule,
                           Argument& argument, Inputs&... inputs) {
  if (!fusion) write_rows<Real>(panel, first, rule, argument, inputs...);
  else if (fusion->inputs.empty()) write_fused_rows<Real, 0>(panel, first, *fusion, rule, argument, inputs...);
  else write_fused_rows<Real, 3>(panel, first, *fusion, rule, argument, inputs...);
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
