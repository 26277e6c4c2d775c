// Between the blocks of a rank and the one contiguous array that HDF5 reads or writes.
#pragma once

#include <algorithm>
#include <vector>

#include "tessera/core/field.hpp"

namespace tessera::io {

/// Calls move(row of the block, row of `buffer`, bytes) for every row, each block by its own thread.
template <class Move>
void stage(Domain& domain, Field& field, std::vector<std::byte>& buffer, const Move& move) {
  const Box rank = domain.rank_box();
  const Index element = bytes_of(domain.precision());
  buffer.resize(static_cast<std::size_t>(rank.cells() * element));
  domain.phase([&](const Block& block) {
    for_each_row(block.local(), [&](Index i, Index j) {
      const Index row = (block.global(0, i) - rank.lower[0]) * rank.extent(1) + block.global(1, j) - rank.lower[1];
      const Index cell = row * rank.extent(2) + block.cells.lower[2] - rank.lower[2];
      move(field[block].address(i, j, 0), buffer.data() + cell * element, block.cells.extent(2) * element);
    });
  });
}

/// This rank's cells of a field, row-major, into `buffer`.
inline void gather(Domain& domain, Field& field, std::vector<std::byte>& buffer) {
  stage(domain, field, buffer, [](const std::byte* row, std::byte* out, Index n) { std::copy_n(row, n, out); });
}

/// The way back.
inline void scatter(Domain& domain, Field& field, std::vector<std::byte>& buffer) {
  stage(domain, field, buffer, [](std::byte* row, const std::byte* in, Index n) { std::copy_n(in, n, row); });
}

}  // namespace tessera::io
