/// Vectors of cells for row kernels, on Highway: the width follows from the processor that the program runs on.
///
/// Included once for each instruction set that is built, as Highway's own "-inl.h" headers are (see there, or
/// mpdata_kernels.cpp, for what a file of kernels looks like). Arithmetic is that of IEEE 754, operation by operation, so
/// that vectors of any width and single cells give the same bits.
#if defined(TESSERA_CORE_SIMD_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TESSERA_CORE_SIMD_INL
#undef TESSERA_CORE_SIMD_INL
#else
#define TESSERA_CORE_SIMD_INL
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "tessera/core/stages.hpp"

/// Goes before the body of a lambda that is called for each cell. Inlined at once it leaves no trace: what it captures can stay in
/// registers.
#ifndef TESSERA_PER_CELL
#define TESSERA_PER_CELL HWY_ATTR __attribute__((always_inline))
#endif

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Tag>
using Mask = decltype(hn::FirstN(Tag(), 0));

template <class T>
concept Number = std::is_arithmetic_v<T>;

/// As many neighbouring cells of a row as a vector of this processor holds.
template <class Real_>
struct Pack {
  using Real = Real_;
  using Tag = hn::CappedTag<Real, 64 / sizeof(Real)>;  // no wider than a cache line
  hn::VFromD<Tag> values;
  struct Choice {  // the cells that a comparison holds for
    Mask<Tag> mask;
  };

  Pack() = default;
  HWY_INLINE Pack(hn::VFromD<Tag> v) : values(v) {}
  template <Number Number_>
  HWY_INLINE Pack(Number_ all) : values(hn::Set(Tag(), static_cast<Real>(all))) {}

  friend HWY_INLINE Pack operator+(Pack a, Pack b) { return hn::Add(a.values, b.values); }
  friend HWY_INLINE Pack operator-(Pack a, Pack b) { return hn::Sub(a.values, b.values); }
  friend HWY_INLINE Pack operator*(Pack a, Pack b) { return hn::Mul(a.values, b.values); }
  friend HWY_INLINE Pack operator/(Pack a, Pack b) { return hn::Div(a.values, b.values); }
  /// a b + c with one rounding, on every processor.
  friend HWY_INLINE Pack fma(Pack a, Pack b, Pack c) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128  // there MulAdd rounds twice
    std::array<Real, 64 / sizeof(Real)> x{}, y{}, z{};
    hn::StoreU(a.values, Tag(), x.data());
    hn::StoreU(b.values, Tag(), y.data());
    hn::StoreU(c.values, Tag(), z.data());
    for (std::size_t i = 0; i < hn::Lanes(Tag()); ++i) x[i] = std::fma(x[i], y[i], z[i]);
    return hn::LoadU(Tag(), x.data());
#else
    return hn::MulAdd(a.values, b.values, c.values);
#endif
  }
  /// 1 / a to 2 units in the last place, for what has a normal reciprocal: a division would keep the processor longer.
  /// A first guess from the bits, the exponent's sign turned (off by 5% at most: Moroz et al. 2021, Appl. Sci. 11), then
  /// a step of third order and one (float) or two of Newton's.
  friend HWY_INLINE Pack reciprocal(Pack a) {
    constexpr bool single = sizeof(Real) == sizeof(float);
    const hn::RebindToUnsigned<Tag> bits;
    using Bits = hn::TFromD<decltype(bits)>;
    const auto magic = hn::Set(bits, static_cast<Bits>(single ? 0x7EF311C2U : 0x7FDE623822FC16E6U));
    Pack x(hn::BitCast(Tag(), hn::Sub(magic, hn::BitCast(bits, a.values))));
    const Pack one(1);
    const Pack minus_a = Pack(0) - a;
    Pack error = fma(minus_a, x, one);
    x = fma(x, fma(error, error, error), x);
    for (int newton = 0; newton < (single ? 1 : 2); ++newton) {
      error = fma(minus_a, x, one);
      x = fma(x, error, x);
    }
    return x;
  }
  friend HWY_INLINE Choice operator>(Pack a, Pack b) { return {hn::Gt(a.values, b.values)}; }
  friend HWY_INLINE Pack select(Choice choice, Pack yes, Pack no) {
    return hn::IfThenElse(choice.mask, yes.values, no.values);
  }
  friend HWY_INLINE Pack min(Pack a, Pack b) { return hn::Min(a.values, b.values); }
  friend HWY_INLINE Pack max(Pack a, Pack b) { return hn::Max(a.values, b.values); }
  friend HWY_INLINE Pack abs(Pack a) { return hn::Abs(a.values); }

  /// Over all cells, in no particular order.
  HWY_INLINE Real sum() const { return hn::GetLane(hn::SumOfLanes(Tag(), values)); }
  HWY_INLINE Real largest() const { return hn::GetLane(hn::MaxOfLanes(Tag(), values)); }
  HWY_INLINE Real least() const { return hn::GetLane(hn::MinOfLanes(Tag(), values)); }
};

/// Whether cells beside those of a vector are best made of it and the vector beside it. Where a vector fills a cache line, a load
/// that begins elsewhere crosses two of them and takes twice as long.
constexpr bool joins_vectors = HWY_TARGET <= HWY_AVX3;

