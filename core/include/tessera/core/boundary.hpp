/// Conditions at the ends of a grid that are not periodic.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"

namespace tessera {

/// One end of one axis. With n the outward normal, c1 the first cell inside and dx the spacing, the
/// ghost cell is
///     value       c = v       2 v - c1
///     derivative  d_n c = v   c1 + dx v
struct BoundaryCondition {
  enum class Kind { value, derivative } kind = Kind::derivative;
  std::optional<Expression> expression;  // of coordinates and time, on the wall; none: 0
};

/// Which dimensions are periodic, from grid.boundary: one condition for all dimensions or a list, each
/// `periodic`, `{value: v}`, `{derivative: v}` or `{lower: .., upper: ..}` of the latter two.
std::vector<bool> read_periodic(const Config& grid, int dimensions, bool otherwise);

/// The conditions of one field at all ends; evaluates them and fills the ghost cells beside the walls.
class Boundary {
 public:
  /// `config` may be missing (an empty section of `parent`): then zero derivative.
  /// Refuses a condition on a periodic dimension and `periodic` on one that is not.
  Boundary(Domain& domain, const Config& parent, const std::string& key, const Parameters& parameters);

  /// Fills one ghost layer at the walls of a block, along axis after axis, in `values`. `reach` are the
  /// layers beyond the block's own cells that hold values along the axes where it has neighbours; the
  /// ghosts beside the wall get the wall's condition as the neighbour's own cells do.
  /// Called in a phase, for a block by its own thread.
  void apply(const Block& block, Array& values, Index reach, double time) const;

  /// Fills the box `ghosts` beyond one end of an axis. `values` is the address of cell (0, 0, 0), in the domain's precision,
  /// `stride` the distances between cells, `inside` the distance from a ghost to the cell beside it within the wall, in values.
  void fill(const Block& block, const Box& ghosts, int axis, int side, double time, std::byte* values,
            const Index3& stride, Index inside) const;

  /// True if any end is not periodic.
  bool any() const noexcept { return any_; }

 private:
  template <class Real>
  void fill_box(const Block& block, const Box& ghosts, int axis, int side, double time, Real* values,
                const Index3& stride, Index inside) const;
  void fill_walls(const Block& block, Array& values, Index reach, double time) const;

  struct Wall {
    BoundaryCondition condition;
    bool constant = true;              // neither position nor time matter
    double value = 0;                  // if constant
    std::vector<Expression> evaluate;  // one a block
  };

  Domain& domain_;
  std::array<std::array<Wall, 2>, 3> walls_;
  bool any_ = false;
};

}  // namespace tessera
