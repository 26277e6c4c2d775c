#include "tessera/core/grid.hpp"

#include <sstream>
#include <stdexcept>

namespace tessera {

Grid::Grid(const std::vector<Index>& shape, const std::vector<std::array<double, 2>>& bounds,
           const std::vector<bool>& periodic, const std::vector<std::array<bool, 2>>& polar)
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
    if (d < polar.size()) polar_[a] = polar[d];
  }
  if (const int pole = polar_axis(); pole >= 0) {
    if (pole == first_axis() || !periodic_[at(pole - 1)] || shape_[at(pole - 1)] % 2 != 0)
      throw std::invalid_argument("Grid: a polar dimension comes after a periodic one with an even number of cells");
  }
}

int Grid::polar_axis() const noexcept {
  for (int a = first_axis(); a < 3; ++a) {
    if (polar(a, 0) || polar(a, 1)) return a;
  }
  return -1;
}

Index Grid::wrap(int axis, Index i) const noexcept {
  if (!periodic(axis)) return i;
  const Index n = cells(axis);
  return ((i % n) + n) % n;
}

Grid::Image Grid::image(Index3 cell, std::optional<int> face) const noexcept {
  bool turned = false;
  if (const int pole = polar_axis(); pole >= 0) {
    const Index n = cells(pole);
    const Index e = face == pole ? 1 : 0;
    Index& i = cell[at(pole)];
    const bool below = i < 0 && polar(pole, 0);
    Index& longitude = cell[at(pole - 1)];
    const Index half = cells(pole - 1) / 2;
    const bool at_pole = e == 1 && ((i == 0 && polar(pole, 0)) || (i == n && polar(pole, 1)));
    turned = below || (i >= n + e && polar(pole, 1));
    if (turned) {
      i = (below ? -1 : 2 * n - 1) - i + e;
      longitude += half;
    } else if (at_pole && wrap(pole - 1, longitude) >= half) {
      turned = true;
      longitude -= half;
    }
  }
  for (int a = first_axis(); a < 3; ++a) cell[at(a)] = wrap(a, cell[at(a)]);
  return {cell, turned};
}

std::array<double, 3> Grid::position(const Index3& cell, std::optional<int> face) const noexcept {
  std::array<double, 3> place{};
  for (int a = 0; a < 3; ++a) place[at(a)] = face == a ? this->face(a, cell[at(a)]) : centre(a, cell[at(a)]);
  return place;
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
    if (polar(a, 0) || polar(a, 1)) text << (polar(a, 0) && polar(a, 1) ? " from pole to pole" : " with a pole");
  }
  return text.str();
}

}  // namespace tessera
