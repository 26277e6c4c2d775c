#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "cases.hpp"
#include "tessera/core/eigen.hpp"
#include "tessera/core/field.hpp"

using namespace tessera;

TEST_CASE("rows start on cache lines, no pitch is a multiple of 1 KiB, flat axes have no ghosts") {
  for (const Index n : {1, 7, 100, 118, 120, 128, 250, 256, 1020}) {
    const Array array({4, 5, n}, Location::cells, 2, 0);
    CHECK(reinterpret_cast<std::uintptr_t>(array.row<double>(0, 0)) % 64 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(array.row<double>(-2, 3)) % 64 == 0);
    CHECK(array.stride(1) >= n + 4);
    CHECK(array.stride(1) % 128 != 0);
    for (Index i = -2; i < 6; ++i) {
      for (Index k : {Index{-2}, n + 1}) CHECK(array(i, -2, k) == 0);
    }
  }
  const Array line({1, 1, 10}, Location::cells, 3, 2);
  CHECK(line.stride(0) == 0);
  CHECK(line.stride(1) == 0);
  CHECK(Array({3, 4, 5}, faces(1), 1, 0).interior().extent(1) == 5);
  CHECK(Array({3, 4, 5}, faces(2), 1, 0).interior().extent(2) == 6);
}

TEST_CASE("Eigen sees a block's own values in place") {
  Array array({2, 3, 4}, Location::cells, 1, 0);
  for_each_row(array.interior(), [&](Index i, Index j) {
    for (Index k = 0; k < 4; ++k) array.set(i, j, k, static_cast<double>(100 * i + 10 * j + k));
  });
  array.set(1, -1, 2, 1e9);  // a ghost: not seen
  CHECK(interior(array, 1).rows() == 3);
  CHECK(interior(array, 1)(2, 3) == 123);
  CHECK(interior(array, 1).maxCoeff() == 123);
  interior(array, 0) *= 2;
  CHECK(array(0, 2, 3) == 46);
}

TEST_CASE("a box of an array is a buffer for messages") {
  Array from({2, 3, 4}, Location::cells, 1, 0);
  Array to({2, 3, 4}, Location::cells, 1, 0);
  const Box box{{0, -1, 2}, {2, 2, 4}};
  for_each_row(box, [&](Index i, Index j) {
    for (Index k = 2; k < 4; ++k) from.set(i, j, k, static_cast<double>(100 * i + 10 * j + k));
  });
  const comm::Communicator& self = comm::self();
  self.sendrecv(std::as_const(from).view<double>(box), 0, to.view<double>(box), 0);
  for (Index i = -1; i < 3; ++i) {
    for (Index j = -1; j < 4; ++j) {
      for (Index k = -1; k < 5; ++k) CHECK(to(i, j, k) == from(i, j, k));
    }
  }
  CHECK(to(1, 1, 3) == 113);
}

TEST_CASE("the first value that is not finite is found, in the grid's order") {
  const Grid grid({6, 5}, {{0, 6}, {0, 5}}, {true, true});
  const auto domain = test::make_domain(grid, {{1, 1}, {2, 2}}, 1, test::self());
  Field field(*domain, "f", Location::cells, 1);
  CHECK(first_not_finite(*domain, field) == -1);
  field.at(3).set(0, 1, 1, std::numeric_limits<double>::quiet_NaN());
  field.at(1).set(0, 2, 0, -std::numeric_limits<double>::infinity());
  const Index found = first_not_finite(*domain, field);
  CHECK(grid.cell(found) == Index3{0, 2, 3});
  CHECK(grid.describe(grid.cell(found)) == "cell [2, 3] (x = 2.5, y = 3.5)");
  field.at(1).set(0, 2, 0, 0);
  CHECK(grid.cell(first_not_finite(*domain, field)) == Index3{0, 4, 4});
}
