#include "tessera/core/grid.hpp"

#include <sstream>
#include <stdexcept>

namespace tessera {

Grid::Grid(const std::vector<Index>& shape, const std::vector<std::array<double, 2>>& bounds,
           const std::vector<bool>& periodic)
    : dimensions_(static_cast<int>(shape.size())) {
  if (dimensions_ < 1 || dimensions_ > 3 || bounds.size() != shape.size() || periodic.size() != shape.size()) {
    throw std::invalid_argument("Grid: shape, bounds and periodic need the same length, 1 to 3");
  }
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const std::size_t a = at(first_axis()) + d;
    if (shape[d] < 1 || !(bounds[d][0] < bounds[d][1])) {
      throw std::invalid_argument("Grid: a dimension needs at least 1 cell and lower < upper");
    }
    shape_[a] = shape[d];
    lower_[a] = bounds[d][0];
    upper_[a] = bounds[d][1];
    spacing_[a] = (upper_[a] - lower_[a]) / static_cast<double>(shape[d]);
    periodic_[a] = periodic[d];
  }
}

Index Grid::wrap(int axis, Index i) const noexcept {
  if (!periodic(axis)) return i;
  const Index n = cells(axis);
  return ((i % n) + n) % n;
}

Index3 Grid::cell(Index number) const noexcept {
  return {number / (shape_[1] * shape_[2]), number / shape_[2] % shape_[1], number % shape_[2]};
}

std::string Grid::describe(const Index3& cell) const {
  std::ostringstream indices;
  std::ostringstream places;
  for (int a = first_axis(); a < 3; ++a) {
    const char* separator = a > first_axis() ? ", " : "";
    indices << separator << cell[at(a)];
    places << separator << name(a) << " = " << centre(a, cell[at(a)]);
  }
  return "cell [" + indices.str() + "] (" + places.str() + ")";
}

std::string Grid::describe() const {
  std::ostringstream text;
  for (int a = first_axis(); a < 3; ++a) text << (a > first_axis() ? " x " : "") << cells(a);
  text << " cells";
  for (int a = first_axis(); a < 3; ++a) {
    text << ", " << name(a) << " in [" << lower(a) << ", " << upper(a) << "]" << (periodic(a) ? " periodic" : "");
  }
  return text.str();
}

}  // namespace tessera
