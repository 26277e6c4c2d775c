// The way of a run: steps, records, checkpoints, progress, until the end or a request to stop.
#pragma once

#include <optional>
#include <string>

#include "checkpoints.hpp"
#include "history.hpp"
#include "outputs.hpp"
#include "progress.hpp"
#include "stop_request.hpp"
#include "watchdog.hpp"

namespace tessera::apps {

class TimeLoop {
 public:
  TimeLoop(Domain& domain, Solver& solver, const Schedule& schedule, Outputs& outputs, Checkpoints& checkpoints,
           const HistoryOptions& history, const StopOptions& stop, Watchdog& watchdog, RankLog& rank_log);

  /// Collective: takes state, time and step from a checkpoint.
  void resume(const std::string& file);
  /// Collective: runs to the end. True if done, false if stopped before it, with a checkpoint written.
  bool run();

 private:
  bool run_to_end();
  void record(bool all);
  void note_history();
  void write_checkpoint();
  void refuse_not_finite();
  StopReason synchronise();
  void note_output(double seconds);
  void note_state();
  void summarise(const char* head, bool done);

  Domain& domain_;
  Solver& solver_;
  State state_;
  const Schedule& schedule_;
  Outputs& outputs_;
  Checkpoints& checkpoints_;
  HistoryOptions history_options_;
  StopRequest stop_;
  Watchdog& watchdog_;
  RankLog& rank_log_;
  std::optional<History> history_;
  double time_ = 0;
  Index step_ = 0;
  bool resumed_ = false;
  Progress progress_;
  double last_sync_ = 0;
  double last_note_ = 0;
  double longest_checkpoint_ = 0;  // seconds that writing one took
  Index sync_interval_ = 1;
  Index next_sync_ = 0;
};

}  // namespace tessera::apps
