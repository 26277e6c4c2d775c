/// Whether files can be written, found out before hours of computing.
#pragma once

#include <string>

#include "tessera/comm/communicator.hpp"

namespace tessera::io {

/// Collective: rank 0 tries to open `file` for writing, without changing it. Returns the system's
/// reason on every rank if that fails, and an empty text if it works.
std::string why_not_writable(const std::string& file, const comm::WaitingCommunicator& communicator);

/// Collective: whether rank 0 sees a plain file of that name.
bool exists(const std::string& file, const comm::WaitingCommunicator& communicator);

}  // namespace tessera::io
