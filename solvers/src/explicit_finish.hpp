// What a stepper does with the rate of change: part of the last kernel of an equation's evaluation.
#pragma once

#include <vector>

#include "tessera/core/stages.hpp"

namespace tessera {

/// What a step found in one block, on a cache line of its own.
struct alignas(64) BlockFindings {
  double largest = 0;  // difference
  bool finite = true;
};

/// For each cell with value c and rate r:
///     steps.size() outputs     c + *steps[i] r
/// and, with `compared`, an input that is compared with the first output: the largest difference goes into
/// findings[block]. Whether outputs are finite is found out in any case. Pointers are followed at each run.
struct Finish {
  std::vector<const double*> steps;  // one or two
  bool compared = false;
  BlockFindings* findings = nullptr;
};

}  // namespace tessera
