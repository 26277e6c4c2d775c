/// Values for a field from expressions or random numbers, the same on every layout.
#pragma once

#include <cstdint>

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"

namespace tessera {

/// Collective: sets a field (own values and `ghosts` layers, wrapped around periodic axes) from an
/// expression at its cells' centres or faces' middles. Throws ConfigError where a value is not finite.
void fill(Domain& domain, Field& field, const Expression& expression, double time, Index ghosts);

/// The same for fields of one location, from values(position), one a field; each thread has a copy of `values`; nothing is
/// checked. Ghosts beyond a pole have the values of the cells that they repeat; of faces that look to the pole, with the
/// other sign.
template <std::size_t Count, class Values>
void fill(Domain& domain, const std::array<Field*, Count>& fields, Index ghosts, const Values& values) {
  const Grid& grid = domain.grid();
  const Location location = fields.front()->location();
  std::optional<int> face;
  for (int a = 0; a < 3; ++a) {
    if (extra(location, a) == 1) face = a;
  }
  domain.phase([&](const Block& block) {
    const Values evaluate = values;
    const Box box = domain.grown(block, (*fields.front())[block].interior(), ghosts);
    for_each_row(box, [&](Index i, Index j) {
      for (Index k = box.lower[2]; k < box.upper[2]; ++k) {
        const auto [cell, turned] = grid.image({block.global(0, i), block.global(1, j), block.global(2, k)}, face);
        const std::array<double, Count> here = evaluate(grid.position(cell, face));
        const bool opposite = turned && face == grid.polar_axis();
        for (std::size_t f = 0; f < Count; ++f) (*fields[f])[block].set(i, j, k, opposite ? -here[f] : here[f]);
      }
    });
  });
}

/// One field, from value(position).
template <class Value>
void fill(Domain& domain, Field& field, Index ghosts, const Value& value) {
  fill(domain, std::array{&field}, ghosts,
       [value](const std::array<double, 3>& position) { return std::array{value(position)}; });
}

/// A number in [0, 1) for a cell: SplitMix64's finaliser (Steele, Lea and Flood 2014) over seed and
/// the cell's number in the grid, so that it does not depend on who asks.
double uniform(std::uint64_t seed, std::uint64_t cell);
/// One of the normal distribution with mean 0 and deviation 1, from two of these (Box and Muller 1958).
double normal(std::uint64_t seed, std::uint64_t cell);

}  // namespace tessera
