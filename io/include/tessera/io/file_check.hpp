/// Whether files can be written, found out before hours of computing.
#pragma once

#include <string>
#include <vector>

#include "tessera/comm/communicator.hpp"
#include "tessera/core/config.hpp"

namespace tessera::io {

/// Collective: rank 0 tries to open `file` for writing, without changing it. Returns the system's
/// reason on every rank if that fails, and an empty text if it works.
std::string why_not_writable(const std::string& file, const comm::WaitingCommunicator& communicator);

/// Collective: `key`, which names the first of these files, is refused (ConfigError) unless all of them can be written.
void require_writable(const Config& key, const std::vector<std::string>& files,
                      const comm::WaitingCommunicator& communicator);

/// What a file is called until it is complete and takes its name.
std::string temporary_of(const std::string& file);

/// Collective: whether rank 0 sees a plain file of that name.
bool exists(const std::string& file, const comm::WaitingCommunicator& communicator);

}  // namespace tessera::io
