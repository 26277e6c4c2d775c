#include "tessera/core/memory.hpp"

#include <fstream>
#include <string>

#include "tessera/comm/collectives.hpp"

namespace tessera {
namespace {

/// A line of /proc/self/status, in KiB. getrusage counts what a process was before exec, too.
double megabytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::stod(line.substr(key.size())) * 1024 / 1e6;
  }
  return 0;
}

}  // namespace

double resident_megabytes() { return megabytes("VmRSS:"); }
double most_resident_megabytes() { return megabytes("VmHWM:"); }

PartStatistics memory_statistics(const comm::WaitingCommunicator& communicator) {
  const double own = most_resident_megabytes();
  std::array<double, 2> most{own, -own};
  communicator.allreduce(comm::in_place, most, comm::Operator::max);
  const double sum = communicator.allreduce(own, comm::Operator::sum);
  return {"memory", -most[1], sum / communicator.size(), most[0]};
}

}  // namespace tessera
