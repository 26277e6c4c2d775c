// What a run is going to do, before it does.
#pragma once

#include <string>
#include <vector>

#include "checkpoints.hpp"
#include "output_options.hpp"
#include "schedule.hpp"
#include "stop_request.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::apps {

struct Plan {
  Domain& domain;
  Solver& solver;
  const Schedule& schedule;
  const std::vector<OutputOptions>& outputs;
  bool background;  // records are written while the run goes on
  const CheckpointOptions& checkpoint;
  const StopOptions& stop;
};

/// Collective: a few lines.
void print_plan(const Plan& plan);

/// Collective, for --check: the solver's details, the layout as a table and a map, other layouts, and how long the run takes, by
/// the time that its first steps take. Warns of blocks that are little more than ghosts, and of steps that fail.
void print_details(const Plan& plan);

/// Who owns what, in lines: a box for each block, "rank.thread" in it; the first of the grid's dimensions to the right, the next one
/// upwards, of three the two that are cut most. Empty where it would be wider than `width` or higher than it is wide.
std::vector<std::string> map_of_blocks(const Domain& domain, int width);

}  // namespace tessera::apps
