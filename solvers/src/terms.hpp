// Kernels of terms that several equations have.
#pragma once

#include "stencil.hpp"

namespace tessera {

/// The Laplacian of a field.
Kernel make_laplacian(const Stages& stages, const Stencil& stencil);

/// The free energy of two phases at c = -1 and 1, c^4/4 - c^2/2 + w/2 |grad c|^2 from c, with the gradient's square as the mean of
/// those at a cell's faces: the sum over all cells has the differences of Allen-Cahn and Cahn-Hilliard as its derivative, and so
/// never grows.
Kernel make_double_well_energy(const Stages& stages, const Stencil& stencil, double width);

}  // namespace tessera
