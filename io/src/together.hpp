// Work on a file that may fail on some ranks only, of which all must learn.
#pragma once

#include <string>

#include "tessera/comm/communicator.hpp"
#include "tessera/core/function_ref.hpp"

namespace tessera::io {

/// How long a rank that failed waits for those that have not come as far. Where `work` makes no collective calls, they all
/// come: then there is no need for a limit.
struct Patience {
  double seconds = 5;
};
inline constexpr Patience without_limit{-1};

/// Collective: runs `work` on every rank, and returns on every rank why it failed, where it did: the text of the lowest such
/// rank's std::runtime_error (Hdf5Error is one). Empty if it failed nowhere.
///
/// Ranks where it went well wait for the others without limit. A rank where it failed waits for them only so long: they may
/// be caught in a collective call of `work` that it will never make. Then it ends the job with its text (comm::abort).
/// Whoever calls this must keep alive, until it returns, what is closed collectively (files): while the exception leaves
/// `work`, its objects are destroyed on the rank that failed, and on no other.
std::string why_not_together(const comm::WaitingCommunicator& communicator, FunctionRef<void()> work,
                             Patience patience = {});

/// The same, but throws RunError("<what>: <why>") on all ranks if `work` failed anywhere.
void together(const comm::WaitingCommunicator& communicator, const std::string& what, FunctionRef<void()> work,
              Patience patience = {});

}  // namespace tessera::io
