// Which finite differences an equation is made of.
#pragma once

#include <array>

#include "tessera/core/config.hpp"
#include "tessera/core/grid.hpp"
#include "tessera/core/stages.hpp"

namespace tessera {

/// Second-order central differences on a grid. The Laplacian has 3, 5 or 7 points, along the axes, or in 2-D with equal spacings
/// the 9 of a square, of which the leading error is the same in all directions (Patra and Karttunen 2006, Numer. Methods
/// Partial Differ. Equ. 22).
struct Stencil {
  int points;
  std::array<double, 3> spacing{};         // of each dimension
  std::array<double, 3> inverse_square{};  // of the spacing

  /// The key `laplacian`: standard (the default) or nine_point.
  Stencil(const Config& config, const Grid& grid);

  int dimensions() const;
  /// What a stage reads around a cell.
  Reach around() const { return Reach::around(dimensions(), 1); }
  /// The largest magnitude of the Laplacian's eigenvalues, for every boundary condition whose ghosts are no larger than the
  /// cells inside (Gershgorin).
  double laplacian_bound() const;
  /// The same of |grad u|^2/2 linearised, slope times gradient: for a field with values from -amplitude to amplitude, the slope is
  /// at most amplitude / spacing.
  double steepening_bound(double amplitude) const;
};

}  // namespace tessera
