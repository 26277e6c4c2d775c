// A flow at the ends of the grid: walls through which nothing flows, and ends where two faces are the same.
#include <algorithm>
#include <cmath>
#include <sstream>

#include "mpdata_flow.hpp"

namespace tessera::mpdata {

/// Refuses a component whose values differ on two faces that are the same: at the two ends of a periodic axis, and half a turn
/// apart at a pole, where what flows up on one side flows down on the other. Samples: that catches what is not periodic at all.
void Flow::require_same_faces(const Component& component) const {
  const Grid& grid = domain_.grid();
  const int axis = component.axis;
  const auto complain = [&](const char* where, double one, double other, const char* remedy) {
    const Expression& expression = component.terms.front().expression;
    std::ostringstream what;
    what << expression.place() << ": dimension " << grid.name(axis) << " is " << where << ", but '" << expression.text()
         << "' makes it " << one << " on the first and " << other << " on the last; use an expression " << remedy
         << grid.name(axis);
    throw ConfigError(what.str());
  };
  const auto value = [&](const Index3& cell, Index face, double time) {
    Index3 beside = cell;
    beside[at(axis)] = face;
    return component(grid.position(beside, axis), time);
  };
  /// In cells along the grid's diagonal, at the beginning and in the middle of the first step.
  const auto sample = [&](const auto& f) {
    constexpr int cells = 16;
    for (int c = 0; c < cells; ++c) {
      Index3 cell{};
      for (int a = 0; a < 3; ++a) cell[at(a)] = (grid.cells(a) - 1) * c / (cells - 1);
      for (const double time : {0.0, 0.5 * step_}) f(cell, time);
    }
  };
  double largest = 0;
  sample([&](const Index3& cell, double time) {
    for (const Index face : {Index{0}, cell[at(axis)], grid.cells(axis)})
      largest = std::fmax(largest, std::fabs(value(cell, face, time)));
  });
  const auto differ = [&](double a, double b) { return std::fabs(a - b) > 1e-10 * largest; };
  sample([&](const Index3& cell, double time) {
    if (grid.periodic(axis)) {
      const double below = value(cell, 0, time);
      const double above = value(cell, grid.cells(axis), time);
      if (differ(below, above))
        complain("periodic, so its first and last face are the same", below, above, "that is periodic along ");
    }
    for (int side = 0; side < 2; ++side) {
      if (!grid.polar(axis, side)) continue;
      Index3 other = cell;
      other[at(axis - 1)] = (cell[at(axis - 1)] + grid.cells(axis - 1) / 2) % grid.cells(axis - 1);
      const double here = value(cell, side == 0 ? 0 : grid.cells(axis), time);
      const double there = value(other, side == 0 ? 0 : grid.cells(axis), time);
      if (differ(here, -there))
        complain("polar: at the pole a face and that half a turn away are the same, and up on one is down on the other",
                 here, there, "that is 0 at the pole, or of opposite sign there, along ");
    }
  });
}

/// Through rigid walls nothing flows: sets that, and returns how much it would be.
double Flow::close_rigid(const Block& block, int axis, Array& values) const {
  double most = 0;
  for (int side = 0; side < 2; ++side) {
    if (!walls_.psi.rigid(axis, side) || !domain_.at_wall(block, axis, side)) continue;
    Box wall = domain_.grown(block, values.interior(), ghosts_);
    wall.lower[at(axis)] = side == 0 ? 0 : values.interior().upper[at(axis)] - 1;
    wall.upper[at(axis)] = wall.lower[at(axis)] + 1;
    for_each_row(wall, [&](Index i, Index j) {
      for (Index k = wall.lower[2]; k < wall.upper[2]; ++k) {
        most = std::fmax(most, std::fabs(values(i, j, k)));
        values.set(i, j, k, 0);  // sin(pi) is not quite
      }
    });
  }
  return most;
}

void Flow::close() {
  const Grid& grid = domain_.grid();
  std::vector<double> through(domain_.blocks().size(), 0);
  for (std::size_t d = 0; d < components_.size(); ++d) {
    const int axis = components_[d].axis;
    if (uniform_) {
      const bool rigid =
          (grid.wall(axis, 0) && walls_.psi.rigid(axis, 0)) || (grid.wall(axis, 1) && walls_.psi.rigid(axis, 1));
      if (rigid) through[0] = std::fmax(through[0], std::fabs((*uniform_)[d]));
      continue;
    }
    domain_.phase([&](const Block& block) {
      const auto close = [&](Array& values) {
        through[at(block.number)] = std::fmax(through[at(block.number)], close_rigid(block, axis, values));
        walls_.flow.apply(block, values, ghosts_, layers_, 0);
      };
      close(courant_[d][block]);
      if (!changes_.empty()) close(changes_[d][block]);
    });
  }
  constexpr double rounding = 1e-12;
  const double most = domain_.max(*std::max_element(through.begin(), through.end()));
  if (most <= rounding) return;
  std::ostringstream what;
  what << "up to " << most << " on a boundary `wall`, through which nothing may flow; make the flow 0 there, or the "
       << "boundary open";
  key_.fail(what.str());
}

}  // namespace tessera::mpdata
