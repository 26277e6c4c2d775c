// Which stages equations are made of: an expression that a difference is taken of becomes a quantity of its own.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "graph.hpp"
#include "stencil.hpp"

namespace tessera::expressions {

/// What differences read: first the fields, by their numbers, then the plan's temporaries.
using QuantityNumber = int;

struct Plan {
  struct Temporary {
    Id root;
    Id source;     // the same in the graph that the plan was made from
    int boundary;  // as in Node; zero_derivative for what is taken to the faces of a flux
    int reach;     // how far around a cell the fields are read to make it
  };
  static constexpr int zero_derivative = -2;

  /// In it, differences are leaves and without the spacings, which are factors: first_central is above - below, laplace that of
  /// Neighbours (stencil-inl.hpp). `boundary` is the quantity that is read, of a flux `index` the one that is taken to the faces. An
  /// integral is a leaf, too: `index` is its number.
  Graph graph;
  std::size_t fields = 0;
  std::vector<Temporary> temporaries;  // each made of those before it
  std::vector<Id> integrals;           // of these over the domain
  std::vector<Id> rates;
  std::optional<Id> energy;

  /// How many ghost layers an evaluation reads.
  int reach() const;
  /// Those temporaries that are needed for some of the plan's roots, in order.
  std::vector<std::size_t> needed_for(const std::vector<Id>& roots) const;
};

/// `rates`: a root for each field.
Plan make_plan(const Graph& graph, const std::vector<Id>& rates, const Stencil& stencil,
               const std::optional<Id>& energy = {});

}  // namespace tessera::expressions
