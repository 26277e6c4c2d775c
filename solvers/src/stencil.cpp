#include "stencil.hpp"

namespace tessera {

Stencil::Stencil(const Config& config, const Grid& grid) : points(2 * grid.dimensions() + 1) {
  for (std::size_t d = 0; d < static_cast<std::size_t>(grid.dimensions()); ++d) {
    spacing[d] = grid.spacing(grid.first_axis() + static_cast<int>(d));
    inverse_square[d] = 1 / (spacing[d] * spacing[d]);
  }
  if (config.choice("laplacian") == "standard") return;
  const Config choice = config.at("laplacian");
  if (grid.dimensions() != 2) choice.fail("nine_point is for grids of two dimensions; use standard");
  if (spacing[0] != spacing[1])
    choice.fail("nine_point is for equal spacings, found " + std::to_string(spacing[0]) + " and " +
                std::to_string(spacing[1]) + "; use standard, or change grid.shape or grid.bounds");
  points = 9;
}

int Stencil::dimensions() const { return points == 9 ? 2 : (points - 1) / 2; }

double Stencil::laplacian_bound() const {
  double sum = 0;
  for (const double factor : inverse_square) sum += 4 * factor;
  // Of waves with angles a and b a cell, the nine points make (4 (2 cos a + 2 cos b) + 4 cos a cos b - 20) / 6.
  return points == 9 ? 2 * sum / 3 : sum;
}

double Stencil::steepening_bound(double amplitude) const {
  double sum = 0;
  for (const double factor : inverse_square) sum += amplitude * factor;
  return sum;
}

}  // namespace tessera
