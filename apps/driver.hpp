// What all apps share: the command line, the configuration, the run.
#pragma once

#include <functional>
#include <memory>

#include "command_line.hpp"
#include "tessera/core/expression.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::apps {

/// What a configuration asks for, known before anything is allocated.
struct Problem {
  Index reach;  // ghost layers that one pass reads: no block may be thinner
  std::function<std::unique_ptr<Solver>(const Config&, Domain&, const Parameters&)> make;
};

struct App {
  const char* name;
  const char* description;
  bool periodic_by_default;
  Problem (*read)(const Config&);
};

/// Everything from the command line to the exit code: 0 done, 1 a failure while running, 2 a wrong
/// command line or configuration, 3 stopped early by request with a checkpoint written.
int run(int argc, char** argv, const App& app);

/// Collective: the run of a configuration, up to its first step if only `line.check` is wanted. Returns the exit code; throws
/// ConfigError and RunError on every rank alike.
int run_configured(const App& app, const CommandLine& line, const Config& config,
                   const comm::WaitingCommunicator& everyone, comm::ThreadLevel level);

}  // namespace tessera::apps
