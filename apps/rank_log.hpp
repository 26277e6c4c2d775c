// What each rank notes for itself, on request: the section `log`.
#pragma once

#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "tessera/core/config.hpp"
#include "tessera/core/domain.hpp"
#include "tessera/core/machine.hpp"

namespace tessera::apps {

/// The section `log`.
struct LogOptions {
  std::string folder;         // empty: no logs
  double stall_seconds = 60;  // 0: nobody watches
};
/// Collective: refuses a folder in which rank 0 cannot write.
LogOptions read_log_options(const Config& config, const comm::WaitingCommunicator& communicator);

/// A file FOLDER/rank-0000.log, ... for every rank: lines with their time, each written at once. Any thread may write.
class RankLog {
 public:
  RankLog() = default;
  RankLog(const RankLog&) = delete;
  RankLog& operator=(const RankLog&) = delete;
  ~RankLog();

  /// Collective: opens the files, with `append` at their ends; throws ConfigError on all ranks if one cannot. Without a folder,
  /// and before, nothing is written.
  void open(const Config& config, const LogOptions& options, const comm::WaitingCommunicator& communicator,
            bool append);
  bool is_open() const noexcept { return open_; }
  /// A disk that is full costs the log, not the run: a warning, once.
  void write(const std::string& text);
  /// The same, but nothing where another thread is, or hangs, in the middle of a line.
  void write_if_free(const std::string& text);
  /// Who this rank is, and what it has.
  void introduce(const std::string& program, const Domain& domain, const Machine& machine);

 private:
  void add(const std::string& text);
  [[noreturn]] static void on_terminate();

  std::atomic<bool> open_ = false;
  std::mutex mutex_;  // of the following
  std::string name_;
  int rank_ = -1;
  std::FILE* file_ = nullptr;
};

/// This process to those who look for it: "host node7, process 4711".
std::string whereabouts();

}  // namespace tessera::apps
