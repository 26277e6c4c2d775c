// Memory for rows of values: aligned, zeroed, padded.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <new>

#include "tessera/core/index.hpp"

namespace tessera {

inline constexpr Index cache_line = 64;  // bytes

inline Index round_up_to_line(Index bytes) { return (bytes + cache_line - 1) / cache_line * cache_line; }

/// From row to row, for rows with `front` and `back` bytes before and after a place that lies on a cache line. Never a
/// multiple of a large power of two, which would put the rows that a stencil reads into the same cache sets.
inline Index row_pitch(Index front, Index back) {
  const Index pitch = round_up_to_line(front) + round_up_to_line(back);
  return pitch % 1024 == 0 ? pitch + cache_line : pitch;
}

/// To be freed by std::free. Zeroed, so that the calling thread touches the memory first.
inline std::byte* allocate_rows(Index bytes) {
  void* memory = std::aligned_alloc(cache_line, static_cast<std::size_t>(bytes));
  if (memory == nullptr) throw std::bad_alloc();
  return std::fill_n(static_cast<std::byte*>(memory), bytes, std::byte{0}) - bytes;
}

}  // namespace tessera
