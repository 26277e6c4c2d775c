/// The memory of this process, all of it: fields, MPI, HDF5, libraries.
#pragma once

#include "tessera/core/timing.hpp"

namespace tessera {

/// In units of 1e6 bytes; 0 where the system does not tell.
double resident_megabytes();
/// The most that it was so far.
double most_resident_megabytes();

/// Collective: the latter over all ranks.
PartStatistics memory_statistics(const comm::WaitingCommunicator& communicator);

}  // namespace tessera
