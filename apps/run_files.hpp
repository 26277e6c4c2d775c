// The files that a run reads and writes, which must not be the same.
#pragma once

#include "command_line.hpp"
#include "tessera/core/config.hpp"

namespace tessera::apps {

/// Collective: refuses to write what is read (the configuration, a checkpoint to go on from, and whatever a key `file` names,
/// anywhere in the configuration), or what is written for something else, `.tmp` files included. time.stop_file is none of them.
void require_different_files(const Config& config, const CommandLine& line,
                             const comm::WaitingCommunicator& communicator);

}  // namespace tessera::apps
