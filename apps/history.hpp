// The history of a run: a few numbers now and then, in a text file.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "tessera/core/config.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::apps {

/// The section `history`.
struct HistoryOptions {
  std::string file;  // empty: none
  Index every = 1;   // steps
};

/// The names of all files that may be there, its own first.
std::vector<std::string> files_of_history(const std::string& file);

/// Comma-separated values: a head of names, then a line for step, time and each diagnostic, written at once so that a run that
/// dies leaves all of them.
class History {
 public:
  /// Collective, as append(), though the root alone writes: throws RunError if it cannot. With `resume`, lines up to `step` are
  /// kept.
  History(const HistoryOptions& options, const comm::WaitingCommunicator& communicator, bool resume, Index step);
  void append(double time, Index step, const std::vector<Diagnostic>& diagnostics);

 private:
  std::string begin(bool resume, Index step);
  void require(std::string why) const;

  const comm::WaitingCommunicator& communicator_;
  std::string file_;
  std::ofstream stream_;
  bool has_head_ = false;
};

}  // namespace tessera::apps
