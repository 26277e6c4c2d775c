#include "tessera/core/boundary.hpp"

#include <cmath>

namespace tessera {
namespace {

bool is_periodic(const Config& config) { return config.is_scalar(); }

/// The condition of each dimension: the same for all, or an element of a list.
std::vector<Config> each_dimension(const Config& config, int dimensions) {
  if (config.is_list()) return config.items(dimensions, "boundaries, one a dimension");
  return std::vector<Config>(static_cast<std::size_t>(dimensions), config);
}

BoundaryCondition read_condition(const Config& config, int dimensions, const Parameters& parameters) {
  if (!config.is_section()) config.fail("expected {value: v} or {derivative: v}, found '" + config.text() + "'");
  const auto keys = config.keys();
  if (keys.size() != 1) config.fail("expected one of {value: v} and {derivative: v}");
  BoundaryCondition condition;
  if (keys[0] == "value") {
    condition.kind = BoundaryCondition::Kind::value;
  } else if (keys[0] != "derivative") {
    config.fail("'" + keys[0] + "' is no boundary condition; allowed: periodic, value, derivative");
  }
  condition.expression = Expression(config.at(keys[0]), dimensions, true, parameters);
  return condition;
}

}  // namespace

std::vector<bool> read_periodic(const Config& grid, int dimensions, bool otherwise) {
  std::vector<bool> periodic(static_cast<std::size_t>(dimensions), otherwise);
  if (!grid.has("boundary")) return periodic;
  const auto conditions = each_dimension(grid.at("boundary"), dimensions);
  for (std::size_t d = 0; d < conditions.size(); ++d) {
    if (is_periodic(conditions[d]) && conditions[d].text() != "periodic") {
      const auto near = nearest(conditions[d].text(), {"periodic"});
      conditions[d].fail("'" + conditions[d].text() + "' is no boundary;" + (near ? " did you mean 'periodic'?" : "") +
                         " allowed: periodic, {value: v}, {derivative: v}, {lower: .., upper: ..}");
    }
    if (conditions[d].is_list())
      conditions[d].fail("expected periodic, {value: v}, {derivative: v} or {lower: .., upper: ..}, found a list");
    periodic[d] = is_periodic(conditions[d]);
  }
  return periodic;
}

Boundary::Boundary(Domain& domain, const Config& parent, const std::string& key, const Parameters& parameters)
    : domain_(domain) {
  const Grid& grid = domain.grid();
  const bool given = parent.has(key);
  const auto conditions = given ? each_dimension(parent.at(key), grid.dimensions()) : std::vector<Config>{};
  for (int axis = grid.first_axis(); axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    any_ = any_ || !grid.periodic(axis);
    if (!given) continue;
    const Config& config = conditions[a - static_cast<std::size_t>(grid.first_axis())];
    if (is_periodic(config) != grid.periodic(axis)) {
      config.fail(std::string("dimension ") + grid.name(axis) + " is " + (grid.periodic(axis) ? "" : "not ") +
                  "periodic in grid.boundary; a dimension is periodic for all fields or for none");
    }
    if (grid.periodic(axis)) {
      config.choice({"periodic"});
      continue;
    }
    for (std::size_t side = 0; side < 2; ++side) {
      const bool two = config.has("lower") || config.has("upper");
      Wall& wall = walls_[a][side];
      wall.condition =
          read_condition(two ? config.at(side == 0 ? "lower" : "upper") : config, grid.dimensions(), parameters);
      const Expression& expression = *wall.condition.expression;
      wall.constant = !expression.uses_time();
      for (int d = 0; d < grid.dimensions(); ++d) wall.constant = wall.constant && !expression.uses_dimension(d);
      wall.value = expression({}, 0);
      if (wall.constant && !std::isfinite(wall.value))
        throw ConfigError(expression.place() + ": '" + expression.text() + "' is not finite");
      if (!wall.constant) wall.evaluate.assign(domain.blocks().size(), expression);
    }
  }
}

void Boundary::apply(const Block& block, Array& values, Index reach, double time) const {
  if (!any_) return;
  domain_.seconds(block).time(Part::boundary, [&] { fill_walls(block, values, reach, time); });
}

void Boundary::fill_walls(const Block& block, Array& values, Index reach, double time) const {
  Box box = domain_.grown(block, block.local(), reach);
  const Index3 stride{values.stride(0), values.stride(1), values.stride(2)};
  for (int axis = domain_.grid().first_axis(); axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    const Box before = box;
    for (int side = 0; side < 2; ++side) {
      if (!domain_.at_wall(block, axis, side)) continue;
      Box ghosts = before;
      ghosts.lower[a] = side == 0 ? -1 : block.cells.extent(axis);
      ghosts.upper[a] = ghosts.lower[a] + 1;
      fill(block, ghosts, axis, side, time, values.address(0, 0, 0), stride, side == 0 ? stride[a] : -stride[a]);
      // The ghosts just filled count for the axes that follow.
      if (side == 0) --box.lower[a];
      else ++box.upper[a];
    }
  }
}

void Boundary::fill(const Block& block, const Box& ghosts, int axis, int side, double time, std::byte* values,
                    const Index3& stride, Index inside) const {
  with_real(domain_.precision(), [&]<class Real>() {
    fill_box(block, ghosts, axis, side, time, reinterpret_cast<Real*>(values), stride, inside);
  });
}

template <class Real>
void Boundary::fill_box(const Block& block, const Box& ghosts, int axis, int side, double time, Real* values,
                        const Index3& stride, Index inside) const {
  const Grid& grid = domain_.grid();
  const Wall& wall = walls_[static_cast<std::size_t>(axis)][static_cast<std::size_t>(side)];
  const bool is_value = wall.condition.kind == BoundaryCondition::Kind::value;
  const double spacing = grid.spacing(axis);
  const auto ghost = [&](double first, double v) {
    return static_cast<Real>(is_value ? 2 * v - first : first + spacing * v);
  };
  if (wall.constant) {
    // As above, with what does not change taken out: beside every row of a sweep there may be such a ghost.
    const auto sign = static_cast<Real>(is_value ? -1 : 1);
    const auto constant = static_cast<Real>((is_value ? 2 : spacing) * wall.value);
    for (Index i = ghosts.lower[0]; i < ghosts.upper[0]; ++i) {
      for (Index j = ghosts.lower[1]; j < ghosts.upper[1]; ++j) {
        Real* row = values + i * stride[0] + j * stride[1];
        for (Index k = ghosts.lower[2]; k < ghosts.upper[2]; ++k) row[k] = constant + sign * row[k + inside];
      }
    }
    return;
  }

  const Expression& expression = wall.evaluate[static_cast<std::size_t>(block.number)];
  std::array<double, 3> position{};
  const auto place = [&](int b, Index local) {
    const Index i = block.global(b, local);
    return b == axis ? grid.face(axis, side == 0 ? 0 : grid.cells(axis)) : grid.centre(b, grid.wrap(b, i));
  };
  for_each_row(ghosts, [&](Index i, Index j) {
    Real* row = values + i * stride[0] + j * stride[1];
    position = {place(0, i), place(1, j), 0};
    for (Index k = ghosts.lower[2]; k < ghosts.upper[2]; ++k) {
      position[2] = place(2, k);
      row[k] = ghost(as_double(row[k + inside]), expression(position, time));
    }
  });
}

}  // namespace tessera
