#include "tessera/io/region.hpp"

#include <cmath>
#include <sstream>
#include <string>

namespace tessera::io {
namespace {

/// The cell that holds a coordinate of the domain.
Index cell_at(const Config& key, const Grid& grid, int axis) {
  const double x = key.number();
  if (x < grid.lower(axis) || x > grid.upper(axis)) {
    std::ostringstream what;
    what << grid.name(axis) << " = " << x << " is outside of the domain, which goes from " << grid.lower(axis) << " to "
         << grid.upper(axis);
    key.fail(what.str());
  }
  const auto cell = static_cast<Index>(std::floor((x - grid.lower(axis)) / grid.spacing(axis)));
  return std::min(cell, grid.cells(axis) - 1);
}

/// The cells whose centres lie in a range.
void cut_range(const Config& key, const Grid& grid, int axis, Box& cells) {
  const auto ends = key.items(2, "numbers [from, to]");
  const double from = ends[0].number();
  const double to = ends[1].number();
  Index& lower = cells.lower[at(axis)];
  Index& upper = cells.upper[at(axis)];
  while (lower < upper && grid.centre(axis, lower) < from) ++lower;
  while (lower < upper && grid.centre(axis, upper - 1) > to) --upper;
  if (lower < upper) return;
  std::ostringstream what;
  what << "no cell has its centre between " << from << " and " << to << "; centres are " << grid.spacing(axis)
       << " apart, from " << grid.centre(axis, 0) << " to " << grid.centre(axis, grid.cells(axis) - 1)
       << "; for a slice through one cell, give a number instead of a range";
  key.fail(what.str());
}

}  // namespace

Region read_region(const Config& output, const Grid& grid) {
  Region region{grid.box()};
  if (!output.has("region")) return region;
  const Config section = output.at("region");
  if (!section.is_section() || section.keys().empty())
    section.fail("expected an entry for one axis or several, as {x: [0, 10], z: 0.5}");
  for (int a = grid.first_axis(); a < 3; ++a) {
    const std::string name(1, grid.name(a));
    if (!section.has(name)) continue;
    const Config entry = section.at(name);
    if (entry.is_list()) {
      cut_range(entry, grid, a, region.cells);
    } else {
      region.cells.lower[at(a)] = cell_at(entry, grid, a);
      region.cells.upper[at(a)] = region.cells.lower[at(a)] + 1;
      region.sliced[at(a)] = true;
    }
  }
  return region;
}

}  // namespace tessera::io
