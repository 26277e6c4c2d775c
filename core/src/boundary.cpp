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
  const char* value;  // what is to be given, if anything
};
constexpr std::array names{Name{"value", Kind::value, "v"},         Name{"derivative", Kind::derivative, "v"},
                           Name{"mixed", Kind::mixed, "[g, v]"},    Name{"curvature", Kind::curvature, "v"},
                           Name{"constant", Kind::constant, "v"},   Name{"open", Kind::open, nullptr},
                           Name{"wall", Kind::derivative, nullptr}, Name{"extrapolated", Kind::extrapolated, nullptr}};

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

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string written(const Name& name) {
  return name.value == nullptr ? name.text : "{" + std::string(name.text) + ": " + name.value + "}";
}

[[noreturn]] void refuse(const Config& config, const std::string& found, const std::vector<std::string>& allowed,
                         bool end) {
  std::vector<std::string> words = allowed;
  if (!end) words.emplace_back("periodic");
  std::string list = end ? "" : "periodic";
  const auto add = [&](const std::string& text) { list += (list.empty() ? "" : ", ") + text; };
  if (!end && contains(allowed, "antiperiodic")) add("antiperiodic");
  if (contains(allowed, "polar")) add("polar");
  for (const Name& name : names) {
    if (contains(allowed, name.text)) add(written(name));
  }
  if (!end) add("{lower: .., upper: ..}");
  const auto near = nearest(found, words);
  config.fail("'" + found + "' is no boundary condition here;" + (near ? " did you mean '" + *near + "'?" : "") +
              " allowed: " + list);
}

/// Of one end.
BoundaryCondition read_condition(const Config& config, int dimensions, const Parameters& parameters,
                                 const std::vector<std::string>& allowed, bool end) {
  if (config.is_list()) config.fail("expected one condition, found a list");
  const auto keys = config.is_section() ? config.keys() : std::vector{config.text()};
  if (keys.size() != 1) config.fail("expected one condition, found " + std::to_string(keys.size()));
  const auto* const name = std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.text == keys[0]; });
  if (name == names.end() || !contains(allowed, keys[0])) refuse(config, keys[0], allowed, end);
  if ((name->value != nullptr) != config.is_section())
    config.fail("write " + written(*name) + (name->value == nullptr ? ", without a value" : ", with a value"));
  BoundaryCondition condition{name->kind, {}, {}, keys[0] == "wall"};
  if (name->kind == Kind::mixed) {
    const auto two = config.at(keys[0]).items(2, "values [g, v]: the condition is dc/dn + g c = v");
    condition.factor = Expression(two[0], dimensions, true, parameters);
    condition.expression = Expression(two[1], dimensions, true, parameters);
  } else if (name->value != nullptr) {
    condition.expression = Expression(config.at(keys[0]), dimensions, true, parameters);
  }
  return condition;
}

}  // namespace

Ends read_ends(const Config& grid, int dimensions, bool periodic_by_default) {
  const auto count = static_cast<std::size_t>(dimensions);
  Ends ends{std::vector<bool>(count, periodic_by_default), std::vector<std::array<bool, 2>>(count)};
  if (!grid.has("boundary")) return ends;
  const auto conditions = each_dimension(grid.at("boundary"), dimensions);
  for (std::size_t d = 0; d < count; ++d) {
    ends.periodic[d] = is("periodic", conditions[d]) || is("antiperiodic", conditions[d]);
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
    antiperiodic_[a] = is("antiperiodic", config);
    if (antiperiodic_[a] && !contains(allowed, "antiperiodic")) refuse(config, config.text(), allowed, false);
    if ((antiperiodic_[a] || is("periodic", config)) != grid.periodic(axis)) {
      config.fail(std::string("dimension ") + grid.name(axis) + " is " + (grid.periodic(axis) ? "" : "not ") +
                  "periodic in grid.boundary; a dimension is periodic for all fields or for none");
    }
    if (grid.periodic(axis)) continue;
    for (std::size_t side = 0; side < 2; ++side) {
      const Config end = end_of(config, side);
      if (is("polar", end) && contains(allowed, "polar")) {
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
      const auto read_constant = [&](const std::optional<Expression>& expression, double& value) {
        if (!expression) return;
        bool constant = !expression->uses_time();
        for (int d = 0; d < grid.dimensions(); ++d) constant = constant && !expression->uses_dimension(d);
        wall.constant = wall.constant && constant;
        if (!constant) return;
        value = (*expression)({}, 0);
        if (!std::isfinite(value))
          throw ConfigError(expression->place() + ": '" + expression->text() + "' is not finite");
      };
      read_constant(wall.condition.expression, wall.value);
      read_constant(wall.condition.factor, wall.factor);
      if (!wall.constant) wall.evaluate.assign(domain.blocks().size(), wall.condition);
      else if (!std::isfinite(weigh(wall, axis, 1, wall.value, wall.factor).first))
        end.fail("g must not be -2 over the spacing of dimension " + std::string(1, grid.name(axis)));
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
    case Kind::curvature: return 2;
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

  const Kind kind = wall.condition.kind;
  const bool nearest = kind == Kind::open || kind == Kind::curvature || kind == Kind::constant;
  const Index first = ghosts.inside[nearest ? 0 : static_cast<std::size_t>(ghosts.layer - 1)];
  const Index second = ghosts.inside[1];
  const auto ghost = [&](const Real* here, const Weights& weights) {
    const auto value = static_cast<Real>(weights.value);
    if (kind == Kind::constant) return value;  // what lies inside may be anything
    const Real sum = value + static_cast<Real>(weights.first) * here[first];
    return kind == Kind::curvature ? sum + static_cast<Real>(weights.second) * here[second] : sum;
  };
  if (wall.constant) {
    const Weights weights = weigh(wall, ghosts.axis, ghosts.layer, wall.value, wall.factor);
    for_each([&](const Real* here, Index, Index, Index) { return ghost(here, weights); });
    return;
  }
  const Grid& grid = domain_.grid();
  const BoundaryCondition& condition = wall.evaluate[static_cast<std::size_t>(block.number)];
  const double on_wall = grid.face(ghosts.axis, ghosts.side == 0 ? 0 : grid.cells(ghosts.axis));
  for_each([&](const Real* here, Index i, Index j, Index k) {
    auto place = grid.position(grid.image({block.global(0, i), block.global(1, j), block.global(2, k)}).cell);
    place[at(ghosts.axis)] = on_wall;
    const double value = (*condition.expression)(place, time);
    const double factor = condition.factor ? (*condition.factor)(place, time) : 0;
    return ghost(here, weigh(wall, ghosts.axis, ghosts.layer, value, factor));
  });
}

Boundary::Weights Boundary::weigh(const Wall& wall, int axis, Index layer, double value, double factor) const {
  const auto l = static_cast<double>(layer);
  const double dx = domain_.grid().spacing(axis);
  const double h = (2 * l - 1) * dx;  // from the ghost to its mirror image
  switch (wall.condition.kind) {
    case Kind::value: return {2 * value, -1, 0};
    case Kind::derivative: return {h * value, 1, 0};
    case Kind::mixed: return {2 * h * value / (2 + factor * h), (2 - factor * h) / (2 + factor * h), 0};
    case Kind::curvature: return {l * (l + 1) / 2 * dx * dx * value, 1 + l, -l};
    case Kind::open: return {0, 1, 0};
    default: return {value, 0, 0};
  }
}

}  // namespace tessera
