#include "time_loop.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tessera::apps {
namespace {

constexpr double sync_seconds = 0.2;  // how soon a request to stop, or a NaN, is noticed
constexpr double note_seconds = 5;    // between lines in the log of a rank

}  // namespace

TimeLoop::TimeLoop(Domain& domain, Solver& solver, const Schedule& schedule, Outputs& outputs, Checkpoints& checkpoints,
                   const HistoryOptions& history, const StopOptions& stop, Watchdog& watchdog, RankLog& rank_log)
    : domain_(domain),
      solver_(solver),
      state_(solver.state()),
      schedule_(schedule),
      outputs_(outputs),
      checkpoints_(checkpoints),
      history_options_(history),
      stop_(stop),
      watchdog_(watchdog),
      rank_log_(rank_log),
      progress_(domain, schedule) {}

void TimeLoop::resume(const std::string& file) {
  const Watchdog::Task task(watchdog_, "reading the checkpoint " + file);
  const Checkpoints::Numbers numbers = checkpoints_.resume(file, {"time", "step"});
  time_ = numbers.at("time");
  step_ = static_cast<Index>(numbers.at("step"));
  outputs_.restore(numbers);
  resumed_ = true;
  std::ostringstream text;
  text << "resumed from " << file << " at step " << step_ << ", t = " << time_;
  rank_log_.write(text.str());
  if (schedule_.finished(time_, step_))
    domain_.log().warn("the run had come to its end already; to go on, set a later time.end or more time.steps");
}

bool TimeLoop::run() {
  try {
    return run_to_end();
  } catch (const RunError& error) {  // on all ranks
    rank_log_.write(std::string("error: ") + error.what());
    try {
      outputs_.finish(false);
    } catch (const RunError&) {  // of a file that has failed already: the first reason counts
    }
    throw;
  }
}

bool TimeLoop::run_to_end() {
  outputs_.open(time_, step_, resumed_);
  if (!history_options_.file.empty()) history_.emplace(history_options_, domain_.communicator(), resumed_, step_);
  stop_.begin();
  checkpoints_.begin();
  last_sync_ = last_note_ = comm::wtime();
  progress_.begin(time_, step_);
  watchdog_.done(step_);
  for (PartSeconds& block : domain_.seconds()) block = {};
  next_sync_ = step_ + 1;
  record(false);
  if (!resumed_) note_history();
  bool steady = false;
  while (!steady && !schedule_.finished(time_, step_)) {
    Index most = std::min(
        {schedule_.steps_left(step_), outputs_.steps_left(step_), checkpoints_.steps_left(step_), next_sync_ - step_});
    if (history_) most = std::min(most, history_options_.every - step_ % history_options_.every);
    const Reached reached = solver_.advance(time_, outputs_.limit(), most);
    time_ = reached.time;
    step_ += reached.steps;
    watchdog_.done(step_);
    progress_.note_steps(time_, step_);
    record(false);
    steady = schedule_.steady_check_due(step_) && solver_.largest_rate() <= schedule_.steady_rate();
    const bool ended = steady || schedule_.finished(time_, step_);
    if (history_ && (step_ % history_options_.every == 0 || ended)) note_history();
    if (ended) break;
    if (checkpoints_.due(step_)) write_checkpoint();
    const StopReason stop = step_ >= next_sync_ ? synchronise() : StopReason::none;
    if (stop != StopReason::none) {
      write_checkpoint();
      if (domain_.communicator().root()) stop_.withdraw(stop, domain_.log());
      std::ostringstream text;
      text << stop_.describe(stop) << " at step " << step_ << ", t = " << time_ << "; go on with --resume "
           << checkpoints_.file();
      domain_.log().info(text.str());
      rank_log_.write(text.str());
      summarise("this part", false);
      return false;
    }
  }
  record(true);
  summarise(steady ? "steady" : "done", true);
  return true;
}

/// Of the outputs that are due, or of all.
void TimeLoop::record(bool all) {
  if (!all && !outputs_.due(time_, step_)) return;
  const double begin = comm::wtime();
  refuse_not_finite();
  outputs_.record(time_, step_, all);
  note_output(comm::wtime() - begin);
}

/// Collective.
void TimeLoop::note_history() {
  if (!history_) return;
  const Watchdog::Task task(watchdog_, "summing up and writing " + history_options_.file);
  const double begin = comm::wtime();
  history_->append(time_, step_, solver_.diagnostics());
  note_output(comm::wtime() - begin);
}

