#include <doctest/doctest.h>

#include "tessera/core/layout.hpp"

using namespace tessera;

namespace {

Grid grid(const std::vector<Index>& shape, bool periodic = true) {
  return Grid(shape, std::vector<std::array<double, 2>>(shape.size(), {0, 1}),
              std::vector<bool>(shape.size(), periodic));
}

Layout chosen(const Grid& g, const LayoutRequest& request, int ranks, int threads = 1, Index reach = 1) {
  Layout layout;
  const auto problem = choose_layout(g, request, ranks, threads, reach, layout);
  if (problem) FAIL(problem->what);
  return layout;
}

std::string problem(const Grid& g, const LayoutRequest& request, int ranks, Index reach = 1) {
  Layout layout;
  const auto found = choose_layout(g, request, ranks, 1, reach, layout);
  return found ? std::string(found->key) + ": " + found->what : "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("cut: even, uneven, complete and in order") {
  for (const Index cells : {1, 7, 12, 100}) {
    for (int parts = 1; parts <= cells && parts <= 9; ++parts) {
      Index next = 0;
      for (int p = 0; p < parts; ++p) {
        const Range range = cut(cells, parts, p);
        CHECK(range.lower == next);
        CHECK(range.size() >= cells / parts);
        CHECK(range.size() <= cells / parts + 1);
        next = range.upper;
      }
      CHECK(next == cells);
    }
  }
}

TEST_CASE("-1 is chosen by least surface") {
  using Parts = std::array<int, 3>;
  CHECK(chosen(grid({100, 100}, false), {{-1, -1}, {1, 1}}, 6).ranks == Parts{1, 3, 2});
  CHECK(chosen(grid({1000, 10}), {{-1, -1}, {1, 1}}, 4).ranks == Parts{1, 4, 1});
  CHECK(chosen(grid({10, 1000}), {{-1, -1}, {1, 1}}, 4).ranks == Parts{1, 1, 4});
  CHECK(chosen(grid({64, 64, 64}, false), {{-1, -1, -1}, {1, 1, 1}}, 27).ranks == Parts{3, 3, 3});
  CHECK(chosen(grid({64, 64}), {{-1, -1}, {1, 1}}, 2).ranks == Parts{1, 2, 1});  // a tie: the first dimension
  CHECK(chosen(grid({64, 64}), {{-1, 1}, {1, 1}}, 6).ranks == Parts{1, 6, 1});
  CHECK(chosen(grid({64, 64}), {{2, -1}, {1, 1}}, 6).ranks == Parts{1, 2, 3});
  CHECK(chosen(grid({64}), {{-1}, {3}}, 5).threads == Parts{1, 1, 3});
  CHECK(chosen(grid({64, 64}), {{-1, -1}, {-1, 1}}, 1, 4).threads == Parts{1, 4, 1});
  CHECK(chosen(grid({64, 64}), {{1, 1}, {2, -1}}, 1, 1).threads == Parts{1, 2, 1});  // at least what was asked
}

TEST_CASE("cuts along the last dimension, whose surfaces are strided, are avoided where others cost little more") {
  using Parts = std::array<int, 3>;
  CHECK(chosen(grid({64, 100}), {{-1, -1}, {1, 1}}, 2).ranks == Parts{1, 2, 1});  // 100 to be exchanged, not 2 x 64
  CHECK(chosen(grid({64, 200}), {{-1, -1}, {1, 1}}, 2).ranks == Parts{1, 1, 2});  // 2 x 64, not 200
  CHECK(chosen(grid({100}), {{-1}, {1}}, 2).ranks == Parts{1, 1, 2});
  CHECK(exchange_cost(grid({64, 100}), {{1, 2, 1}, {1, 1, 1}}) == 200);
  CHECK(exchange_cost(grid({64, 100}), {{1, 1, 2}, {1, 1, 1}}) == 256);
  CHECK(exchange_cost(grid({64, 100}, false), {{1, 2, 1}, {1, 1, 3}}) == 100 + 2 * 2 * 64);
  const auto all = layouts(grid({64, 64}), 2, 2, 1);
  CHECK(all.size() == 4);
  CHECK(all.front().blocks(1) == 4);
  CHECK(all.back().blocks(2) == 4);
  CHECK(layouts(grid({64, 64}), 2, 2, 33).empty());
}

TEST_CASE("thin blocks are avoided where the choice is free") {
  CHECK(chosen(grid({4, 1000}), {{-1, -1}, {1, 1}}, 8, 1, 2).ranks == std::array<int, 3>{1, 1, 8});
}

TEST_CASE("what cannot work is refused with what would") {
  CHECK(contains(problem(grid({64, 64}), {{2, 2}, {1, 1}}, 3), "ranks: 4 rank(s) is needed, but mpiexec started 3"));
  CHECK(contains(problem(grid({64, 64}), {{2, 2}, {1, 1}}, 3), "3 x 1"));
  CHECK(contains(problem(grid({64, 64}), {{-1, 2}, {1, 1}}, 3), "a multiple of 2"));
  CHECK(contains(problem(grid({3}), {{-1}, {1}}, 5), "3 rank(s)"));
  CHECK(contains(problem(grid({8}), {{-1}, {4}}, 2, 2), "threads: "));
  CHECK(contains(problem(grid({8}), {{-1}, {4}}, 2, 2), "2 rank(s) of 2 thread(s)"));
  CHECK(contains(problem(grid({1}), {{1}, {1}}, 1, 2), "No layout works"));
  CHECK(problem(grid({1}, false), {{1}, {1}}, 1, 2).empty());  // neither cut nor periodic: nothing to exchange
}
