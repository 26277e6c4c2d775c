/// Where the time of a run goes.
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "tessera/comm/communicator.hpp"

namespace tessera {

/// What a block's thread does. `wait` is for messages and for the rank's other blocks at the end of a phase; `exchange`
/// is packing, posting, copying between blocks of a rank and unpacking.
enum class Part : std::size_t { compute, exchange, wait, boundary, output };
inline constexpr std::array<const char*, 5> part_names{"compute", "exchange", "wait", "boundary", "output"};

/// Seconds in each part, of one block; on cache lines of its own.
class alignas(64) PartSeconds {
 public:
  using Clock = std::chrono::steady_clock;

  void add(Part part, double seconds) { seconds_[static_cast<std::size_t>(part)] += seconds; }
  double operator[](std::size_t part) const { return seconds_[part]; }
  /// Runs work() and notes its time. Two looks at the clock: less than a tenth of a microsecond.
  template <class Work>
  void time(Part part, const Work& work) {
    const Clock::time_point begin = Clock::now();
    work();
    add(part, since(begin));
  }
  /// From leave() to join() is `wait`.
  void leave() { left_ = Clock::now(); }
  void join() { add(Part::wait, since(left_)); }

 private:
  static double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

  std::array<double, part_names.size()> seconds_{};
  Clock::time_point left_;
};

/// Seconds over all blocks of all ranks.
struct PartStatistics {
  std::string name;
  double least;
  double mean;
  double most;
};

/// Collective: each part's, and as `rest` what is left of `elapsed` seconds: reductions, starting phases, control.
/// `blocks`: those of this rank.
std::vector<PartStatistics> part_statistics(std::span<const PartSeconds> blocks, double elapsed,
                                            const comm::WaitingCommunicator& communicator);

}  // namespace tessera
