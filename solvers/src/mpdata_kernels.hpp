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
  bool gauge;     // infinite gauge (Smolarkiewicz 2006): corrected Courant numbers are fluxes
  bool has_g;     // a coordinate factor
  bool split;     // no cross terms
  bool absolute;  // fractions of |psi|, for fields of either sign
  double epsilon;
};

/// What a corrective pass may have besides the second-order terms.
struct Terms {
  bool third_order;     // for uniform flow (Smolarkiewicz and Margolin 1998, eq. 36)
  bool divergent_flow;  // (there, eq. 30)
  bool dpdc;  // double-pass donor cell, in one dimension: the passes to come, summed up (Beason and Margolin 1988)
  bool any() const { return third_order || divergent_flow || dpdc; }
};

/// Of the kernels below, operands come in the order in which they are named; "a dimension" are as many as there are
/// dimensions; Courant numbers are no operands where the flow is `uniform`; G is none unless has_g.

/// One donor-cell pass: psi + sum over dimensions of (flux below - flux above) / G. Reads psi, Courant numbers a dimension,
/// G. Writes psi; with `extrema` also the least and largest of each cell and its face neighbours.
Kernel upwind(const Variant& variant, const Courant3* uniform, bool extrema);

/// The antidiffusive Courant numbers of the next pass and the donor-cell fluxes that they cause (Smolarkiewicz 1984, with
/// G). Reads psi, Courant numbers a dimension, G. Writes fluxes a dimension and, if `keep`, Courant numbers a dimension.
Kernel antidiffusive(const Variant& variant, const Courant3* uniform, bool keep);

/// The divergences of C psi over G: in the cells, and where the faces of two dimensions meet. Reads psi, Courant numbers a
/// dimension, G. Writes one in cells and one a pair of dimensions, (0, 1), (0, 2), (1, 2).
Kernel divergences(const Variant& variant, const Courant3* uniform);

/// How far the divergence form goes.
struct Order {
  bool third;
  bool changes;  // for third order, in flow that changes during the step
};
/// The same in divergence form, second or third order in any flow (Waruszewski, Kuehnlein, Pawlowska and Smolarkiewicz
/// 2018). Reads psi, Courant numbers a dimension, G and, for third order, what `divergences` wrote and, if there are
/// `changes`, those of the Courant numbers over the step, a dimension. Writes fluxes a dimension and, if `keep`, Courant
/// numbers a dimension.
Kernel divergence_form(const Variant& variant, const Courant3* uniform, const Order& order, bool keep);

/// The terms added, and the fluxes that all of them cause. Reads psi, Courant numbers a dimension, G, antidiffusive Courant
/// numbers a dimension. Writes fluxes a dimension and, if `keep`, Courant numbers a dimension.
Kernel further(const Variant& variant, const Courant3* uniform, const Terms& terms, bool keep);

/// Courant numbers with those added whose donor-cell fluxes are diffusion's (Smolarkiewicz and Clark 1986); `diffusion`: the
/// diffusivity times the step over the spacing squared, a dimension. Reads psi, Courant numbers a dimension, G. Writes
/// Courant numbers a dimension.
Kernel diffusive(const Variant& variant, const Courant3* uniform, const Courant3& diffusion);

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
