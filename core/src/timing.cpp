#include "tessera/core/timing.hpp"

#include <algorithm>
#include <limits>

#include "tessera/comm/collectives.hpp"

namespace tessera {

std::vector<PartStatistics> part_statistics(std::span<const PartSeconds> blocks, double elapsed,
                                            const comm::WaitingCommunicator& communicator) {
  constexpr std::size_t parts = part_names.size() + 1;
  std::array<double, 2 * parts> most;  // with opposite sign, the least
  most.fill(-std::numeric_limits<double>::infinity());
  std::array<double, parts + 1> sum{};
  sum[parts] = static_cast<double>(blocks.size());
  for (const PartSeconds& block : blocks) {
    double rest = elapsed;
    for (std::size_t p = 0; p < parts; ++p) {
      const double seconds = p + 1 < parts ? block[p] : std::max(rest, 0.0);
      rest -= seconds;
      sum[p] += seconds;
      most[p] = std::max(most[p], seconds);
      most[parts + p] = std::max(most[parts + p], -seconds);
    }
  }
  communicator.allreduce(comm::in_place, most, comm::Operator::max);
  communicator.allreduce(comm::in_place, sum, comm::Operator::sum);
  std::vector<PartStatistics> result;
  for (std::size_t p = 0; p < parts; ++p)
    result.push_back({p + 1 < parts ? part_names[p] : "rest", -most[parts + p], sum[p] / sum[parts], most[p]});
  return result;
}

}  // namespace tessera
