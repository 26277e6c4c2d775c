#include "tessera/solvers/mpdata.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <sstream>

#include "mpdata_kernels.hpp"

namespace tessera::mpdata {
namespace {

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

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
      extrema_row<Axes>(cells.extent(2), pass.least->row(i, j) + k, pass.largest->row(i, j) + k, pass.psi->row(i, j) + k,
                        around(*pass.psi, pass.courant, i, j, k));
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
                                        pass.largest->row(i, j) + k, around(*pass.psi, velocity, i, j, k), options.epsilon);
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
      update_row<Axes, IsFlux, HasG>(cells.extent(2), pass.out->row(i, j) + k, pass.psi->row(i, j) + k, row(pass.g, i, j, k),
                                     around(*pass.psi, velocity, i, j, k));
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
        transverse[t++] = {r - step - across, r - step + across, r - across, r + across,
                           c_l, c_l + courant.stride(e), c_r, c_r + courant.stride(e)};
      }
      const double* g = row(pass.g, i, j, k);
      antidiffusive_row<Axes, Gauge, HasG>(faces.extent(2), pass.antidiffusive[at(axis)]->row(i, j) + k,
                                           pass.courant[at(axis)]->row(i, j) + k, r - step, r,
                                           HasG ? g - pass.g->stride(axis) : nullptr, g, transverse,
                                           options.dimensionally_split ? 0 : Axes - 1, options.epsilon);
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

Kernels choose_kernels(int dimensions, bool gauge, bool has_g) {
  if (dimensions == 1) return choose_variant<1>(gauge, has_g);
  return dimensions == 2 ? choose_variant<2>(gauge, has_g) : choose_variant<3>(gauge, has_g);
}

/// Refuses a Courant field whose two ends of a periodic axis, which are the same face, differ.
void require_periodic(const Grid& grid, const Expression& courant, int axis) {
  const auto value = [&](Index i, Index j, Index k, Index end) {
    std::array<double, 3> position{};
    const Index3 cell{i, j, k};
    for (int a = grid.first_axis(); a < 3; ++a) position[at(a)] = grid.centre(a, cell[at(a)]);
    position[at(axis)] = grid.face(axis, end);
    return courant(position, 0);
  };
  for (int sample = 0; sample < 16; ++sample) {  // along the diagonal of the face
    Index3 cell{};
    for (int a = 0; a < 3; ++a) cell[at(a)] = (grid.cells(a) - 1) * sample / 15;
    const double below = value(cell[0], cell[1], cell[2], 0);
    const double above = value(cell[0], cell[1], cell[2], grid.cells(axis));
    if (std::fabs(below - above) > 1e-10 * std::max(1.0, std::fabs(below))) {
      std::ostringstream what;
      what << courant.place() << ": dimension " << grid.name(axis) << " is periodic, so its first and last face are the same, but '"
           << courant.text() << "' is " << below << " on the first and " << above
           << " on the last; use an expression that is periodic along " << grid.name(axis);
      throw ConfigError(what.str());
    }
  }
}

class Mpdata final : public Solver {
 public:
  Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters);

  State state() override { return {{&psi_}, {{"steps", &steps_}}}; }
  double stable_step() const override { return options_.step; }  // the Courant numbers are given for this step
  double fixed_step() const override { return options_.step; }
  double advance(double time, double limit) override;
  std::string describe() const override;

 private:
  void read_courant(const Config& config, const Parameters& parameters);
  void require_stable();
  Pass pass_of(const Block& block, int pass, const Array& psi, Array& out);
  void first_pass(const Block& block, Index extent, const Array& psi, Array& out);
  void corrective_pass(const Block& block, int pass, Index extent, const Array& psi, Array& out);
  void step_deep();
  void step_by_pass();

  Domain& domain_;
  Options options_;
  bool deep_;
  Index ghosts_;
  Kernels kernels_{};
  Field psi_;
  Field next_;
  std::optional<Field> g_;
  std::vector<Field> courant_;                       // by dimension
  std::array<std::vector<Field>, 2> antidiffusive_;  // of odd and even passes, by dimension
  std::vector<Field> limiter_;                       // least, largest, up, down
  std::optional<HaloExchange> exchange_psi_;
  std::optional<HaloExchange> exchange_all_;         // psi and the antidiffusive Courant numbers
  std::vector<Config> courant_config_;
  double steps_ = 0;
};

bool fits_deep(const Domain& domain, Index depth) {
  for (int a = 0; a < 3; ++a) {
    if (domain.exchanged(a) && thinnest_block(domain.grid(), domain.layout(), a) < depth) return false;
  }
  return true;
}

bool choose_deep(const Domain& domain, const Options& options) {
  using Depth = ExchangeOptions::Depth;
  if (domain.exchange().depth == Depth::pass) return false;
  return fits_deep(domain, options.deep_depth());
}

Mpdata::Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters)
    : domain_(domain),
      options_(options),
      deep_(choose_deep(domain, options)),
      ghosts_(deep_ ? options.deep_depth() : options.shallow_depth()),
      psi_(domain, "psi", Location::cells, ghosts_),
      next_(domain, "psi", Location::cells, ghosts_) {
  const Config section = config.at("mpdata");
  fill_initial_psi: {
  }
  const int dimensions = domain.grid().dimensions();
  if (section.has("g_factor")) {
    const Config g_factor = section.at("g_factor");
    g_.emplace(domain, "g", Location::cells, ghosts_);
    fill(domain, *g_, Expression(g_factor, dimensions, false, parameters), 0, ghosts_);
  }
  read_courant(section, parameters);
  require_stable();

  kernels_ = choose_kernels(dimensions, options.infinite_gauge, g_.has_value());
  for (int a = domain.grid().first_axis(); a < 3 && options.iterations > 1; ++a) {
    antidiffusive_[0].emplace_back(domain, "antidiffusive", faces(a), ghosts_);
    if (options.iterations > 2) antidiffusive_[1].emplace_back(domain, "antidiffusive", faces(a), ghosts_);
  }
  if (options.nonoscillatory && options.iterations > 1) {
    for (const char* name : {"least", "largest", "up", "down"}) limiter_.emplace_back(domain, name, Location::cells, ghosts_);
  }
  exchange_psi_.emplace(domain, std::vector{Location::cells}, ghosts_);
  if (!deep_ && options.iterations > 2) {
    std::vector<Location> locations{Location::cells};
    for (int a = domain.grid().first_axis(); a < 3; ++a) locations.push_back(faces(a));
    exchange_all_.emplace(domain, locations, ghosts_);
  }
}

}  // namespace
}  // namespace tessera::mpdata
