// Who started this process.
#pragma once

#include <string>

namespace tessera::apps {

/// What is wrong where a launcher has started several processes, and MPI knows of this one only (`ranks` is 1): the launcher is
/// another MPI's, or Slurm's without the plugin for this one. Empty if all is well. Each of the processes finds the same.
std::string launcher_problem(int ranks);

/// This process's number among those that its launcher started; 0 without one.
int launcher_rank();

}  // namespace tessera::apps
