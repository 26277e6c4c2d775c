#include <doctest/doctest.h>

#include <stdexcept>

#include "tessera/core/stages.hpp"

using namespace tessera;

namespace {
const Kernel nothing = [](const Panel&) {};
}

TEST_CASE("what is needed of a quantity is the sum of the reaches on the way to the results") {
  Stages stages(2);
  const auto a = stages.external();
  const auto b = stages.temporary();
  const auto c = stages.temporary();
  const auto result = stages.external();
  stages.add("b", {{a, Reach::around(2, 1)}}, {b}, nothing);
  stages.add("c", {{b, {{0, 0, 2}, {}}}}, {c}, nothing);
  stages.add("result", {{c, {{}, {1, 0, 0}}}, {a, {}}}, {result}, nothing);
  const auto needed = stages.needed();
  CHECK(needed[result].below == Index3{0, 0, 0});
  CHECK(needed[c].above == Index3{1, 0, 0});
  CHECK(needed[c].below == Index3{0, 0, 0});
  CHECK(needed[b].below == Index3{0, 0, 2});
  CHECK(needed[b].above == Index3{1, 0, 0});
  CHECK(needed[a].below == Index3{1, 0, 3});
  CHECK(needed[a].above == Index3{2, 0, 1});
}

TEST_CASE("all outputs of a stage are made where any of them is needed") {
  Stages stages(1);
  const auto a = stages.external();
  const auto b = stages.temporary();
  const auto c = stages.temporary();
  const auto result = stages.external();
  stages.add("both", {{a, {}}}, {b, c}, nothing);
  stages.add("result", {{b, Reach::around(1, 2)}, {c, {}}}, {result}, nothing);
  CHECK(stages.needed()[c].below[2] == 2);
}

TEST_CASE("a stage that reads what none has written is refused") {
  Stages stages(1);
  const auto b = stages.temporary();
  CHECK_THROWS_AS(stages.add("b", {{b, {}}}, {b}, nothing), std::logic_error);
}
