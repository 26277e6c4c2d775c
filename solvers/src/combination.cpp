#include "combination.hpp"

#include <stdexcept>
#include <type_traits>

// Highway includes this file again for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "combination.cpp"
#include <hwy/foreach_target.h>

#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {
namespace {

constexpr std::size_t enough_terms = most_terms;

/// Each square is rounded to a multiple of 2^-44: sums below 2^9 are exact.
template <class Real>
class Squares {
  using Tag = typename Pack<Real>::Tag;
  using P = Pack<double>;

 public:
  explicit Squares(double weight) : weight_(weight), most_(most_squares), last_place_(0x1.8p8), sums_(0) {}

  HWY_INLINE void add(Pack<Real> pack) {
    if constexpr (std::is_same_v<Real, double>) {
      add_doubles(pack);
    } else {
#if HWY_TARGET == HWY_SCALAR  // has no halves
      add_doubles(hn::PromoteTo(hn::Rebind<double, Tag>(), pack.values));
#else
      const hn::Half<Tag> half;
      const hn::Rebind<double, decltype(half)> doubles;
      add_doubles(hn::PromoteTo(doubles, hn::LowerHalf(half, pack.values)));
      add_doubles(hn::PromoteTo(doubles, hn::UpperHalf(half, pack.values)));
#endif
    }
  }
  double sum() const { return sums_.sum(); }

 private:
  HWY_INLINE void add_doubles(P values) {
    const P value = weight_ * values;
    sums_ = sums_ + ((min(value * value, most_) + last_place_) - last_place_);
  }

  P weight_, most_;
  P last_place_;  // is followed, 52 places on, by 2^-44
  P sums_;
};

constexpr bool has_output(Sum::Use use) { return use != Sum::Use::error && use != Sum::Use::squares; }

template <class Real, std::size_t Terms, Sum::Use Use>
void add(const Panel& panel, const Sum& sum, std::size_t output, BlockFindings& findings) {
  using P = Pack<Real>;
  std::array<P, Terms> factors;
  for (std::size_t t = 0; t < Terms; ++t) factors[t] = P(sum.factors[t] == nullptr ? 1 : *sum.factors[t]);
  const P zero(0);
  P doubt = zero;
  Squares<Real> squares(Use == Sum::Use::squares ? *sum.weight : 0);
  P largest(Use == Sum::Use::error ? findings.error : findings.largest);
  P least(findings.least);
  for (Index j = 0; j < panel.rows; ++j) {
    std::array<const Real*, Terms> rows;
    for (std::size_t t = 0; t < Terms; ++t) rows[t] = panel.operand<const Real>(sum.inputs[t])(j);
    Real* out = has_output(Use) ? panel.operand<Real>(output)(j) : nullptr;
    for_each_cell<Real>(panel, j, [&](auto cell) TESSERA_PER_CELL {
      P value = factors[0] * cell(rows[0]);
      for (std::size_t t = 1; t < Terms; ++t) value = fma(factors[t], cell(rows[t]), value);
      // 0 times anything that is not finite is not a number.
      if constexpr (Use != Sum::Use::store) doubt = fma(cell.only(value), zero, doubt);
      if constexpr (has_output(Use)) cell.store(out, value);
      else if constexpr (Use == Sum::Use::squares) squares.add(cell.only(value));
      else largest = max(largest, cell.only(abs(value)));
      if constexpr (Use == Sum::Use::extremes) {
        least = min(least, cell.only(value, least));
        largest = max(largest, cell.only(value, largest));
      }
    });
  }
  if constexpr (Use != Sum::Use::store) findings.finite = findings.finite & (doubt.sum() == 0);
  if constexpr (Use == Sum::Use::error) {
    findings.error = static_cast<double>(largest.largest());
  } else if constexpr (Use == Sum::Use::squares) {
    findings.error += squares.sum();
  } else if constexpr (Use == Sum::Use::extremes) {
    findings.least = static_cast<double>(least.least());
    findings.largest = static_cast<double>(largest.largest());
  }
}

/// What a sum is for, and the number of its terms, become known to the compiler.
template <class Real, std::size_t Terms = enough_terms>
void add(const Panel& panel, const Sum& sum, std::size_t output, BlockFindings& findings) {
  if constexpr (Terms > 0) {
    if (sum.inputs.size() != Terms) return add<Real, Terms - 1>(panel, sum, output, findings);
    switch (sum.use) {
      case Sum::Use::store: return add<Real, Terms, Sum::Use::store>(panel, sum, output, findings);
      case Sum::Use::check: return add<Real, Terms, Sum::Use::check>(panel, sum, output, findings);
      case Sum::Use::extremes: return add<Real, Terms, Sum::Use::extremes>(panel, sum, output, findings);
      case Sum::Use::error: return add<Real, Terms, Sum::Use::error>(panel, sum, output, findings);
      case Sum::Use::squares: return add<Real, Terms, Sum::Use::squares>(panel, sum, output, findings);
    }
  }
}

}  // namespace

Kernel make_rows(Precision precision, std::size_t inputs, const std::vector<Sum>& sums, BlockFindings* findings,
                 std::size_t pitch) {
  return with_real(precision, [&]<class Real>() -> Kernel {
    return [=](const Panel& panel) {
      BlockFindings& of_block = findings[static_cast<std::size_t>(panel.block) * pitch];
      std::size_t output = inputs;
      for (const Sum& sum : sums) {
        add<Real>(panel, sum, output, of_block);
        if (has_output(sum.use)) ++output;
      }
    };
  });
}

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera {

HWY_EXPORT(make_rows);

Kernel make_combination(Precision precision, std::size_t inputs, const std::vector<Sum>& sums, BlockFindings* findings,
                        std::size_t pitch) {
  for (const Sum& sum : sums) {
    if (sum.inputs.empty() || sum.inputs.size() > most_terms) throw std::logic_error("make_combination: terms");
  }
  return HWY_DYNAMIC_DISPATCH(make_rows)(precision, inputs, sums, findings, pitch);
}

}  // namespace tessera
#endif
