// What tessera-doctor looks at.
#pragma once

#include <string>
#include <vector>

#include "tessera/comm/communicator.hpp"

namespace tessera::apps {

/// What an examination found, the same on every rank.
struct Finding {
  enum class Verdict { fine, doubtful, wrong } verdict;
  std::string part;    // "MPI"
  std::string what;    // one line
  std::string remedy;  // of what is not fine
};

/// All of these are collective.
Finding examine_launcher(const comm::WaitingCommunicator& world);
Finding examine_thread_level(comm::ThreadLevel level);
/// Cores and binding: a line for each rank in `lines`.
Finding examine_cores(const comm::WaitingCommunicator& world, std::vector<std::string>& lines);
/// Messages between threads of neighbouring ranks, all at once, with their contents checked. Ends the job if they do not arrive.
Finding examine_exchange(const comm::WaitingCommunicator& world, comm::ThreadLevel level);
/// A file in `folder` written by all ranks together, and read again.
Finding examine_output(const comm::WaitingCommunicator& world, const std::string& folder);
/// The folder's file system: its kind, writing and syncing, locks, hard links.
Finding examine_folder(const comm::WaitingCommunicator& world, const std::string& folder);
/// Whether expressions become compiled kernels.
Finding examine_compiler(const comm::WaitingCommunicator& world);

}  // namespace tessera::apps
