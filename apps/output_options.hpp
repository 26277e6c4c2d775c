// The section `output` of a configuration.
#pragma once

#include <string>
#include <vector>

#include "output_times.hpp"
#include "tessera/comm/environment.hpp"
#include "tessera/core/machine.hpp"
#include "tessera/io/series.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::apps {

/// An entry of `output`.
struct OutputOptions {
  io::SeriesOptions series;
  OutputTimes times;
};

/// The section `output`, or a list of such. Collective: files that cannot be written are refused.
std::vector<OutputOptions> read_outputs(const Config& config, const Domain& domain, const State& state,
                                        const Schedule& schedule);

/// The key `layout.background`: whether records are written by a thread of their own while the run goes on. By default, where every
/// rank has a core to spare for it. Collective.
bool read_background(const Config& config, const Domain& domain, const Machine& machine, comm::ThreadLevel level);

/// A line for each output, for the plan.
std::string describe(const OutputOptions& output, const Schedule& schedule, const Grid& grid);

}  // namespace tessera::apps
