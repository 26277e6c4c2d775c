// Values of nodes that depend on coordinates alone: computed once.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "evaluation.hpp"
#include "program.hpp"
#include "tessera/core/field.hpp"

namespace tessera::expressions {

/// Of a node of coordinates: its values, also in so many layers of ghosts.
Field evaluated(Domain& domain, const Graph& graph, Id id, Index ghosts);

class Places {
 public:
  /// So many layers of ghosts have values, too. The graph must outlive this object.
  Places(Domain& domain, const Graph& graph, Index ghosts);

  /// Of a node of one coordinate: its value in a cell is at the cell's number along that axis, in the grid's numbering, ghosts and
  /// some more included.
  template <class Real>
  const Real* line(Id id);
  /// Of a node of several coordinates. Collective.
  const Field& field(Id id);
  /// The axis of a node of one coordinate.
  int axis(Id id) const;

 private:
  Domain& domain_;
  const Graph& graph_;
  std::vector<Dependence> dependences_;
  Index ghosts_;
  std::map<Id, std::vector<double>> doubles_;
  std::map<Id, std::vector<float>> floats_;
  std::map<Id, std::unique_ptr<Field>> fields_;
};

}  // namespace tessera::expressions
