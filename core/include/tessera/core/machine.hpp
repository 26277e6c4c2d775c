/// The cores that this job may use on this node.
#pragma once

#include <string>

#include "tessera/comm/communicator.hpp"
#include "tessera/core/index.hpp"

namespace tessera {

/// What the processes of this node share, from the affinity masks that they inherited.
struct Machine {
  int ranks_on_node;  // ranks of the job on this node
  int cores_on_node;  // cores that at least one of them may use
  int cores_of_rank;  // cores that this rank may use
  int fair_share;    // cores for a rank if all share alike, at least 1; the least of all nodes, so that all ranks agree
  std::string mask;  // this rank's cores, "0-3,8"
  int cpus_per_task =
      0;  // that Slurm gives a rank; the least of all ranks, so that they agree; 0: no Slurm, or not said
};

/// Collective over `communicator`.
Machine inspect_machine(const comm::WaitingCommunicator& communicator);

/// Bytes that a thread may fill with temporaries: three quarters of a core's second-level cache, 1 MiB if its size is unknown.
Index usable_cache();

/// Bytes that a rank may have: a fair share of the node's memory, or of what a control group (Slurm's, a container's) leaves
/// of it, and no more than its own limits (ulimit -v, -d or -m).
double usable_memory(const Machine& machine);

}  // namespace tessera
