// Linear combinations of a rate and of other quantities: what a stepper makes of an evaluation.
#pragma once

#include <limits>
#include <vector>

#include "tessera/core/stages.hpp"

namespace tessera {

/// What an evaluation found of one field in one block, on a cache line of its own.
struct alignas(64) BlockFindings {
  double error = 0;  // largest magnitude, or the sum of squares
  double least = std::numeric_limits<double>::infinity();
  double largest = -std::numeric_limits<double>::infinity();
  bool finite = true;
};

/// A sum over inputs, each times a factor; pointers are followed at each run.
struct Sum {
  enum class Use {
    store,     // an output
    check,     // the same, and whether it is finite is found out
    extremes,  // and what its extremes are
    error,     // no output: the largest magnitude is found
    squares,   // no output: squares, times that of the weight, are summed
  } use = Use::store;
  std::vector<std::size_t> inputs;
  std::vector<const double*> factors;  // null: 1
  const double* weight = nullptr;
};
/// Sums of squares are those of numbers in a fixed format, so that cells may be added in any order; up to this they are exact.
inline constexpr double most_squares = 64;
inline constexpr std::size_t most_terms = 7;

/// A kernel for these sums. Its operands are the inputs, then an output for each sum that has one. `findings`: of block 0, those of
/// the next one are `pitch` further on.
Kernel make_combination(Precision precision, std::size_t inputs, const std::vector<Sum>& sums, BlockFindings* findings,
                        std::size_t pitch);

}  // namespace tessera
