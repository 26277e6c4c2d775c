#include "tessera/core/machine.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

#include "tessera/core/slurm.hpp"

namespace tessera {
namespace {

constexpr std::size_t max_cores = 8192;
using Mask = std::vector<std::uint64_t>;

Mask inherited_mask() {
  Mask mask(max_cores / 64, 0);
  cpu_set_t* set = CPU_ALLOC(max_cores);
  const std::size_t bytes = CPU_ALLOC_SIZE(max_cores);
  CPU_ZERO_S(bytes, set);
  if (sched_getaffinity(0, bytes, set) == 0) {
    for (std::size_t core = 0; core < max_cores; ++core) {
      if (CPU_ISSET_S(core, bytes, set)) mask[core / 64] |= std::uint64_t{1} << (core % 64);
    }
  }
  CPU_FREE(set);
  return mask;
}

int count(const Mask& mask) {
  int bits = 0;
  for (std::uint64_t word : mask) bits += std::popcount(word);
  return bits;
}

std::string describe(const Mask& mask) {
  const auto set = [&](std::size_t core) { return core < max_cores && (mask[core / 64] >> (core % 64) & 1) != 0; };
  std::string text;
  for (std::size_t first = 0; first < max_cores; ++first) {
    if (!set(first)) continue;
    std::size_t last = first;
    while (set(last + 1)) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(first) + (last > first ? "-" + std::to_string(last) : "");
    first = last;
  }
  return text;
}

/// The least memory limit of this process's control groups, of either version.
double control_group_memory() {
  double least = std::numeric_limits<double>::infinity();
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const bool second = line.starts_with("0::/");
    if (!second && line.find(":memory:/") == std::string::npos) continue;
    const std::filesystem::path root = second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    for (std::filesystem::path group = line.substr(line.find(":/") + 2);; group = group.parent_path()) {
      std::ifstream file(root / group / (second ? "memory.max" : "memory.limit_in_bytes"));
      if (double bytes = 0; file >> bytes) least = std::min(least, bytes);  // else it says "max"
      if (group.empty()) break;
    }
  }
  return least;
}

}  // namespace

Machine inspect_machine(const comm::WaitingCommunicator& communicator) {
  const comm::WaitingCommunicator node = communicator.split_shared();
  const Mask own = inherited_mask();
  Mask all = own;
  node.allreduce(comm::in_place, all, comm::Operator::bitwise_or);
  const int cores = count(all);
  const int share = communicator.allreduce(cores > node.size() ? cores / node.size() : 1, comm::Operator::min);
  const auto asked = static_cast<int>(std::min<Index>(slurm_job().cpus_per_task, max_cores));
  const int cpus_per_task = communicator.allreduce(asked, comm::Operator::min);
  return {node.size(), cores, count(own), share, describe(own), cpus_per_task};
}

Index usable_cache() {
  constexpr Index unknown = Index{1} << 20U;
  constexpr Index least = Index{1} << 19U;  // smaller tiles overlap too much
  const Index size = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return size > 0 ? std::max(least, size / 4 * 3) : unknown;
}

double usable_memory(const Machine& machine) {
  const double node = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  double memory = std::min(node, control_group_memory()) / machine.ranks_on_node;
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA, RLIMIT_RSS}) {
    rlimit limit{};
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      memory = std::min(memory, static_cast<double>(limit.rlim_cur));
  }
  return memory;
}

}  // namespace tessera
