/// Conditions at the walls of a grid: its ends that are neither periodic nor polar.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"

namespace tessera {

/// One end of one axis. With n the outward normal, c1, c2, .. the cells inside, counted from the wall, and dx the spacing,
/// ghost l (the first is 1) is
///     value         c = v on the wall      2 v - c_l
///     derivative    d_n c = v              c_l + (2 l - 1) dx v
///     mixed         d_n c + g c = v        ((2 - g h) c_l + 2 h v)/(2 + g h), h = (2 l - 1) dx
///     curvature     d_n^2 c = v            c1 + l (c1 - c2) + l (l + 1)/2 dx^2 v
///     constant      c = v outside          v
///     open          goes on as it ends     c1
///     extrapolated  in geometric progression, as PyMPDATA's Extrapolated but without its clipping at 0:
///                   c1 + (r + .. + r^l) (c1 - c2), r = (c1 - c2)/(c2 - c3), or 0 where the denominator is below 1e-10
/// An antiperiodic end is none of these: its ghosts are those of a periodic one with the other sign.
struct BoundaryCondition {
  enum class Kind { value, derivative, mixed, curvature, constant, open, extrapolated } kind = Kind::derivative;
  std::optional<Expression> expression;  // v, of coordinates and time, on the wall; none: 0
  std::optional<Expression> factor;      // g, likewise
  bool rigid = false;                    // asked for as `wall`: nothing may flow through
};

/// How the grid's dimensions end.
struct Ends {
  std::vector<bool> periodic;
  std::vector<std::array<bool, 2>> polar;
};
/// From grid.boundary: one condition for all dimensions or a list, each `periodic`, `antiperiodic` (which is periodic, too),
/// another condition (`polar` among them), or `{lower: .., upper: ..}` of such.
Ends read_ends(const Config& grid, int dimensions, bool periodic_by_default);

/// The conditions of one field at all ends; evaluates them and fills the ghost cells beside the walls.
class Boundary {
 public:
  /// `config` may be missing (an empty section of `parent`): then zero derivative. `allowed`: names of conditions, besides
  /// periodic: antiperiodic, value, derivative, mixed, curvature, constant, open, extrapolated, wall (zero derivative, and
  /// nothing flows through), polar. Refuses another condition at a periodic or polar end, and `periodic` or `polar` at one
  /// that is not, and a dimension of fewer cells than `layers` of ghosts are made of.
  Boundary(Domain& domain, const Config& parent, const std::string& key, const Parameters& parameters,
           const std::vector<std::string>& allowed, Index layers = 1);
  /// The same at all walls: `open`, or `constant` with this value.
  static Boundary open(Domain& domain) { return Boundary(domain, BoundaryCondition::Kind::open, 0); }
  static Boundary constant(Domain& domain, double value) {
    return Boundary(domain, BoundaryCondition::Kind::constant, value);
  }

  /// Fills `layers` of ghosts at the walls of a block, along axis after axis, in `values`. `reach` are the
  /// layers beyond the block's own cells that hold values along the axes where it has neighbours; the
  /// ghosts beside the wall get the wall's condition as the neighbour's own cells do.
  /// Called in a phase, for a block by its own thread.
  void apply(const Block& block, Array& values, Index reach, Index layers, double time) const;

  /// Ghosts that fill() is to make: one layer.
  struct Ghosts {
    Box box;            // in the block's numbering
    int axis, side;     // beyond which end
    Index layer;        // 1 beside the wall
    std::byte* values;  // the address of cell (0, 0, 0)
    Index3 stride;      // the distances between cells, in values
    Index3 inside;      // from a ghost to c1, c2 and c3, in values; those needed() must be there
  };
  void fill(const Block& block, const Ghosts& ghosts, double time) const;

  /// How many cells inside so many layers of ghosts at an end are made of.
  Index needed(int axis, int side, Index layers) const;
  /// The same, at the end that needs most.
  Index needed(Index layers) const;
  /// Whether nothing may flow through an end.
  bool rigid(int axis, int side) const { return wall(axis, side).condition.rigid; }
  /// True if any end is a wall, neither periodic nor polar.
  bool any() const noexcept { return any_; }
  /// The axes whose ends are antiperiodic.
  const std::array<bool, 3>& antiperiodic() const noexcept { return antiperiodic_; }

 private:
  struct Wall {
    BoundaryCondition condition;
    bool constant = true;  // neither position nor time matter
    double value = 0;      // if constant
    double factor = 0;
    std::vector<BoundaryCondition> evaluate;  // one a block
  };
  /// A ghost is a value, and sums of the cells inside.
  struct Weights {
    double value, first, second;
  };

  Boundary(Domain& domain, BoundaryCondition::Kind kind, double value);
  const Wall& wall(int axis, int side) const {
    return walls_[static_cast<std::size_t>(axis)][static_cast<std::size_t>(side)];
  }
  template <class Real>
  void fill_box(const Block& block, const Ghosts& ghosts, double time) const;
  void fill_walls(const Block& block, Array& values, Index reach, Index layers, double time) const;
  Weights weigh(const Wall& wall, int axis, Index layer, double value, double factor) const;

  Domain& domain_;
  std::array<std::array<Wall, 2>, 3> walls_;
  bool any_ = false;
  std::array<bool, 3> antiperiodic_{};
};

}  // namespace tessera
