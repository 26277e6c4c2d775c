#include "tessera/core/slurm.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace tessera {
namespace {

Index read_variable(const char* name, std::vector<std::string>& malformed) {
  const char* value = std::getenv(name);
  if (value == nullptr) return 0;
  const std::string_view text(value);
  Index number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return number;
  malformed.push_back(std::string(name) + "=" + value);
  return 0;
}

}  // namespace

SlurmJob slurm_job() {
  SlurmJob job;
  if (std::getenv("SLURM_JOB_ID") == nullptr) return job;
  job.cpus_per_task = read_variable("SLURM_CPUS_PER_TASK", job.malformed);
  job.tasks = read_variable("SLURM_NTASKS", job.malformed);
  job.step_tasks = read_variable("SLURM_STEP_NUM_TASKS", job.malformed);
  job.end_time = read_variable("SLURM_JOB_END_TIME", job.malformed);
  return job;
}

}  // namespace tessera
