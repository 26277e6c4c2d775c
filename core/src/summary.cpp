#include "tessera/core/summary.hpp"

#include <algorithm>
#include <limits>

#include "tessera/core/exact_sum.hpp"

namespace tessera {

Summary summarise(Domain& domain, const Field& field, const Field* weight) {
  struct OfBlock {
    ExactSum sum, squares;
    double least = std::numeric_limits<double>::infinity();
    double largest = -std::numeric_limits<double>::infinity();
  };
  std::vector<OfBlock> parts(domain.blocks().size());
  domain.phase([&](const Block& block) {
    OfBlock part;
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        const double value = field[block](i, j, k);
        const double times = weight != nullptr ? (*weight)[block](i, j, k) : 1;
        part.sum.add(times * value);
        part.squares.add(times * value * value);
        part.least = std::min(part.least, value);
        part.largest = std::max(part.largest, value);
      }
    });
    parts[static_cast<std::size_t>(block.number)] = part;
  });
  OfBlock all;
  for (const OfBlock& part : parts) {
    all.sum.add(part.sum);
    all.squares.add(part.squares);
    all.least = std::min(all.least, part.least);
    all.largest = std::max(all.largest, part.largest);
  }
  return {all.sum.reduce(domain.communicator()), all.squares.reduce(domain.communicator()), domain.min(all.least),
          domain.max(all.largest)};
}

}  // namespace tessera
