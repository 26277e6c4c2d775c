/// Neighbours in row kernels; included for each instruction set, see simd-inl.hpp.
#if defined(TESSERA_CORE_AROUND_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_CORE_AROUND_INL
#undef TESSERA_CORE_AROUND_INL
#else
#define TESSERA_CORE_AROUND_INL
#endif

#include <array>

#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {

/// An operand at and around row j of a grid with `Axes` dimensions: its values at offsets (along the sweep axes) of up to so
/// many `Layers` of cells along each. Neighbours along a row share its address, so that few addresses are kept while a
/// kernel runs.
template <class Real, int Axes, Index Layers = 1>
class Around {
 public:
  Around() = default;
  template <class Of>
  Around(const Rows<Of>& rows, Index j) {
    constexpr Index planes = Axes > 1 ? Layers : 0;
    constexpr Index within = Axes > 2 ? Layers : 0;
    for (Index a = -planes; a <= planes; ++a) {
      for (Index b = -within; b <= within; ++b) rows_[index(a)][index(b)] = rows(j, {a, b, 0});
    }
  }
  template <class At>
  HWY_INLINE Pack<Real> operator()(const At& cell, const Index3& offset = {0, 0, 0}) const {
    return cell(rows_[index(offset[0])][index(offset[1])], offset[2]);
  }
  const Real* row(const Index3& offset) const { return rows_[index(offset[0])][index(offset[1])] + offset[2]; }

 private:
  static constexpr std::size_t index(Index offset) { return static_cast<std::size_t>(offset + Layers); }
  static constexpr std::size_t size = 2 * static_cast<std::size_t>(Layers) + 1;
  std::array<std::array<const Real*, size>, size> rows_{};
};

/// The neighbour below (or, with 1, above) along a dimension; of faces, 1 is the upper one of a cell.
template <int Axes>
constexpr Index3 beside(std::size_t dimension, Index layers = -1) {
  return along(Axes, static_cast<int>(dimension), layers);
}

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
