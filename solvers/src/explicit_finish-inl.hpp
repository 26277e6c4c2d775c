// The row kernels' side of explicit_finish.hpp; included for each instruction set, see simd-inl.hpp.
#if defined(TESSERA_SOLVERS_EXPLICIT_FINISH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_SOLVERS_EXPLICIT_FINISH_INL
#undef TESSERA_SOLVERS_EXPLICIT_FINISH_INL
#else
#define TESSERA_SOLVERS_EXPLICIT_FINISH_INL
#endif

#include "explicit_finish.hpp"
#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {

/// Of one panel. Operands from `first` on: what is compared, if anything, then the outputs.
template <class Real, int Outputs, bool Compared>
class Finisher {
  using P = Pack<Real>;
  static_assert(Outputs == 1 || !Compared);

 public:
  Finisher(const Finish& finish, const Panel& panel, std::size_t first)
      : findings_(finish.findings[panel.block]),
        compared_(panel.operand<const Real>(first)),
        one_(panel.operand<Real>(first + (Compared ? 1 : 0))),
        two_(panel.operand<Real>(first + (Outputs == 2 ? 1 : 0))),
        step_one_(static_cast<Real>(*finish.steps.front())),
        step_two_(static_cast<Real>(*finish.steps.back())) {}

  void begin_row(Index j) {
    one_row_ = one_(j);
    two_row_ = two_(j);
    compared_row_ = compared_(j);
  }

  template <class At>
  HWY_INLINE void operator()(const At& cell, P c, P rate) {
    // 0 times anything that is not finite is not a number.
    const P zero(Real(0));
    const P one = fma(step_one_, rate, c);
    doubt_ = fma(cell.only(one), zero, doubt_);
    cell.store(one_row_, one);
    if constexpr (Outputs == 2) {
      const P two = fma(step_two_, rate, c);
      doubt_ = fma(cell.only(two), zero, doubt_);
      cell.store(two_row_, two);
    }
    if constexpr (Compared) largest_ = max(largest_, cell.only(abs(one - cell(compared_row_))));
  }

  void end() {
    if (!(doubt_.sum() == 0)) findings_.finite = false;
    if constexpr (Compared) {
      const auto largest = static_cast<double>(largest_.largest());
      if (largest > findings_.largest) findings_.largest = largest;
    }
  }

 private:
  BlockFindings& findings_;
  Rows<const Real> compared_;
  Rows<Real> one_, two_;
  P step_one_, step_two_;
  P doubt_ = P(Real(0));
  P largest_ = P(Real(0));
  Real* one_row_ = nullptr;
  Real* two_row_ = nullptr;
  const Real* compared_row_ = nullptr;
};

/// kernel.template operator()<Real, Axes, Outputs, Compared>() for the finish at hand.
template <class F>
Kernel choose_finish(const F& kernel, Precision precision, int dimensions, const Finish& finish) {
  return specialise(precision, dimensions, [&]<class Real, int Axes>() -> Kernel {
    if (finish.compared) return kernel.template operator()<Real, Axes, 1, true>();
    if (finish.steps.size() == 2) return kernel.template operator()<Real, Axes, 2, false>();
    return kernel.template operator()<Real, Axes, 1, false>();
  });
}

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
