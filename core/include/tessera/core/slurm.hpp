/// What Slurm says of the job that this process belongs to.
#pragma once

#include <string>
#include <vector>

#include "tessera/core/index.hpp"

namespace tessera {

/// From the environment; 0 for what it does not say. All is 0 outside a job, where SLURM_JOB_ID is not set.
struct SlurmJob {
  Index cpus_per_task = 0;  // SLURM_CPUS_PER_TASK
  Index tasks = 0;          // SLURM_NTASKS
  Index step_tasks = 0;     // SLURM_STEP_NUM_TASKS: the processes that one srun started, this one among them
  Index end_time = 0;       // SLURM_JOB_END_TIME: seconds since 1970; set by Slurm 23.02, or by the job script
  std::vector<std::string> malformed;  // "SLURM_NTASKS=many", which counts as not set
};

SlurmJob slurm_job();

}  // namespace tessera
