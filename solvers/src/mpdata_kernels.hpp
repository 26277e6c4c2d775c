// Row kernels of MPDATA. Formulas and notation: docs/mpdata.md.
#pragma once

#include <array>

#include "tessera/core/stages.hpp"

namespace tessera::mpdata {

using Courant3 = std::array<double, 3>;  // of a uniform flow, a number a dimension

/// Which of the kernels' variants.
struct Variant {
  int dimensions;
  Precision precision;
  bool gauge;  // infinite gauge (Smolarkiewicz 2006): corrected Courant numbers are fluxes
  bool has_g;  // a coordinate factor
  bool split;  // no cross terms
  double epsilon;
};

/// Of the kernels below, operands come in the order in which they are named; "a dimension" are as many as there are
/// dimensions; Courant numbers are no operands where the flow is `uniform`; G is none unless has_g.

/// One donor-cell pass: psi + sum over dimensions of (flux below - flux above) / G. Reads psi, Courant numbers a dimension,
/// G. Writes psi; with `extrema` also the least and largest of each cell and its face neighbours.
Kernel upwind(const Variant& variant, const Courant3* uniform, bool extrema);

/// The antidiffusive Courant numbers of the next pass and the donor-cell fluxes that they cause (Smolarkiewicz 1984, with
/// G). Reads psi, Courant numbers a dimension, G. Writes fluxes a dimension and, if `keep`, Courant numbers a dimension.
Kernel antidiffusive(const Variant& variant, const Courant3* uniform, bool keep);

/// Least and largest of each cell and its face neighbours. Reads psi. Writes least, largest.
Kernel extrema(const Variant& variant);

/// How much of the incoming (up) and outgoing (down) fluxes a cell can take without a new extremum (flux-corrected
/// transport, Smolarkiewicz and Grabowski 1990). Reads psi, fluxes a dimension, least, largest, G. Writes up, down.
Kernel capacity(const Variant& variant);

/// Limits fluxes, and if `keep` Courant numbers with them. Which capacities count follows from the direction of the flux,
/// so that fields of either sign stay monotone. Reads up, down, fluxes a dimension, Courant numbers a dimension if
/// `keep`. Writes fluxes a dimension, Courant numbers a dimension if `keep`.
Kernel limit(const Variant& variant, bool keep);

/// psi + sum over dimensions of (flux below - flux above) / G. Reads psi, fluxes a dimension, G. Writes psi.
Kernel update(const Variant& variant);

}  // namespace tessera::mpdata
