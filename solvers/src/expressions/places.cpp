#include "places.hpp"

#include <type_traits>

#include "tessera/core/initial.hpp"

namespace tessera::expressions {
namespace {

constexpr Index beyond = 64;  // rows are read in whole vectors

std::array<double, 3> by_dimension(const Grid& grid, const std::array<double, 3>& position) {
  std::array<double, 3> result{};
  for (int a = grid.first_axis(); a < 3; ++a)
    result[static_cast<std::size_t>(a - grid.first_axis())] = position[static_cast<std::size_t>(a)];
  return result;
}

/// For fill(), each thread of which has a copy.
struct AtPosition {
  const Grid* grid;
  Id id;
  mutable Evaluator evaluate;

  double operator()(const std::array<double, 3>& position) const {
    Place place;
    place.position = by_dimension(*grid, position);
    evaluate.run(place);
    return evaluate.value(id);
  }
};

}  // namespace

Field evaluated(Domain& domain, const Graph& graph, Id id, Index ghosts) {
  Field field(domain, "expression", Location::cells, ghosts);
  fill(domain, field, ghosts, AtPosition{&domain.grid(), id, Evaluator(graph, {id})});
  return field;
}

Places::Places(Domain& domain, const Graph& graph, Index ghosts)
    : domain_(domain), graph_(graph), dependences_(find_dependences(graph)), ghosts_(ghosts) {}

int Places::axis(Id id) const {
  int dimension = 0;
  while ((dependences_[id].dimensions >> static_cast<unsigned>(dimension)) > 1) ++dimension;
  return domain_.grid().first_axis() + dimension;
}

template <class Real>
const Real* Places::line(Id id) {
  auto& lines = [&]() -> auto& {
    if constexpr (std::is_same_v<Real, double>) return doubles_;
    else return floats_;
  }
  ();
  std::vector<Real>& values = lines[id];
  const Index before = ghosts_ + beyond;
  if (values.empty()) {
    const Grid& grid = domain_.grid();
    const int axis = this->axis(id);
    Evaluator evaluate(graph_, {id});
    for (Index i = -before; i < grid.cells(axis) + before; ++i) {
      Place place;
      place.position[static_cast<std::size_t>(axis - grid.first_axis())] = grid.centre(axis, grid.wrap(axis, i));
      evaluate.run(place);
      values.push_back(static_cast<Real>(evaluate.value(id)));
    }
  }
  return values.data() + before;
}

template const double* Places::line<double>(Id id);
template const float* Places::line<float>(Id id);

const Field& Places::field(Id id) {
  std::unique_ptr<Field>& field = fields_[id];
  if (!field) field = std::make_unique<Field>(evaluated(domain_, graph_, id, ghosts_));
  return *field;
}

}  // namespace tessera::expressions
