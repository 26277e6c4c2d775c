// Kernels are compiled for several instruction sets: each must do every cell, and all must give the same bits.
#include <doctest/doctest.h>

#include "run.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "regression/test_instruction_sets.cpp"
#include <hwy/foreach_target.h>

#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::test::HWY_NAMESPACE {

/// Adds operand 0 to operand 1.
template <class Real>
void add_rows(const Panel& panel) {
  const Real* from = panel.operand<const Real>(0)(0);
  Real* to = panel.operand<Real>(1)(0);
  tessera::HWY_NAMESPACE::for_each_cell<Real>(panel, 0,
                                              [&](auto cell) HWY_ATTR { cell.store(to, cell(to) + cell(from)); });
}
void add_double(const Panel& panel) { add_rows<double>(panel); }
void add_float(const Panel& panel) { add_rows<float>(panel); }

}  // namespace tessera::test::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
using namespace tessera;
using namespace tessera::test;

namespace tessera::test {
HWY_EXPORT(add_double);
HWY_EXPORT(add_float);
}  // namespace tessera::test

namespace {

/// Runs f once for each instruction set that this program has kernels for and this processor can run.
template <class F>
void for_each_instruction_set(const F& f) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    f();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

template <class Real, class Add>
void check_every_cell(const Add& add) {
  constexpr Index size = 256;
  constexpr Index origin = 96;
  for (Index column = -17; column <= 17; ++column) {
    for (Index length = 1; length <= 50; ++length) {
      alignas(64) std::array<Real, size> in{};
      alignas(64) std::array<Real, size> out{};
      for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<Real>(i);
      const std::array<Storage, 2> storage{Storage{reinterpret_cast<std::byte*>(&in[origin]), 0, -1, 0},
                                           Storage{reinterpret_cast<std::byte*>(&out[origin]), 0, -1, 0}};
      const std::array<std::size_t, 2> operands{0, 1};
      add(Panel{0, 1, length, {0, 0, column}, storage.data(), operands.data(), {0, 0, 0}, false, {}});
      for (Index i = 0; i < size; ++i) {
        const bool inside = i >= origin + column && i < origin + column + length;
        REQUIRE(out[static_cast<std::size_t>(i)] == (inside ? static_cast<Real>(i) : Real{0}));
      }
    }
  }
}

}  // namespace

TEST_CASE("every cell of a panel is computed once, and nothing beside it is written") {
  for_each_instruction_set([] {
    check_every_cell<double>([](const Panel& panel) { HWY_DYNAMIC_DISPATCH(add_double)(panel); });
    check_every_cell<float>([](const Panel& panel) { HWY_DYNAMIC_DISPATCH(add_float)(panel); });
  });
}

TEST_CASE("all instruction sets give the same bits") {
  const std::string advected =
      "grid: {shape: [19, 21, 23]}\nparameters: {nx: 19, ny: 21}\ninitial: {psi: {uniform: [-0.5, 2], seed: 5}}\n"
      "time: {steps: 3}\nmpdata: {courant: [\"0.2*cos(2*pi*y/ny)\", \"-0.25\", \"0.2 + 0.1*sin(2*pi*x/nx)\"], ";
  const char* options[] = {
      "iterations: 3, nonoscillatory: true}\n",
      "iterations: 2, infinite_gauge: true, nonoscillatory: true, g_factor: \"2 + sin(2*pi*x/nx)\"}\n",
      "iterations: 2, dimensionally_split: true}\n"};
  const std::string separating =
      "grid: {shape: [37, 41], boundary: {derivative: 0}}\ninitial: {c: {uniform: [-0.5, 0.5], seed: 6}}\n"
      "cahn_hilliard: {rate: 0.01}\ntime: {tolerance: 1e-4, end: 0.05}\n";
  std::vector<std::vector<double>> first;
  for_each_instruction_set([&] {
    std::vector<std::vector<double>> results;
    for (const std::string precision : {"precision: single\n", "precision: double\n"}) {
      for (const char* option : options)
        results.push_back(run_mpdata(precision + advected + option, serial(3), self())->values);
      results.push_back(run_cahn_hilliard(precision + separating, serial(2), self())->values);
    }
    for (const auto& values : results) REQUIRE(std::isfinite(values.front()));
    if (first.empty()) first = results;
    for (std::size_t i = 0; i < results.size(); ++i) CHECK(same_bits(results[i], first[i]));
  });
}
#endif