void TimeLoop::note_output(double seconds) {
  progress_.note_output(seconds);
  for (PartSeconds& block : domain_.seconds()) block.add(Part::output, seconds);
}

void TimeLoop::write_checkpoint() {
  const Watchdog::Task task(watchdog_, "writing the checkpoint " + checkpoints_.file());
  const double begin = comm::wtime();
  refuse_not_finite();
  outputs_.settle(true);  // all that the checkpoint says has been written lies on the disk
  Checkpoints::Numbers numbers = outputs_.numbers();
  numbers["time"] = time_;
  numbers["step"] = static_cast<double>(step_);
  checkpoints_.write(numbers);
  const double seconds = comm::wtime() - begin;
  longest_checkpoint_ = std::max(longest_checkpoint_, seconds);
  note_output(seconds);
  if (rank_log_.is_open()) {
    std::ostringstream text;
    text << "checkpoint " << checkpoints_.file() << ": step " << step_ << ", t = " << time_ << ", " << seconds << " s";
    rank_log_.write(text.str());
  }
}

/// Collective: throws if any value of the state is not finite: nothing of that is ever written.
void TimeLoop::refuse_not_finite() {
  constexpr Index none = std::numeric_limits<Index>::max();
  const auto fault = solver_.fault();
  const Index bad_step = domain_.min(fault ? fault->step : none);
  std::ostringstream what;
  if (bad_step != none) {
    const Index cell = domain_.min(fault && fault->step == bad_step ? fault->cell : none);
    const bool here = fault && fault->step == bad_step && fault->cell == cell;
    const Index field = domain_.min(here ? static_cast<Index>(fault->field) : none);
    what << "step " << bad_step << ": " << state_.fields[static_cast<std::size_t>(field)]->name()
         << " is not finite in " << domain_.grid().describe(domain_.grid().cell(cell)) << "; use a smaller time.step";
    throw RunError(what.str());
  }
  for (const Field* field : state_.fields) {
    const Index cell = first_not_finite(domain_, *field);
    if (cell < 0) continue;
    what << "step " << step_ << ": " << field->name() << " is not finite in "
         << domain_.grid().describe(domain_.grid().cell(cell))
         << " (noticed at this step, it may be older); look at the initial data and the step";
    throw RunError(what.str());
  }
}

/// Collective, a few times a second: looks for faults and requests to stop.
StopReason TimeLoop::synchronise() {
  const double now = comm::wtime();
  const bool root = domain_.communicator().root();
  // Rank 0's clock decides for all when to meet again.
  const double per_step = std::max((now - last_sync_) / static_cast<double>(sync_interval_), 1e-9);
  const double next = std::clamp(sync_seconds / per_step, 1.0, 4.0 * static_cast<double>(sync_interval_));
  const StopReason own_reason = stop_.reason(root, now - last_sync_, longest_checkpoint_);
  std::vector<double> shared{static_cast<double>(own_reason), root && checkpoints_.due_by_clock() ? 1.0 : 0.0,
                             root ? std::floor(next) : 0.0, solver_.fault() ? 1.0 : 0.0, outputs_.failed() ? 1.0 : 0.0};
  const std::size_t own = shared.size();
  for (const double by_clock : outputs_.due_by_clock()) shared.push_back(by_clock);
  {
    const Watchdog::Task task(watchdog_, "waiting for the other ranks after step " + std::to_string(step_));
    domain_.communicator().allreduce(comm::in_place, shared, comm::Operator::max);
  }
  if (now - last_note_ >= note_seconds) {
    last_note_ = now;
    note_state();
  }
  if (shared[3] > 0) refuse_not_finite();
  if (shared[4] > 0) outputs_.settle();
  const std::span<const double> by_clock = std::span(shared).subspan(own);
  if (std::any_of(by_clock.begin(), by_clock.end(), [](double output) { return output > 0; })) {
    refuse_not_finite();
    outputs_.record_by_clock(time_, step_, by_clock);
  }
  sync_interval_ = static_cast<Index>(shared[2]);
  next_sync_ = step_ + sync_interval_;
  last_sync_ = now;
  const auto stop = static_cast<StopReason>(shared[0]);
  if (stop != StopReason::none) return stop;
  if (shared[1] > 0) write_checkpoint();
  progress_.tell();
  return StopReason::none;
}

}  // namespace tessera::apps
