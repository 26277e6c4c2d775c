// Row kernels of MPDATA: pointers along the contiguous axis and the rows beside it, no indices of
// blocks, no boundaries. Axes is the number of dimensions, Gauge the infinite-gauge variant, HasG
// whether a coordinate factor is there. Formulas and notation: docs/mpdata.md.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "tessera/core/index.hpp"

namespace tessera::mpdata {

template <int Axes>
using Rows = std::array<const double*, static_cast<std::size_t>(Axes)>;

/// Donor-cell flux through a face with Courant number c between cells l and r.
inline double flux(double c, double l, double r) { return c * (c > 0 ? l : r); }

/// The rows around a row of cells: the neighbours below and above along each axis, and their faces.
template <int Axes>
struct Around {
  Rows<Axes> cell_below;
  Rows<Axes> cell_above;
  Rows<Axes> face_below;
  Rows<Axes> face_above;
};

template <bool Gauge>
inline double flux_of(double c, double l, double r) {
  return Gauge ? c : flux(c, l, r);
}

/// One donor-cell pass: out = psi + sum over axes of (flux below - flux above) / G. With Gauge, the
/// faces hold fluxes already (Smolarkiewicz and Margolin 1998).
template <int Axes, bool Gauge, bool HasG>
void update_row(Index n, double* __restrict out, const double* psi, const double* g, const Around<Axes> around) {
  for (Index k = 0; k < n; ++k) {
    double sum = 0;
    for (std::size_t a = 0; a < Axes; ++a) {
      sum += flux_of<Gauge>(around.face_below[a][k], around.cell_below[a][k], psi[k]) -
             flux_of<Gauge>(around.face_above[a][k], psi[k], around.cell_above[a][k]);
    }
    out[k] = psi[k] + (HasG ? sum / g[k] : sum);
  }
}

/// Least and largest of a cell and its face neighbours.
template <int Axes>
void extrema_row(Index n, double* __restrict least, double* __restrict largest, const double* psi,
                 const Around<Axes> around) {
  for (Index k = 0; k < n; ++k) {
    double low = psi[k];
    double high = psi[k];
    for (std::size_t a = 0; a < Axes; ++a) {
      low = std::min(low, std::min(around.cell_below[a][k], around.cell_above[a][k]));
      high = std::max(high, std::max(around.cell_below[a][k], around.cell_above[a][k]));
    }
    least[k] = low;
    largest[k] = high;
  }
}

/// The rows around a row of faces, for one transverse axis: psi beyond the cells on both sides (L, R) of
/// the face, and the four transverse faces of these cells.
struct Transverse {
  const double *l_below, *l_above, *r_below, *r_above;
  const double *c_l_below, *c_l_above, *c_r_below, *c_r_above;
};

/// The antidiffusive Courant number of the next pass (Smolarkiewicz 1984, with G), with `Crossed` cross terms:
/// one for each other axis, or none where the scheme is dimensionally split.
template <int Crossed, bool Gauge, bool HasG>
void antidiffusive_row(Index n, double* __restrict out, const double* c, const double* l, const double* r,
                       const double* g_l, const double* g_r, const std::array<Transverse, 2> transverse,
                       double epsilon) {
  for (Index k = 0; k < n; ++k) {
    const double g = HasG ? 0.5 * (g_l[k] + g_r[k]) : 1;
    const double gradient = Gauge ? (r[k] - l[k]) / 2 : (r[k] - l[k]) / (r[k] + l[k] + epsilon);
    double result = (std::fabs(c[k]) - (HasG ? c[k] * c[k] / g : c[k] * c[k])) * gradient;
    for (std::size_t t = 0; t < static_cast<std::size_t>(Crossed); ++t) {
      const Transverse& e = transverse[t];
      const double above = e.r_above[k] + e.l_above[k];
      const double below = e.r_below[k] + e.l_below[k];
      const double slope = Gauge ? (above - below) / 4 : (above - below) / (above + below + epsilon);
      const double mean = 0.25 * ((e.c_l_below[k] + e.c_l_above[k]) + (e.c_r_below[k] + e.c_r_above[k]));
      const double product = HasG ? c[k] * mean / g : c[k] * mean;
      result -= 0.5 * product * slope;
    }
    out[k] = result;
  }
}

/// How much of the incoming (up) and outgoing (down) antidiffusive fluxes a cell can take without a new
/// extremum (flux-corrected transport, Smolarkiewicz and Grabowski 1990).
template <int Axes, bool Gauge, bool HasG>
void capacity_row(Index n, double* __restrict up, double* __restrict down, const double* psi, const double* g,
                  const double* least, const double* largest, const Around<Axes> around, double epsilon) {
  for (Index k = 0; k < n; ++k) {
    double low = std::min(least[k], psi[k]);
    double high = std::max(largest[k], psi[k]);
    double in = 0;
    double out = 0;
    for (std::size_t a = 0; a < Axes; ++a) {
      const double cell_below = around.cell_below[a][k];
      const double cell_above = around.cell_above[a][k];
      low = std::min(low, std::min(cell_below, cell_above));
      high = std::max(high, std::max(cell_below, cell_above));
      const double below = flux_of<Gauge>(around.face_below[a][k], cell_below, psi[k]);
      const double above = flux_of<Gauge>(around.face_above[a][k], psi[k], cell_above);
      in += std::max(below, 0.0) - std::min(above, 0.0);
      out += std::max(above, 0.0) - std::min(below, 0.0);
    }
    const double volume = HasG ? g[k] : 1;
    up[k] = (high - psi[k]) * volume / (in + epsilon);
    down[k] = (psi[k] - low) * volume / (out + epsilon);
  }
}

/// Limits the antidiffusive Courant numbers of a row of faces in place. Which capacities count follows
/// from the direction of the *flux*, so that fields of either sign stay monotone.
template <bool Gauge>
void limit_row(Index n, double* __restrict c, const double* l, const double* r, const double* up_l,
               const double* down_l, const double* up_r, const double* down_r) {
  for (Index k = 0; k < n; ++k) {
    const double donor = Gauge ? 1 : (c[k] > 0 ? l[k] : r[k]);
    const double direction = donor < 0 ? -c[k] : c[k];
    const double room = direction > 0 ? std::min(down_l[k], up_r[k]) : std::min(up_l[k], down_r[k]);
    c[k] *= std::min(1.0, room);
  }
}

}  // namespace tessera::mpdata
