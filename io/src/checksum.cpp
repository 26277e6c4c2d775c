#include "checksum.hpp"

#include <cstring>
#include <vector>

// Highway includes this file again for each instruction set, of which the compiler makes its own use.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "checksum.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tessera::io::HWY_NAMESPACE {
namespace {

/// The output function of SplitMix64 (Steele, Lea, Flood 2014; the constants are Stafford's variant 13): one to one, and
/// every bit of the argument changes about half of the result's.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

/// Of `count` values that lie in a row, the first of which has this number.
template <class Bits>
std::uint64_t sum_of(const std::byte* values, Index count, Index first) {
  std::uint64_t sum = 0;
  for (Index k = 0; k < count; ++k) {
    Bits bits = 0;
    std::memcpy(&bits, values + k * static_cast<Index>(sizeof(Bits)), sizeof(Bits));
    sum += mix(bits + static_cast<std::uint64_t>(first + k + 1) * 0x9e3779b97f4a7c15U);
  }
  return sum;
}

std::uint64_t sum_of_8(const std::byte* values, Index count, Index first) {
  return sum_of<std::uint64_t>(values, count, first);
}
std::uint64_t sum_of_4(const std::byte* values, Index count, Index first) {
  return sum_of<std::uint32_t>(values, count, first);
}

}  // namespace
}  // namespace tessera::io::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::io {

HWY_EXPORT(sum_of_8);
HWY_EXPORT(sum_of_4);

std::uint64_t checksum(Domain& domain, const Field& field) {
  std::vector<std::uint64_t> sums(domain.blocks().size());
  const bool single = domain.precision() == Precision::float32;
  domain.phase([&](const Block& block) {
    std::uint64_t sum = 0;
    const Index cells = block.cells.extent(2);
    for_each_row(block.local(), [&](Index i, Index j) {
      const Index first = domain.grid().number({block.global(0, i), block.global(1, j), block.global(2, 0)});
      const std::byte* row = field[block].address(i, j, 0);
      sum += single ? HWY_DYNAMIC_DISPATCH(sum_of_4)(row, cells, first)
                    : HWY_DYNAMIC_DISPATCH(sum_of_8)(row, cells, first);
    });
    sums[static_cast<std::size_t>(block.number)] = sum;
  });
  std::uint64_t sum = 0;
  for (const std::uint64_t of_block : sums) sum += of_block;
  return domain.communicator().allreduce(sum, comm::Operator::sum);
}

std::uint64_t checksum(const std::string& text) {
  std::string padded = text;
  padded.resize((text.size() / 8 + 1) * 8, '\0');
  const auto* bytes = reinterpret_cast<const std::byte*>(padded.data());
  return HWY_STATIC_DISPATCH(mix)(text.size()) +
         HWY_DYNAMIC_DISPATCH(sum_of_8)(bytes, static_cast<Index>(padded.size() / 8), 0);
}

}  // namespace tessera::io
#endif
