#include "tessera/core/boundary.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tessera {
namespace {

using Kind = BoundaryCondition::Kind;

struct Name {
  const char* text;
  Kind kind;
  bool has_value;
};
constexpr std::array names{Name{"value", Kind::value, true},       Name{"derivative", Kind::derivative, true},
                           Name{"constant", Kind::constant, true}, Name{"open", Kind::open, false},
                           Name{"wall", Kind::derivative, false},  Name{"extrapolated", Kind::extrapolated, false}};

bool is(const char* word, const Config& config) { return config.is_scalar() && config.text() == word; }

/// A condition for each end.
bool has_two(const Config& config) { return config.is_section() && (config.has("lower") || config.has("upper")); }
Config end_of(const Config& config, std::size_t side) {
  return has_two(config) ? config.at(side == 0 ? "lower" : "upper") : config;
}

/// The condition of each dimension: the same for all, or an element of a list.
std::vector<Config> each_dimension(const Config& config, int dimensions) {
  if (config.is_list()) return config.items(dimensions, "boundaries, one a dimension");
  return std::vector<Config>(static_cast<std::size_t>(dimensions), config);
}

[[noreturn]] void refuse(const Config& config, const std::string& found, const std::vector<std::string>& allowed,
                         bool end) {
  std::vector<std::string> words = allowed;
  if (!end) words.emplace_back("periodic");
  std::string list = std::find(allowed.begin(), allowed.end(), "polar") == allowed.end() ? "" : "polar";
  for (const Name& name : names) {
    if (std::find(allowed.begin(), allowed.end(), name.text) == allowed.end()) continue;
    list += (list.empty() ? "" : ", ") + (name.has_value ? "{" + std::string(name.text) + ": v}" : name.text);
  }
  const auto near = nearest(found, words);
  config.fail("'" + found + "' is no boundary condition here;" + (near ? " did you mean '" + *near + "'?" : "") +
              " allowed: " + (end ? "" : "periodic, ") + list + (end ? "" : ", {lower: .., upper: ..}"));
}

/// Of one end.
BoundaryCondition read_condition(const Config& config, int dimensions, const Parameters& parameters,
                                 const std::vector<std::string>& allowed, bool end) {
  if (config.is_list()) config.fail("expected one condition, found a list");
  const auto keys = config.is_section() ? config.keys() : std::vector{config.text()};
  if (keys.size() != 1) config.fail("expected one condition, found " + std::to_string(keys.size()));
  const auto* const name = std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.text == keys[0]; });
  const bool known = name != names.end() && std::find(allowed.begin(), allowed.end(), keys[0]) != allowed.end();
  if (!known) refuse(config, keys[0], allowed, end);
  if (name->has_value != config.is_section())
    config.fail("write " + (name->has_value ? "{" + keys[0] + ": v}, with a value" : keys[0] + ", without a value"));
  BoundaryCondition condition{name->kind, {}, keys[0] == "wall"};
  if (name->has_value) condition.expression = Expression(config.at(keys[0]), dimensions, true, parameters);
  return condition;
}

}  // namespace

Ends read_ends(const Config& grid, int dimensions, bool periodic_by_default) {
  const auto count = static_cast<std::size_t>(dimensions);
  Ends ends{std::vector<bool>(count, periodic_by_default), std::vector<std::array<bool, 2>>(count)};
  if (!grid.has("boundary")) return ends;
  const auto conditions = each_dimension(grid.at("boundary"), dimensions);
  for (std::size_t d = 0; d < count; ++d) {
    ends.periodic[d] = is("periodic", conditions[d]);
    for (std::size_t side = 0; side < 2; ++side) ends.polar[d][side] = is("polar", end_of(conditions[d], side));
  }
  return ends;
}

