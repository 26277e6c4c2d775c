// Between the blocks of a rank and the one contiguous array that HDF5 reads or writes.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <span>
#include <vector>

#include "tessera/core/field.hpp"
#include "tessera/io/region.hpp"

namespace tessera::io {

/// Calls move(a row of the block, its row of `buffer`, cells) for every row of `part`, cells of this rank, each block by its own
/// thread. A value takes `element` bytes in the buffer.
template <class Move>
void stage(Domain& domain, Field& field, const Box& part, Index element, std::vector<std::byte>& buffer,
           const Move& move) {
  buffer.resize(static_cast<std::size_t>(part.cells() * element));
  domain.phase([&](const Block& block) {
    const Box own = intersection(part, block.cells);
    if (own.cells() == 0) return;
    for_each_row(own, [&](Index i, Index j) {
      const Index row = (i - part.lower[0]) * part.extent(1) + j - part.lower[1];
      const Index cell = row * part.extent(2) + own.lower[2] - part.lower[2];
      move(
          field[block].address(i - block.cells.lower[0], j - block.cells.lower[1], own.lower[2] - block.cells.lower[2]),
          buffer.data() + cell * element, own.extent(2));
    });
  });
}

/// The cells `part` of a field, row-major, into `buffer`.
inline void gather(Domain& domain, Field& field, const Box& part, std::vector<std::byte>& buffer) {
  const Index element = bytes_of(domain.precision());
  stage(domain, field, part, element, buffer,
        [&](const std::byte* row, std::byte* out, Index cells) { std::copy_n(row, cells * element, out); });
}

/// Values of a box, row-major, in pieces as they lie in memory.
using Pieces = std::vector<std::span<const std::byte>>;

/// The cells `part` of a field in its own precision: where they lie or, if that is in many short pieces, copied into `buffer`.
inline Pieces pieces_of(Domain& domain, Field& field, const Box& part, std::vector<std::byte>& buffer) {
  constexpr Index long_enough = 1024;  // bytes
  const Index element = bytes_of(domain.precision());
  const Index cuts = domain.layout().threads[2];
  if (part.extent(2) * element < long_enough * cuts) {
    gather(domain, field, part, buffer);
    return {buffer};
  }
  Pieces pieces;
  for_each_row(part, [&](Index i, Index j) {
    for (const Block& block : domain.blocks()) {  // in the order of their cells
      const Box own = intersection(part, block.cells);
      if (own.extent(2) <= 0 || i < own.lower[0] || i >= own.upper[0] || j < own.lower[1] || j >= own.upper[1])
        continue;
      const std::byte* row =
          field[block].address(i - block.cells.lower[0], j - block.cells.lower[1], own.lower[2] - block.cells.lower[2]);
      pieces.emplace_back(row, static_cast<std::size_t>(own.extent(2) * element));
    }
  });
  return pieces;
}

/// The same, of a field in double precision into values in single precision. False if one is beyond their range.
inline bool gather_single(Domain& domain, Field& field, const Box& part, std::vector<std::byte>& buffer) {
  std::atomic<bool> fits = true;
  stage(domain, field, part, sizeof(float), buffer, [&](const std::byte* row, std::byte* out, Index cells) {
    const auto* from = reinterpret_cast<const double*>(row);
    auto* to = reinterpret_cast<float*>(out);
    bool all_finite = true;
    for (Index k = 0; k < cells; ++k) {
      to[k] = static_cast<float>(from[k]);
      all_finite = all_finite && std::isfinite(to[k]);
    }
    if (!all_finite) fits = false;
  });
  return fits;
}

/// The way back, of values in the fields' own precision.
inline void scatter(Domain& domain, Field& field, const Box& part, std::vector<std::byte>& buffer) {
  const Index element = bytes_of(domain.precision());
  stage(domain, field, part, element, buffer,
        [&](std::byte* row, const std::byte* in, Index cells) { std::copy_n(in, cells * element, row); });
}

}  // namespace tessera::io
