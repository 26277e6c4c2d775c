/// The grid: what is computed on, before anybody thinks of ranks and threads.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tessera/core/index.hpp"

namespace tessera {

/// A uniform grid of 1 to 3 dimensions. Everything but the constructor counts *axes* (index.hpp):
/// dimension d of the user is axis d + 3 - dimensions().
class Grid {
 public:
  /// `shape`: cells a dimension; `bounds`: lower and upper edge a dimension, in the user's length unit;
  /// `periodic`: a flag a dimension; `polar`: flags for the lower and upper end of each, or none. All have the same length, 1
  /// to 3. A polar end is one of a sphere's poles: beyond it, the grid goes on half a turn away along the dimension before,
  /// which must be periodic and have an even number of cells.
  Grid(const std::vector<Index>& shape, const std::vector<std::array<double, 2>>& bounds,
       const std::vector<bool>& periodic, const std::vector<std::array<bool, 2>>& polar = {});

  int dimensions() const noexcept { return dimensions_; }
  int first_axis() const noexcept { return 3 - dimensions_; }
  bool flat(int axis) const noexcept { return axis < first_axis(); }
  bool periodic(int axis) const noexcept { return periodic_[at(axis)]; }
  bool polar(int axis, int side) const noexcept { return polar_[at(axis)][at(side)]; }
  /// Whether an end is neither periodic nor polar.
  bool wall(int axis, int side) const noexcept { return !flat(axis) && !periodic(axis) && !polar(axis, side); }
  /// The one with poles, or -1.
  int polar_axis() const noexcept;
  /// x, y or z: the user's name of an axis.
  char name(int axis) const noexcept { return "xyz"[axis - first_axis()]; }

  Index cells(int axis) const noexcept { return shape_[at(axis)]; }
  Index cells() const noexcept { return shape_[0] * shape_[1] * shape_[2]; }
  Box box() const noexcept { return {{0, 0, 0}, shape_}; }
  double lower(int axis) const noexcept { return lower_[at(axis)]; }
  double upper(int axis) const noexcept { return upper_[at(axis)]; }
  double spacing(int axis) const noexcept { return spacing_[at(axis)]; }

  /// Coordinate of the centre of cell i, and of the face at the lower side of cell i.
  double centre(int axis, Index i) const noexcept {
    return lower(axis) + (static_cast<double>(i) + 0.5) * spacing(axis);
  }
  double face(int axis, Index i) const noexcept { return lower(axis) + static_cast<double>(i) * spacing(axis); }
  /// The cell inside the grid that a ghost cell of a periodic axis repeats; i itself on other axes.
  Index wrap(int axis, Index i) const noexcept;
  /// Of a ghost cell beyond a periodic or polar end, or of its lower face normal to an axis: the one that it repeats. Across
  /// a pole, up and down change places: `turned`. Of the faces at a pole, half repeat the others.
  struct Image {
    Index3 cell;
    bool turned;
  };
  Image image(Index3 cell, std::optional<int> face = {}) const noexcept;
  /// The coordinates of a cell's centre, or of the middle of its lower face normal to an axis.
  std::array<double, 3> position(const Index3& cell, std::optional<int> face = {}) const noexcept;

  /// A cell's number in row-major order over the whole grid, and back.
  Index number(const Index3& cell) const noexcept { return (cell[0] * shape_[1] + cell[1]) * shape_[2] + cell[2]; }
  Index3 cell(Index number) const noexcept;
  /// "cell [3, 4] (x = 3.5, y = 4.5)".
  std::string describe(const Index3& cell) const;
  /// "64 x 32 cells, x in [0, 64] periodic, y in [0, 1]".
  std::string describe() const;

 private:
  int dimensions_;
  Index3 shape_{1, 1, 1};
  std::array<double, 3> lower_{0, 0, 0};
  std::array<double, 3> upper_{1, 1, 1};
  std::array<double, 3> spacing_{1, 1, 1};
  std::array<bool, 3> periodic_{false, false, false};
  std::array<std::array<bool, 2>, 3> polar_{};
};

}  // namespace tessera