Boundary::Boundary(Domain& domain, const Config& parent, const std::string& key, const Parameters& parameters,
                   const std::vector<std::string>& allowed, Index layers)
    : domain_(domain) {
  const Grid& grid = domain.grid();
  const bool given = parent.has(key);
  const auto conditions = given ? each_dimension(parent.at(key), grid.dimensions()) : std::vector<Config>{};
  for (int axis = grid.first_axis(); axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    for (int side = 0; side < 2; ++side) any_ = any_ || grid.wall(axis, side);
    if (!given) continue;
    const Config& config = conditions[a - static_cast<std::size_t>(grid.first_axis())];
    if (is("periodic", config) != grid.periodic(axis)) {
      config.fail(std::string("dimension ") + grid.name(axis) + " is " + (grid.periodic(axis) ? "" : "not ") +
                  "periodic in grid.boundary; a dimension is periodic for all fields or for none");
    }
    if (grid.periodic(axis)) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      const Config end = end_of(config, side);
      if (is("polar", end) && std::find(allowed.begin(), allowed.end(), "polar") != allowed.end()) {
        if (grid.polar(axis, static_cast<int>(side))) continue;
      } else if (grid.polar(axis, static_cast<int>(side))) {
        end.fail("is polar in grid.boundary; an end is a pole for all fields or for none");
      }
      Wall& wall = walls_[a][side];
      wall.condition = read_condition(end, grid.dimensions(), parameters, allowed, has_two(config));
      if (const Index cells = needed(axis, static_cast<int>(side), layers); grid.cells(axis) < cells) {
        end.fail("needs " + std::to_string(cells) + " cells, dimension " + grid.name(axis) + " has " +
                 std::to_string(grid.cells(axis)) + "; give it more, or another condition");
      }
      if (!wall.condition.expression) continue;
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

Boundary::Boundary(Domain& domain, Kind kind, double value) : domain_(domain) {
  const Grid& grid = domain.grid();
  for (int axis = grid.first_axis(); axis < 3; ++axis) {
    for (int side = 0; side < 2; ++side) any_ = any_ || grid.wall(axis, side);
    for (Wall& wall : walls_[static_cast<std::size_t>(axis)]) {
      wall.condition.kind = kind;
      wall.value = value;
    }
  }
}

Index Boundary::needed(int axis, int side, Index layers) const {
  switch (wall(axis, side).condition.kind) {
    case Kind::constant: return 0;
    case Kind::open: return 1;
    case Kind::extrapolated: return 3;
    default: return layers;
  }
}

Index Boundary::needed(Index layers) const {
  Index most = 0;
  for (int axis = domain_.grid().first_axis(); axis < 3; ++axis) {
    for (int side = 0; side < 2; ++side) {
      if (domain_.grid().wall(axis, side)) most = std::max(most, needed(axis, side, layers));
    }
  }
  return most;
}

void Boundary::apply(const Block& block, Array& values, Index reach, Index layers, double time) const {
  if (!any_) return;
  domain_.seconds(block).time(Part::boundary, [&] { fill_walls(block, values, reach, layers, time); });
}

void Boundary::fill_walls(const Block& block, Array& values, Index reach, Index layers, double time) const {
  const Box& own = values.interior();
  Box box = domain_.grown(block, own, reach);
  const Index3 stride{values.stride(0), values.stride(1), values.stride(2)};
  for (int axis = domain_.grid().first_axis(); axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    const Box before = box;
    for (int side = 0; side < 2; ++side) {
      if (!domain_.at_wall(block, axis, side)) continue;
      for (Index layer = 1; layer <= layers; ++layer) {
        Ghosts ghosts{before, axis, side, layer, values.address(0, 0, 0), stride, {}};
        ghosts.box.lower[a] = side == 0 ? -layer : own.upper[a] + layer - 1;
        ghosts.box.upper[a] = ghosts.box.lower[a] + 1;
        for (Index c = 0; c < 3; ++c)
          ghosts.inside[static_cast<std::size_t>(c)] = (layer + c) * (side == 0 ? stride[a] : -stride[a]);
        fill(block, ghosts, time);
      }
      // The ghosts just filled count for the axes that follow.
      if (side == 0) box.lower[a] -= layers;
      else box.upper[a] += layers;
    }
  }
}

void Boundary::fill(const Block& block, const Ghosts& ghosts, double time) const {
  with_real(domain_.precision(), [&]<class Real>() { fill_box<Real>(block, ghosts, time); });
}

template <class Real>
void Boundary::fill_box(const Block& block, const Ghosts& ghosts, double time) const {
  const Wall& wall = this->wall(ghosts.axis, ghosts.side);
  const Box& box = ghosts.box;
  const auto values = reinterpret_cast<Real*>(ghosts.values);
  const auto for_each = [&](const auto& ghost) {
    for (Index i = box.lower[0]; i < box.upper[0]; ++i) {
      for (Index j = box.lower[1]; j < box.upper[1]; ++j) {
        Real* row = values + i * ghosts.stride[0] + j * ghosts.stride[1];
        for (Index k = box.lower[2]; k < box.upper[2]; ++k) row[k] = ghost(row + k, i, j, k);
      }
    }
  };
  if (wall.condition.kind == Kind::extrapolated) {
    for_each([&](const Real* here, Index, Index, Index) {
      const auto cell = [&](std::size_t c) { return as_double(here[ghosts.inside[c]]); };
      const double outer = cell(0) - cell(1);
      const double inner = cell(1) - cell(2);
      constexpr double least = 1e-10;
      const double ratio = std::fabs(inner) > least ? outer / inner : 0;
      double ghost = cell(0);
      double change = outer;
      for (Index l = 0; l < ghosts.layer; ++l) {
        change *= ratio;
        ghost += change;
      }
      return static_cast<Real>(ghost);
    });
    return;
  }

  // offset(v) + sign * a cell inside
  const Kind kind = wall.condition.kind;
  const double factor = kind == Kind::value ? 2
                        : kind == Kind::derivative
                            ? static_cast<double>(2 * ghosts.layer - 1) * domain_.grid().spacing(ghosts.axis)
                            : 1;
  const auto sign = static_cast<Real>(kind == Kind::value ? -1 : 1);
  const bool only_value = kind == Kind::constant;  // what lies inside may be anything
  const Index inside = ghosts.inside[kind == Kind::open || only_value ? 0 : static_cast<std::size_t>(ghosts.layer - 1)];
  const auto ghost = [&](const Real* here, Real offset) { return only_value ? offset : offset + sign * here[inside]; };
  if (wall.constant) {
    const auto offset = static_cast<Real>(factor * wall.value);
    for_each([&](const Real* here, Index, Index, Index) { return ghost(here, offset); });
    return;
  }
  const Grid& grid = domain_.grid();
  const Expression& expression = wall.evaluate[static_cast<std::size_t>(block.number)];
  const double on_wall = grid.face(ghosts.axis, ghosts.side == 0 ? 0 : grid.cells(ghosts.axis));
  for_each([&](const Real* here, Index i, Index j, Index k) {
    auto place = grid.position(grid.image({block.global(0, i), block.global(1, j), block.global(2, k)}).cell);
    place[at(ghosts.axis)] = on_wall;
    return ghost(here, static_cast<Real>(factor * expression(place, time)));
  });
}

}  // namespace tessera
