// The exchange itself: every ghost cell and face holds the value of the cell or face that it stands
// for, whatever the layout, and a phase sees what the rules promise.
#include <doctest/doctest.h>

#include "cases.hpp"
#include "tessera/core/halo.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

/// A value that names the cell (wrapped), the location and the field.
double name_of(const Grid& grid, Location location, std::size_t field, const Index3& global) {
  Index3 cell{};
  for (int a = 0; a < 3; ++a) cell[static_cast<std::size_t>(a)] = grid.wrap(a, global[static_cast<std::size_t>(a)]);
  return static_cast<double>(grid.number(cell)) + 1e6 * static_cast<int>(location) +
         1e8 * static_cast<double>(field + 1);
}

constexpr double untouched = -7;

void fill(Domain& domain, Field& field, std::size_t number, Index ghosts) {
  domain.phase([&](const Block& block) {
    Array& values = field[block];
    Box all = values.interior();
    for (int a = domain.grid().first_axis(); a < 3; ++a) {
      all.lower[static_cast<std::size_t>(a)] -= ghosts;
      all.upper[static_cast<std::size_t>(a)] += ghosts;
    }
    for_each_row(all, [&](Index i, Index j) {
      for (Index k = all.lower[2]; k < all.upper[2]; ++k) values.set(i, j, k, untouched);
    });
    for_each_row(values.interior(), [&](Index i, Index j) {
      for (Index k = 0; k < values.interior().upper[2]; ++k) {
        values.set(i, j, k,
                   name_of(domain.grid(), field.location(), number,
                           {block.global(0, i), block.global(1, j), block.global(2, k)}));
      }
    });
  });
}

/// Ghosts that are wrong, own values that changed, walls that were written.
int wrong_values(Domain& domain, Field& field, std::size_t number, Index depth, Index ghosts) {
  int wrong = 0;
  const Grid& grid = domain.grid();
  for (const Block& block : domain.blocks()) {
    const Array& values = field[block];
    Box all = values.interior();
    for (int a = grid.first_axis(); a < 3; ++a) {
      all.lower[static_cast<std::size_t>(a)] -= ghosts;
      all.upper[static_cast<std::size_t>(a)] += ghosts;
    }
    for_each_row(all, [&](Index i, Index j) {
      for (Index k = all.lower[2]; k < all.upper[2]; ++k) {
        const Index3 local{i, j, k};
        bool filled = true;
        for (int axis = grid.first_axis(); axis < 3; ++axis) {
          const auto a = static_cast<std::size_t>(axis);
          const Index outside =
              std::max(values.interior().lower[a] - local[a], local[a] - values.interior().upper[a] + 1);
          if (outside <= 0) continue;
          const int side = local[a] < 0 ? 0 : 1;
          if (outside > depth || domain.at_wall(block, axis, side)) filled = false;
        }
        const Index3 global{block.global(0, i), block.global(1, j), block.global(2, k)};
        const double expected = filled ? name_of(grid, field.location(), number, global) : untouched;
        if (values(i, j, k) != expected) ++wrong;
      }
    });
  }
  return wrong;
}

int check_exchange(const Grid& grid, Case c, Index depth) {
  const comm::WaitingCommunicator& world = patient_world();
  const auto domain = make_domain(grid, c, depth, world);
  if (!domain) return 0;
  CAPTURE(describe(c));
  CAPTURE(depth);
  const Index ghosts = depth + 1;
  std::vector<Location> locations{Location::cells, Location::cells};
  for (int a = grid.first_axis(); a < 3; ++a) locations.push_back(faces(a));
  std::vector<Field> fields;
  for (Location location : locations) fields.emplace_back(*domain, "f", location, ghosts);
  std::vector<Field*> pointers;
  for (Field& field : fields) pointers.push_back(&field);
  HaloExchange exchange(*domain, locations, depth);
  for (int repetition = 0; repetition < 2; ++repetition) {
    for (std::size_t f = 0; f < fields.size(); ++f) fill(*domain, fields[f], f, ghosts);
    std::vector<int> meanwhile(domain->blocks().size(), 0);
    std::vector<int> afterwards(domain->blocks().size(), 0);
    exchange.run(
        pointers, [&](const Block& block) { ++meanwhile[static_cast<std::size_t>(block.number)]; },
        [&](const Block& block) { ++afterwards[static_cast<std::size_t>(block.number)]; });
    for (std::size_t b = 0; b < meanwhile.size(); ++b) CHECK((meanwhile[b] == 1 && afterwards[b] == 1));
    for (std::size_t f = 0; f < fields.size(); ++f) CHECK(wrong_values(*domain, fields[f], f, depth, ghosts) == 0);
  }
  return 1;
}

Grid make_grid(const std::vector<Index>& shape, const std::vector<bool>& periodic) {
  return Grid(shape, std::vector<std::array<double, 2>>(shape.size(), {0, 1}), periodic);
}

}  // namespace

TEST_CASE("cells and faces, edges and corners, depths 1 to 3, every cut, periodic and walled") {
  const int ranks = comm::world().size();
  const std::vector<Grid> grids{make_grid({25}, {true}),
                                make_grid({25}, {false}),
                                make_grid({13, 17}, {true, true}),
                                make_grid({13, 17}, {false, true}),
                                make_grid({9, 10, 11}, {true, true, true}),
                                make_grid({9, 10, 11}, {true, false, true})};
  for (const Grid& grid : grids) {
    int checked = 0;
    for (Case c : all_cases(grid.dimensions(), ranks)) {
      for (Index depth : {1, 2, 3}) {
        c.funneled = (checked % 2) == 1;
        checked += check_exchange(grid, c, depth);
      }
    }
    CHECK(checked >= 3);
  }
}

TEST_CASE("messages and copies: two threads along a periodic axis of one rank, both ways") {
  // The smallest blocks that can be exchanged: every cell is a neighbour's ghost on both sides.
  const int ranks = comm::world().size();
  CHECK(check_exchange(make_grid({Index{2} * ranks}, {true}), {{ranks}, {2}}, 1) == 1);
  CHECK(check_exchange(make_grid({Index{4} * ranks}, {true}), {{ranks}, {2}}, 2) == 1);
}
