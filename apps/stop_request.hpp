// Requests to stop before the end: signals, a file, time.wall_seconds, the end of the Slurm job.
#pragma once

#include <string>

#include "schedule.hpp"
#include "tessera/core/config.hpp"
#include "tessera/core/log.hpp"
#include "tessera/core/slurm.hpp"

namespace tessera::apps {

/// If there are several, the last of them counts: ranks agree by a maximum.
enum class StopReason { none, wall_seconds, job_end, signal, file };

struct StopOptions {
  bool possible = false;      // there is a checkpoint to go on from
  std::string file;           // time.stop_file; empty: none
  double wall_seconds = 0;    // 0: never
  double job_end = 0;         // seconds since 1970; 0: unknown
  double job_end_margin = 0;  // time.job_end_margin: so many seconds before that
};

/// Collective. `possible`: there is a checkpoint.file; without one, a key that asks for a stop is refused.
StopOptions read_stop_options(const Config& config, const Schedule& schedule, bool possible, const SlurmJob& job,
                              const comm::WaitingCommunicator& communicator, const Log& log);
/// "60 s before the Slurm job ends at 2030-01-31 23:59:00"; empty if nothing but signals stops the run.
std::string describe(const StopOptions& options);

/// From now on SIGUSR1, by which a batch system warns of a job's end, is noted: it must not end a run that is being set up.
void note_early_warnings();

class StopRequest {
 public:
  explicit StopRequest(StopOptions options) : options_(std::move(options)) {}

  /// From now on seconds count, and SIGUSR1, SIGTERM and SIGINT are noted instead of ending the process.
  void begin();
  /// What this process knows: signals it got; rank 0, whose clock and files count, the rest. `seconds_to_next`: until it
  /// will be asked again; `checkpoint_seconds`: the longest that writing one has taken.
  StopReason reason(bool root, double seconds_to_next, double checkpoint_seconds) const;
  /// "stopped by the file STOP".
  std::string describe(StopReason reason) const;
  /// Takes the file away, so that the run can go on. A warning if that fails.
  void withdraw(StopReason reason, const Log& log) const;

 private:
  StopOptions options_;
  double began_ = 0;
};

}  // namespace tessera::apps