/// As many cells as a vector holds, from cell `first` of `low` on, then those of `high`.
template <int first, class Real>
HWY_INLINE Pack<Real> join(Pack<Real> low, [[maybe_unused]] Pack<Real> high) {
#if HWY_TARGET <= HWY_AVX3  // Highway 1.0 has no such operation across a whole vector
  const hn::Repartition<std::int32_t, typename Pack<Real>::Tag> words;
  const auto joined = _mm512_alignr_epi32(hn::BitCast(words, high.values).raw, hn::BitCast(words, low.values).raw,
                                          first * static_cast<int>(sizeof(Real) / sizeof(std::int32_t)));
  return hn::BitCast(typename Pack<Real>::Tag(), hn::VFromD<decltype(words)>{joined});
#else
  return low;
#endif
}

/// A place in a row.
template <class Real>
struct Cells {
  using Tag = typename Pack<Real>::Tag;
  Index k;

  /// The cells there or, with a shift, so many beside them.
  HWY_INLINE Pack<Real> operator()(const Real* row, Index shift = 0) const { return hn::LoadU(Tag(), row + k + shift); }
  HWY_INLINE void store(Real* row, Pack<Real> pack) const { hn::StoreU(pack.values, Tag(), row + k); }
  /// 0, or what is given, in place of cells beyond the row's ends.
  HWY_INLINE Pack<Real> only(Pack<Real> pack) const { return pack; }
  HWY_INLINE Pack<Real> only(Pack<Real> pack, Pack<Real>) const { return pack; }
};
/// At an end of a row: cells beyond it are read (rows are padded) but not written.
template <class Real>
struct EndCells : Cells<Real> {
  using Tag = typename Cells<Real>::Tag;
  Mask<Tag> mask;

  HWY_INLINE void store(Real* row, Pack<Real> pack) const {
    hn::BlendedStore(pack.values, mask, Tag(), row + Cells<Real>::k);
  }
  HWY_INLINE Pack<Real> only(Pack<Real> pack) const { return hn::IfThenElseZero(mask, pack.values); }
  HWY_INLINE Pack<Real> only(Pack<Real> pack, Pack<Real> otherwise) const {
    return hn::IfThenElse(mask, pack.values, otherwise.values);
  }
};

/// Either.
template <class Real>
struct AnyCells : EndCells<Real> {
  bool whole;

  HWY_INLINE void store(Real* row, Pack<Real> pack) const {
    if (whole) Cells<Real>::store(row, pack);
    else EndCells<Real>::store(row, pack);
  }
};

/// The first cell of a vector that lies in a row of the panel as a whole, if the row is that long.
template <class Real>
HWY_INLINE Index first_vector(const Panel& panel) {
  const auto lanes = static_cast<Index>(hn::Lanes(typename Pack<Real>::Tag()));
  return -panel.column() & (lanes - 1);
}

/// Calls body(cells) for all cells of a row of the panel, vector by vector, each vector in a cache line of its own: first, in
/// order, those that are whole, then those at the row's ends. Write TESSERA_PER_CELL before the body of a lambda.
template <class Real, class Body>
HWY_INLINE void for_each_cell(const Panel& panel, Index row, const Body& body) {
  using Tag = typename Pack<Real>::Tag;
  const auto lanes = static_cast<Index>(hn::Lanes(Tag()));
  const Index length = panel.length;
  const Index whole = first_vector<Real>(panel);
  Index k = whole;
  const std::byte* ahead = panel.ahead.row == nullptr ? nullptr : panel.ahead.row + row * panel.ahead.pitch;
  for (; k + lanes <= length; k += lanes) {
    if (ahead != nullptr) hwy::Prefetch(ahead + k * static_cast<Index>(sizeof(Real)));
    body(Cells<Real>{k});
  }
  const std::array<Index, 2> ends{whole - lanes, k};
  for (const Index begin : ends) {
    const auto from = hn::FirstN(Tag(), static_cast<std::size_t>(begin < 0 ? -begin : 0));
    const auto to = hn::FirstN(Tag(), static_cast<std::size_t>(std::clamp(length - begin, Index{0}, lanes)));
    if (begin + lanes > 0 && begin < length) body(EndCells<Real>{{begin}, hn::AndNot(from, to)});
  }
}
/// The same for a long body, which is compiled once rather than for whole vectors and for ends.
template <class Real, class Body>
HWY_INLINE void for_each_cell_at_length(const Panel& panel, Index row, const Body& body) {
  using Tag = typename Pack<Real>::Tag;
  const std::byte* ahead = panel.ahead.row == nullptr ? nullptr : panel.ahead.row + row * panel.ahead.pitch;
  const auto lanes = static_cast<Index>(hn::Lanes(Tag()));
  for (Index k = -(panel.column() & (lanes - 1)); k < panel.length; k += lanes) {
    const auto from = hn::FirstN(Tag(), static_cast<std::size_t>(k < 0 ? -k : 0));
    const auto to = hn::FirstN(Tag(), static_cast<std::size_t>(std::min(panel.length - k, lanes)));
    if (ahead != nullptr && k >= 0) hwy::Prefetch(ahead + k * static_cast<Index>(sizeof(Real)));
    body(AnyCells<Real>{{{k}, hn::AndNot(from, to)}, k >= 0 && k + lanes <= panel.length});
  }
}

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
