// The passes of MPDATA on one block: which rows the kernels are given. Chosen once for the number of
// dimensions and the variant; nothing here knows of ranks, threads or boundaries.
#pragma once

#include "mpdata_kernels.hpp"
#include "tessera/core/field.hpp"
#include "tessera/solvers/mpdata.hpp"

namespace tessera::mpdata {

inline std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

/// A block's arrays in one pass.
struct Pass {
  const Array* psi;
  Array* out;
  std::array<const Array*, 3> courant;  // by axis; of the pass before
  std::array<Array*, 3> antidiffusive;  // by axis; of this pass
  const Array* g;                       // null without a coordinate factor
  Array *least, *largest, *up, *down;   // null unless nonoscillatory
};

/// The passes of a step on one block, for a given number of dimensions and variant.
template <int Axes, bool Gauge, bool HasG>
class Scheme {
 public:
  static constexpr int first_axis = 3 - Axes;

  static void upwind(const Pass& pass, const Box& cells) { update<false>(pass, pass.courant, cells); }

  static void extrema(const Pass& pass, const Box& cells) {
    for_each_row(cells, [&](Index i, Index j) {
      const Index k = cells.lower[2];
      extrema_row<Axes>(cells.extent(2), pass.least->row(i, j) + k, pass.largest->row(i, j) + k,
                        pass.psi->row(i, j) + k, around(*pass.psi, pass.courant, i, j, k));
    });
  }

  /// A corrective pass that leaves its result in `cells`; `crossed` transverse axes enter.
  static void correct(const Pass& pass, const Box& cells, const Options& options) {
    const Box wide = options.nonoscillatory ? grown(cells, 1) : cells;
    for (int axis = first_axis; axis < 3; ++axis) antidiffusive(pass, faces_of(wide, axis), axis, options);
    const std::array<const Array*, 3> velocity{pass.antidiffusive[0], pass.antidiffusive[1], pass.antidiffusive[2]};
    if (options.nonoscillatory) {
      for_each_row(wide, [&](Index i, Index j) {
        const Index k = wide.lower[2];
        capacity_row<Axes, Gauge, HasG>(wide.extent(2), pass.up->row(i, j) + k, pass.down->row(i, j) + k,
                                        pass.psi->row(i, j) + k, row(pass.g, i, j, k), pass.least->row(i, j) + k,
                                        pass.largest->row(i, j) + k, around(*pass.psi, velocity, i, j, k),
                                        options.epsilon);
      });
      for (int axis = first_axis; axis < 3; ++axis) limit(pass, faces_of(cells, axis), axis);
    }
    update<Gauge>(pass, velocity, cells);
  }

  static Box grown(const Box& box, Index by) {
    Box result = box;
    for (int a = first_axis; a < 3; ++a) {
      result.lower[at(a)] -= by;
      result.upper[at(a)] += by;
    }
    return result;
  }

 private:
  static const double* row(const Array* array, Index i, Index j, Index k) {
    return HasG ? array->row(i, j) + k : nullptr;
  }

  static Box faces_of(const Box& cells, int axis) {
    Box faces = cells;
    ++faces.upper[at(axis)];
    return faces;
  }

  static Around<Axes> around(const Array& psi, const std::array<const Array*, 3>& velocity, Index i, Index j, Index k) {
    Around<Axes> rows{};
    for (int axis = first_axis; axis < 3; ++axis) {
      const std::size_t a = at(axis - first_axis);
      const double* cell = psi.row(i, j) + k;
      const Array& faces = *velocity[at(axis)];
      rows.cell_below[a] = cell - psi.stride(axis);
      rows.cell_above[a] = cell + psi.stride(axis);
      rows.face_below[a] = faces.row(i, j) + k;
      rows.face_above[a] = faces.row(i, j) + k + faces.stride(axis);
    }
    return rows;
  }

  template <bool IsFlux>
  static void update(const Pass& pass, const std::array<const Array*, 3>& velocity, const Box& cells) {
    for_each_row(cells, [&](Index i, Index j) {
      const Index k = cells.lower[2];
      update_row<Axes, IsFlux, HasG>(cells.extent(2), pass.out->row(i, j) + k, pass.psi->row(i, j) + k,
                                     row(pass.g, i, j, k), around(*pass.psi, velocity, i, j, k));
    });
  }

  static void antidiffusive(const Pass& pass, const Box& faces, int axis, const Options& options) {
    const Array& psi = *pass.psi;
    const Index step = psi.stride(axis);  // from the cell below a face to the one above it
    for_each_row(faces, [&](Index i, Index j) {
      const Index k = faces.lower[2];
      const double* r = psi.row(i, j) + k;
      std::array<Transverse, 2> transverse{};
      std::size_t t = 0;
      for (int e = first_axis; e < 3; ++e) {
        if (e == axis) continue;
        const Index across = psi.stride(e);
        const Array& courant = *pass.courant[at(e)];
        const double* c_r = courant.row(i, j) + k;
        const double* c_l = c_r - courant.stride(axis);
        transverse[t++] = {
            r - step - across,      r - step + across, r - across, r + across, c_l, c_l + courant.stride(e), c_r,
            c_r + courant.stride(e)};
      }
      const double* g = row(pass.g, i, j, k);
      const auto kernel =
          options.dimensionally_split ? antidiffusive_row<0, Gauge, HasG> : antidiffusive_row<Axes - 1, Gauge, HasG>;
      kernel(faces.extent(2), pass.antidiffusive[at(axis)]->row(i, j) + k, pass.courant[at(axis)]->row(i, j) + k,
             r - step, r, HasG ? g - pass.g->stride(axis) : nullptr, g, transverse, options.epsilon);
    });
  }

  static void limit(const Pass& pass, const Box& faces, int axis) {
    for_each_row(faces, [&](Index i, Index j) {
      const Index k = faces.lower[2];
      const double* r = pass.psi->row(i, j) + k;
      const double* up = pass.up->row(i, j) + k;
      const double* down = pass.down->row(i, j) + k;
      limit_row<Gauge>(faces.extent(2), pass.antidiffusive[at(axis)]->row(i, j) + k, r - pass.psi->stride(axis), r,
                       up - pass.up->stride(axis), down - pass.down->stride(axis), up, down);
    });
  }
};

/// The scheme's entry points, chosen once at the start.
struct Kernels {
  void (*upwind)(const Pass&, const Box&);
  void (*extrema)(const Pass&, const Box&);
  void (*correct)(const Pass&, const Box&, const Options&);
  Box (*grown)(const Box&, Index);
};

template <int Axes, bool Gauge, bool HasG>
Kernels kernels_of() {
  using S = Scheme<Axes, Gauge, HasG>;
  return {S::upwind, S::extrema, S::correct, S::grown};
}

template <int Axes>
Kernels choose_variant(bool gauge, bool has_g) {
  if (gauge) return has_g ? kernels_of<Axes, true, true>() : kernels_of<Axes, true, false>();
  return has_g ? kernels_of<Axes, false, true>() : kernels_of<Axes, false, false>();
}

inline Kernels choose_kernels(int dimensions, bool gauge, bool has_g) {
  if (dimensions == 1) return choose_variant<1>(gauge, has_g);
  return dimensions == 2 ? choose_variant<2>(gauge, has_g) : choose_variant<3>(gauge, has_g);
}

}  // namespace tessera::mpdata
