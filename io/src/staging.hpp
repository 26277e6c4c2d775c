// Between the blocks of a rank and the one contiguous array that HDF5 reads or writes.
#pragma once

#include <algorithm>
#include <vector>

#include "tessera/core/field.hpp"

namespace tessera::io {

/// Calls move(row of the block, row of `buffer`, length) for every row, each block by its own thread.
template <class Move>
void stage(Domain& domain, Field& field, std::vector<double>& buffer, const Move& move) {
  const Box rank = domain.rank_box();
  buffer.resize(static_cast<std::size_t>(rank.cells()));
  domain.phase([&](const Block& block) {
    for_each_row(block.local(), [&](Index i, Index j) {
      const Index row = (block.global(0, i) - rank.lower[0]) * rank.extent(1) + block.global(1, j) - rank.lower[1];
      move(field[block].row(i, j), buffer.data() + row * rank.extent(2) + block.cells.lower[2] - rank.lower[2],
           block.cells.extent(2));
    });
  });
}

/// This rank's cells of a field, row-major, into `buffer`.
inline void gather(Domain& domain, Field& field, std::vector<double>& buffer) {
  stage(domain, field, buffer, [](const double* row, double* out, Index n) { std::copy_n(row, n, out); });
}

/// The way back.
inline void scatter(Domain& domain, Field& field, std::vector<double>& buffer) {
  stage(domain, field, buffer, [](double* row, const double* in, Index n) { std::copy_n(in, n, row); });
}

}  // namespace tessera::io
