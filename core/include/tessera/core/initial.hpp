/// Values for a field from expressions or random numbers, the same on every layout.
#pragma once

#include <cstdint>

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"

namespace tessera {

/// Collective: sets a field (own values and `ghosts` layers, wrapped around periodic axes) from an
/// expression at its cells' centres or faces' middles. Throws ConfigError where a value is not finite.
void fill(Domain& domain, Field& field, const Expression& expression, double time, Index ghosts);

/// The same from value(position), of which each thread has a copy; nothing is checked. Ghosts beyond a pole have the values
/// of the cells that they repeat; of faces that look to the pole, with the other sign.
template <class Value>
void fill(Domain& domain, Field& field, Index ghosts, const Value& value) {
  const Grid& grid = domain.grid();
  const Location location = field.location();
  std::optional<int> face;
  for (int a = 0; a < 3; ++a) {
    if (extra(location, a) == 1) face = a;
  }
  domain.phase([&](const Block& block) {
    const Value evaluate = value;
    Array& values = field[block];
    const Box box = domain.grown(block, values.interior(), ghosts);
    for_each_row(box, [&](Index i, Index j) {
      for (Index k = box.lower[2]; k < box.upper[2]; ++k) {
        const auto [cell, turned] = grid.image({block.global(0, i), block.global(1, j), block.global(2, k)}, face);
        const double here = evaluate(grid.position(cell, face));
        const bool opposite = turned && face == grid.polar_axis();
        values.set(i, j, k, opposite ? -here : here);
      }
    });
  });
}

/// A number in [0, 1) for a cell: SplitMix64's finaliser (Steele, Lea and Flood 2014) over seed and
/// the cell's number in the grid, so that it does not depend on who asks.
double uniform(std::uint64_t seed, std::uint64_t cell);

/// Collective: sets a cells field from its configuration: an expression or number, or
/// {uniform: [low, high], seed: n}.
void fill_initial(Domain& domain, Field& field, const Config& config, const Parameters& parameters);

}  // namespace tessera
