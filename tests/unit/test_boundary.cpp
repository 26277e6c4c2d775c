#include <doctest/doctest.h>

#include "cases.hpp"
#include "tessera/core/boundary.hpp"

using namespace tessera;

namespace {

Config parse(const std::string& text) { return Config::parse(text, "a.yaml"); }

std::unique_ptr<Domain> domain_of(const Config& config) {
  const Grid grid = read_grid(config, false);
  return test::make_domain(grid, test::serial(grid.dimensions()), 1, test::self());
}

std::string complaint(const std::string& text) {
  try {
    const Config config = parse(text);
    const auto domain = domain_of(config);
    const Boundary boundary(*domain, config.at("grid"), "boundary", {},
                            {"value", "derivative", "wall", "extrapolated"});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

const std::vector<std::string> all{"value", "derivative", "constant", "open", "extrapolated", "wall"};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("ghosts of value and derivative, constant and by expression, corners in the order x, y") {
  const Config config = parse(
      "grid: {shape: [3, 4], bounds: [[0, 1.5], [0, 2]], boundary: [{lower: {value: \"10*y + t\"}, upper: {derivative: "
      "2}},"
      " {lower: {derivative: 0}, upper: {value: 5}}]}");
  const auto domain = domain_of(config);
  const Boundary boundary(*domain, config.at("grid"), "boundary", {}, all);
  CHECK(boundary.any());
  Field field(*domain, "f", Location::cells, 1);
  const Block& block = domain->blocks().front();
  Array& values = field[block];
  for (Index j = 0; j < 3; ++j) {
    for (Index k = 0; k < 4; ++k) values.set(0, j, k, static_cast<double>(10 * j + k));
  }
  boundary.apply(block, values, 1, 1, 0.5);
  for (Index k = 0; k < 4; ++k) {
    const double y = 0.5 * (static_cast<double>(k) + 0.5);
    CHECK(values(0, -1, k) == 2 * (10 * y + 0.5) - values(0, 0, k));
    CHECK(values(0, 3, k) == values(0, 2, k) + 0.5 * 2);
  }
  for (Index j = -1; j < 4; ++j) {  // over the ghosts that x has just filled
    CHECK(values(0, j, -1) == values(0, j, 0));
    CHECK(values(0, j, 4) == 2 * 5 - values(0, j, 3));
  }
}

TEST_CASE("without a word the derivative is zero, and periodic ends are left alone") {
  const Config config = parse("grid: {shape: [3, 4], boundary: [periodic, {derivative: 0}]}");
  const auto domain = domain_of(config);
  const Boundary boundary(*domain, config.at("grid"), "other", {}, all);
  Field field(*domain, "f", Location::cells, 1);
  const Block& block = domain->blocks().front();
  field[block].set(0, 1, 0, 3);
  field[block].set(0, -1, 0, 8);
  boundary.apply(block, field[block], 1, 1, 0);
  CHECK(field[block](0, 1, -1) == 3);
  CHECK(field[block](0, -1, 0) == 8);
  CHECK(field[block](0, -1, -1) == 8);
}

TEST_CASE("two layers of every condition") {
  const auto ghosts = [](const std::string& condition, int side) {
    const Config config = parse("grid: {shape: [4], bounds: [[0, 2]], boundary: " + condition + "}");
    const auto domain = domain_of(config);
    const Boundary boundary(*domain, config.at("grid"), "boundary", {}, all);
    Field field(*domain, "f", Location::cells, 2);
    const Block& block = domain->blocks().front();
    const double inside[] = {8, 4, 2, 1};
    for (Index k = 0; k < 4; ++k) field[block].set(0, 0, k, inside[k]);
    boundary.apply(block, field[block], 2, 2, 0);
    return std::vector<double>{field[block](0, 0, side == 0 ? -1 : 4), field[block](0, 0, side == 0 ? -2 : 5)};
  };
  using Two = std::vector<double>;
  CHECK(ghosts("{value: 10}", 0) == Two{12, 16});
  CHECK(ghosts("{derivative: 3}", 0) == Two{8 + 0.5 * 3, 4 + 1.5 * 3});
  CHECK(ghosts("{constant: 7}", 0) == Two{7, 7});
  CHECK(ghosts("open", 0) == Two{8, 8});
  CHECK(ghosts("wall", 1) == Two{1, 2});
  CHECK(ghosts("extrapolated", 0) == Two{16, 32});
  CHECK(ghosts("extrapolated", 1) == Two{0.5, 0.25});
  CHECK(ghosts("{lower: open, upper: {constant: \"x + t\"}}", 1) == Two{2, 2});
}

TEST_CASE("ghosts beside faces: the wall's own face is the first inside") {
  const Config config = parse("grid: {shape: [3, 4], boundary: {derivative: 0}}");
  const auto domain = domain_of(config);
  const Boundary boundary = Boundary::open(*domain);
  Field field(*domain, "f", faces(1), 1);
  const Block& block = domain->blocks().front();
  Array& values = field[block];
  for (Index j = 0; j < 4; ++j) {
    for (Index k = 0; k < 4; ++k) values.set(0, j, k, static_cast<double>(10 * j + k));
  }
  boundary.apply(block, values, 1, 1, 0);
  CHECK(values(0, -1, 2) == 2);
  CHECK(values(0, 4, 2) == 32);
  CHECK(values(0, 1, -1) == 10);
  CHECK(values(0, 4, 4) == 33);
}

TEST_CASE("mistakes") {
  CHECK(contains(complaint("grid: {shape: [3], boundary: perodic}"), "did you mean 'periodic'"));
  CHECK(contains(complaint("grid: {shape: [3], boundary: {robin: 1}}"), "'robin' is no boundary condition"));
  CHECK(contains(complaint("grid: {shape: [3], boundary: {lower: {value: 1}}}"), "'upper' is missing"));
  CHECK(contains(complaint("grid: {shape: [3], boundary: {lower: periodic, upper: {value: 1}}}"),
                 "allowed: {value: v}, {derivative: v}, wall, extrapolated"));
  CHECK(contains(complaint("grid: {shape: [3], boundary: {constant: 1}}"), "'constant' is no boundary condition here"));
  CHECK(contains(complaint("grid: {shape: [3], boundary: value}"), "write {value: v}, with a value"));
  CHECK(contains(complaint("grid: {shape: [3], boundary: {wall: 0}}"), "write wall, without a value"));
  CHECK(contains(complaint("grid: {shape: [2], boundary: extrapolated}"), "needs 3 cells, dimension x has 2"));
  CHECK(contains(complaint("grid: {shape: [3, 3], boundary: [periodic]}"), "expected 2 boundaries"));
  CHECK(contains(complaint("grid: {shape: [3], boundary: {value: \"y\"}}"), "a.yaml:1:"));
}
