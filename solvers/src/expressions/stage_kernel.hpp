// A program as the kernel of a stage.
#pragma once

#include <memory>
#include <vector>

#include "combination.hpp"
#include "kernel_library.hpp"
#include "places.hpp"
#include "program.hpp"

namespace tessera::expressions {

/// Random numbers for each cell and fixed step.
struct Noise {
  std::uint64_t seed = 0;
  double step = 1;
};

/// What programs read besides quantities.
struct Surroundings {
  const Domain* domain;
  const Graph* graph;  // that of the plan
  Places* places;
  const std::vector<double>* integrals;
  Noise noise;
  const double* time;  // followed when a kernel runs
};

/// The kernel's operands are the program's inputs, those of a fusion, and the output. `findings`: where is noted that a checked result is
/// not finite, of block 0, the next one's `pitch` further on.
Kernel make_stage_kernel(const Program& program, const Surroundings& surroundings, KernelLibrary& library,
                         BlockFindings* findings = nullptr, std::size_t pitch = 0);

}  // namespace tessera::expressions
