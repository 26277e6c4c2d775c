// Where the eigenvalues of equations may lie, for steps to be stable.
#pragma once

#include <vector>

#include "plan.hpp"
#include "tessera/core/grid.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera::expressions {

/// An estimate by von Neumann's analysis (Charney, Fjortoft and von Neumann 1950, Tellus 2): the equations are linearised at many
/// places with many values of the fields, from -amplitude to amplitude, and of their differences; as if that were so everywhere, a
/// wave is multiplied by a matrix, whose eigenvalues are found for many waves. Integrals count as constants.
class Linearisation {
 public:
  Linearisation(const Plan& plan, const Stencil& stencil, const Grid& grid);

  /// Amplitudes are rounded up a little, so that it is seldom found anew.
  const Spectrum& spectrum(const std::vector<double>& amplitudes);

 private:
  Spectrum find(const std::vector<double>& amplitudes) const;

  const Plan& plan_;
  Stencil stencil_;
  Grid grid_;
  std::vector<double> known_;  // amplitudes, rounded
  Spectrum spectrum_;
};

}  // namespace tessera::expressions
