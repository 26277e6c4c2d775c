#include "tessera/core/summary.hpp"

#include <algorithm>
#include <limits>

#include "tessera/core/exact_sum.hpp"

namespace tessera {
namespace {

/// Calls f(part of the block, i, j, k) for all cells; the parts, a block each.
template <class Part, class F>
std::vector<Part> over_cells(Domain& domain, const F& f) {
  std::vector<Part> parts(domain.blocks().size());
  domain.phase([&](const Block& block) {
    Part part;
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) f(part, block, i, j, k);
    });
    parts[static_cast<std::size_t>(block.number)] = part;
  });
  return parts;
}

}  // namespace

Extremes find_extremes(Domain& domain, const Field& field) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  struct OfBlock {
    double least = infinity;
    double largest = -infinity;
  };
  const auto parts = over_cells<OfBlock>(domain, [&](OfBlock& part, const Block& block, Index i, Index j, Index k) {
    const double value = field[block](i, j, k);
    part.least = std::min(part.least, value);
    part.largest = std::max(part.largest, value);
  });
  OfBlock all;
  for (const OfBlock& part : parts) {
    all.least = std::min(all.least, part.least);
    all.largest = std::max(all.largest, part.largest);
  }
  return {domain.min(all.least), domain.max(all.largest)};
}

Sums sum(Domain& domain, const Field& field, const Field* weight) {
  struct OfBlock {
    ExactSum values, squares;
  };
  const auto parts = over_cells<OfBlock>(domain, [&](OfBlock& part, const Block& block, Index i, Index j, Index k) {
    const double value = field[block](i, j, k);
    const double times = weight != nullptr ? (*weight)[block](i, j, k) : 1;
    part.values.add(times * value);
    part.squares.add(times * value * value);
  });
  OfBlock all;
  for (const OfBlock& part : parts) {
    all.values.add(part.values);
    all.squares.add(part.squares);
  }
  return {all.values.reduce(domain.communicator()), all.squares.reduce(domain.communicator())};
}

double cell_volume(const Grid& grid) {
  double volume = 1;
  for (int a = grid.first_axis(); a < 3; ++a) volume *= grid.spacing(a);
  return volume;
}

}  // namespace tessera
