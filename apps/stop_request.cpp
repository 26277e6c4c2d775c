#include "stop_request.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <sstream>
#include <system_error>

namespace tessera::apps {
namespace {

volatile std::sig_atomic_t signalled = 0;

void note(int) { signalled = 1; }

void note_from_now_on(std::initializer_list<int> signals) {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (const int signal : signals) sigaction(signal, &action, nullptr);
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string date(double seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm local{};
  std::array<char, 32> text{};
  if (localtime_r(&time, &local) == nullptr) return "a time too far away";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local)};
}

/// Collective: whether rank 0 sees the folder that a file of this name would lie in.
bool has_folder(const std::string& file, const comm::WaitingCommunicator& communicator) {
  std::error_code error;
  const auto folder = std::filesystem::absolute(file, error).parent_path();
  int there = communicator.root() && std::filesystem::is_directory(folder, error) ? 1 : 0;
  communicator.bcast(there);
  return there == 1;
}

/// The job's end and the margin: as asked for (0: not), else a minute, but so that a short job gets somewhere.
void plan_job_end(StopOptions& options, const SlurmJob& job, const Log& log) {
  const auto end = static_cast<double>(job.end_time);
  const double left = std::floor(end - seconds_since_1970());
  if (left <= 0) {
    log.warn("SLURM_JOB_END_TIME is in the past (" + date(end) + "), perhaps another job's: ignored");
    return;
  }
  options.job_end = end;
  if (options.job_end_margin == 0) {
    options.job_end_margin = std::min(60.0, std::ceil(left / 4));
  } else if (options.job_end_margin >= left) {
    std::ostringstream text;
    text << "the Slurm job ends in " << left << " s, and the run stops " << options.job_end_margin
         << " s before that: at once. Ask for a longer job, or for a smaller time.job_end_margin";
    log.warn(text.str());
  }
}

}  // namespace

StopOptions read_stop_options(const Config& config, const Schedule& schedule, bool possible, const SlurmJob& job,
                              const comm::WaitingCommunicator& communicator, const Log& log) {
  const Config time = config.at("time");
  StopOptions options;
  options.possible = possible;
  options.wall_seconds = schedule.wall_seconds();
  options.file = time.text("stop_file");
  if (time.has("job_end_margin")) options.job_end_margin = time.at("job_end_margin").number();
  for (const std::string key : {"wall_seconds", "stop_file", "job_end_margin"}) {
    if (time.has(key) && !possible) time.at(key).fail("needs checkpoint.file, from which to go on with --resume");
  }
  if (!options.file.empty() && !has_folder(options.file, communicator))
    time.at("stop_file").fail("the folder of '" + options.file + "' does not exist; make it, or name another file");
  if (possible && job.end_time > 0) plan_job_end(options, job, log);
  return options;
}

std::string describe(const StopOptions& options) {
  std::ostringstream text;
  if (!options.file.empty()) text << "when there is a file " << options.file;
  if (options.job_end > 0) {
    text << (options.file.empty() ? "" : ", or ") << options.job_end_margin << " s before the Slurm job ends at "
         << date(options.job_end);
  }
  return text.str();
}

void note_early_warnings() { note_from_now_on({SIGUSR1}); }

void StopRequest::begin() {
  began_ = comm::wtime();
  if (options_.possible) note_from_now_on({SIGUSR1, SIGTERM, SIGINT});
}

StopReason StopRequest::reason(bool root, double seconds_to_next, double checkpoint_seconds) const {
  std::error_code error;
  if (root && !options_.file.empty() && std::filesystem::exists(options_.file, error)) return StopReason::file;
  if (signalled != 0) return StopReason::signal;
  if (!root) return StopReason::none;
  const double margin = std::max(options_.job_end_margin, 2 * checkpoint_seconds) + seconds_to_next;
  if (options_.job_end > 0 && seconds_since_1970() >= options_.job_end - margin) return StopReason::job_end;
  if (options_.wall_seconds > 0 && comm::wtime() - began_ >= options_.wall_seconds) return StopReason::wall_seconds;
  return StopReason::none;
}

std::string StopRequest::describe(StopReason reason) const {
  switch (reason) {
    case StopReason::wall_seconds: return "stopped after time.wall_seconds";
    case StopReason::job_end: return "stopped before the end of the Slurm job";
    case StopReason::file: return "stopped by the file " + options_.file;
    default: return "stopped by request (a signal)";
  }
}

void StopRequest::withdraw(StopReason reason, const Log& log) const {
  if (reason != StopReason::file) return;
  std::error_code error;
  std::filesystem::remove(options_.file, error);
  if (error)
    log.warn("cannot remove " + options_.file + ": " + error.message() + "; remove it, or the resumed run stops again");
}

}  // namespace tessera::apps
