/// A step stated as stages: what each reads of which quantity, how far around a cell, and what it writes.
///
/// A sweep (sweep.hpp) runs them. Stages know neither blocks nor layouts nor in which order cells are visited.
///
/// Stages have **sweep axes**: 0 is the axis along which a block is streamed, plane after plane, 1 lies within a plane,
/// 2 is contiguous. A grid of three dimensions has them all, one of two dimensions 0 and 2, one of one dimension 2 alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tessera/core/field.hpp"

namespace tessera {

class Boundary;

/// The sweep axis of a grid's dimension (0 is the first), and the other way round.
constexpr int sweep_axis(int dimensions, int dimension) {
  if (dimensions == 3) return dimension;
  return dimensions == 2 ? 2 * dimension : 2;
}

/// `layers` cells along a grid's dimension, as an offset along the sweep axes.
constexpr Index3 along(int dimensions, int dimension, Index layers) {
  Index3 offset{0, 0, 0};
  offset[static_cast<std::size_t>(sweep_axis(dimensions, dimension))] = layers;
  return offset;
}

/// The layers around a cell that a stage reads, along the sweep axes. Of a quantity on faces: both faces of these cells.
struct Reach {
  Index3 below{0, 0, 0};
  Index3 above{0, 0, 0};

  /// The same in all directions of all dimensions.
  static Reach around(int dimensions, Index layers);
  /// Of both.
  Reach operator|(const Reach& other) const;
};

/// Where the values of a quantity lie: rows within planes, planes in an array or in a ring that keeps a few of them.
struct Storage {
  std::byte* origin = nullptr;  // cell 0 of row 0 of plane 0
  Index plane = 0;              // bytes from plane to plane
  Index mask = -1;              // plane p lies at (p & mask) * plane: of a ring, its length - 1
  Index row = 0;                // bytes from row to row

  std::byte* at(Index p) const { return origin + (p & mask) * plane; }
};

/// An operand of a kernel: [k] of the row for `j` belongs to cell k of the panel's row j or, with an offset along the
/// sweep axes, to its neighbour.
template <class Real>
class Rows {
 public:
  /// The panel's first cell: its plane, its row and column in `storage`. `planes`: rows follow each other along axis 0.
  Rows(const Storage& storage, Index plane, Index row, Index column, bool planes)
      : storage_(storage), plane_(plane), along_0_(planes ? -1 : 0), along_1_(planes ? 0 : -1) {
    storage_.origin += row * storage.row + column * static_cast<Index>(sizeof(Real));
  }
  Real* operator()(Index j, const Index3& offset = {0, 0, 0}) const {
    std::byte* plane = storage_.at(plane_ + (j & along_0_) + offset[0]);
    return reinterpret_cast<Real*>(plane + ((j & along_1_) + offset[1]) * storage_.row) + offset[2];
  }

 private:
  Storage storage_;
  Index plane_;
  Index along_0_, along_1_;  // all bits or none
};

/// Memory that will be read soon: a row for each row of a panel.
struct Ahead {
  const std::byte* row = nullptr;  // of the panel's row 0, beside its first cell; none: nothing
  Index pitch = 0;                 // bytes from row to row
};

/// What a kernel works on: `rows` rows of `length` cells, of one plane or, on a grid of two dimensions, of as many planes.
///
/// Where outputs are on faces, the box has the cells' upper faces, too: a row, a column or a plane more than cells. Of
/// outputs that are not there (or not on those faces) it may write anything, and of inputs read anything.
struct Panel {
  int block;
  Index rows;
  Index length;
  Index3 first;                 // the first cell, along the sweep axes, in the block's own numbering
  const Storage* storage;       // by quantity
  const std::size_t* operands;  // the stage's quantities: inputs, then outputs
  Index3 shift;                 // the cell that `storage` has at its origin
  bool planes;                  // whether rows follow each other along axis 0 or 1
  Ahead ahead;                  // asked for from memory meanwhile

  template <class Real>
  Rows<Real> operand(std::size_t number) const {
    return {storage[operands[number]], first[0], first[1] - shift[1], column(), planes};
  }
  /// The first cell of a row, in the block's numbering and array's axes.
  Index3 cell(Index row) const {
    return planes ? Index3{first[1], first[0] + row, first[2]} : Index3{first[0], first[1] + row, first[2]};
  }
  /// The place of a row's first cell: at 0 a cache line begins.
  Index column() const { return first[2] - shift[2]; }
};

using Kernel = std::function<void(const Panel&)>;

/// f<Real, dimensions>(): what is known at run time becomes known to the compiler.
template <class F>
Kernel specialise(Precision precision, int dimensions, const F& f) {
  return with_real(precision, [&]<class Real>() -> Kernel {
    if (dimensions == 1) return f.template operator()<Real, 1>();
    return dimensions == 2 ? f.template operator()<Real, 2>() : f.template operator()<Real, 3>();
  });
}

/// A list of stages and the quantities between them.
class Stages {
 public:
  using Quantity = std::size_t;

  struct Input {
    Quantity quantity;
    Reach reach;
  };
  struct Stage {
    std::string name;
    std::vector<Input> inputs;
    std::vector<Quantity> outputs;
    Kernel kernel;
    std::vector<Quantity> operands;  // inputs, then outputs
    const Boundary* shut = nullptr;
  };
  struct Properties {
    bool external = false;
    Location location = Location::cells;
    const Boundary* boundary = nullptr;
    std::size_t moment = 0;
    Index layers = 0;  // of ghosts that its boundary fills: as far as stages read
  };

  /// `precision`: of all quantities.
  explicit Stages(int dimensions, Precision precision = Precision::float64)
      : dimensions_(dimensions), precision_(precision) {}

  /// An array that is handed to each run, in the order of these calls. With a boundary, and if stages write it, its ghosts beyond
  /// walls are filled as soon as they can be, with the boundary's values at one of the run's moments; the boundary must outlive
  /// this object.
  Quantity external(Location location = Location::cells, const Boundary* boundary = nullptr, std::size_t moment = 0);
  /// The same, but it lives within a run.
  Quantity temporary(Location location = Location::cells, const Boundary* boundary = nullptr, std::size_t moment = 0);
  /// Stages run in the order in which they are added: an input must have been written before or be external. Outputs on
  /// faces are set to 0 on those at the rigid ends of `shut`, if there is one, and at poles; it must outlive this object.
  void add(std::string name, std::vector<Input> inputs, std::vector<Quantity> outputs, Kernel kernel,
           const Boundary* shut = nullptr);

  int dimensions() const noexcept { return dimensions_; }
  Precision precision() const noexcept { return precision_; }
  const std::vector<Stage>& list() const noexcept { return list_; }
  const std::vector<Properties>& quantities() const noexcept { return quantities_; }

  /// What is needed of each quantity to have the external outputs in (or on all faces of) a cell: the reach, summed over
  /// the stages between, with what ghosts beyond walls are made of.
  std::vector<Reach> needed() const;

 private:
  int dimensions_;
  Precision precision_;
  std::vector<Stage> list_;
  std::vector<Properties> quantities_;
};

}  // namespace tessera
