// The checkpoints of a run: when one is due, what is in it, and how a run goes on from one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "tessera/core/config.hpp"
#include "tessera/io/checkpoint.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::apps {

/// The section `checkpoint`.
struct CheckpointOptions {
  std::string file;          // empty: none
  double every_seconds = 0;  // 0: not by the clock
  Index every = 0;           // steps; 0: not by them
};

/// Collective: a file that cannot be written is refused.
CheckpointOptions read_checkpoint_options(const Config& config, const comm::WaitingCommunicator& communicator);

/// Collective: the file that --resume names, or the configuration's; refused if neither it nor the one before is there.
std::string find_checkpoint(const CommandLine& line, const CheckpointOptions& options,
                            const comm::WaitingCommunicator& communicator);

class Checkpoints {
 public:
  /// By name, the solver's own not among them: `step`, `time`, and what outputs keep.
  using Numbers = std::map<std::string, double>;

  /// `identity`: all but the numbers, of this program and configuration.
  Checkpoints(Domain& domain, Solver& solver, const CheckpointOptions& options, const io::CheckpointData& identity);

  const std::string& file() const { return options_.file; }
  bool wanted() const { return !options_.file.empty(); }

  /// Collective: takes the state from a checkpoint or, if that is broken, from the one before it, and returns the numbers, among
  /// them `names`. What is not of this run is refused (ConfigError); keys that differ are told.
  Numbers resume(const std::string& file, const std::vector<std::string>& names);
  /// Collective. The loop begins: the clock starts, and no checkpoint is there but those of this run.
  void begin();
  /// The most steps to the next one that is counted in steps.
  Index steps_left(Index step) const;
  bool due(Index step) const { return options_.every > 0 && step % options_.every == 0; }
  bool due_by_clock() const;
  /// Collective: writes the solver's state and these numbers, unless this step's are there; throws RunError on every rank if that fails.
  void write(const Numbers& numbers);

 private:
  void require_fit(const std::string& file, const io::CheckpointData& data) const;

  Domain& domain_;
  Solver& solver_;
  State state_;
  CheckpointOptions options_;
  io::CheckpointData identity_;
  io::Previous previous_ = io::Previous::remove;  // what lies there is of another run, unless this one goes on from it
  bool from_earlier_ = false;                     // it goes on from what was set aside
  double last_seconds_ = 0;                       // when the last one was written
  double last_step_ = -1;                         // its step
};

}  // namespace tessera::apps
