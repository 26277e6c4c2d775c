/// Ranks in a Cartesian arrangement.
#pragma once

#include <vector>

#include "tessera/comm/communicator.hpp"

namespace tessera::comm {

/// Which rank sits where: the last dimension varies fastest, as MPI orders them. Says nothing to anyone.
class Arrangement {
 public:
  Arrangement() = default;
  /// Throws Error unless the product of `dimensions` is `ranks` and both vectors are of equal length.
  Arrangement(int ranks, std::vector<int> dimensions, std::vector<bool> periodic);

  const std::vector<int>& dimensions() const noexcept { return dimensions_; }
  const std::vector<bool>& periodic() const noexcept { return periodic_; }
  std::vector<int> coordinates(int rank) const;
  /// The rank at `coordinates`, wrapped around periodic dimensions; no_rank beyond the others' ends.
  int rank_at(std::vector<int> coordinates) const;
  /// The rank `distance` further along `dimension` than `rank`, or no_rank.
  int neighbour(int rank, int dimension, int distance) const;

 private:
  std::vector<int> dimensions_;
  std::vector<bool> periodic_;
};

/// Fills in the zeros of `dimensions` so that their product is `ranks`, as evenly as possible.
std::vector<int> balanced_dimensions(int ranks, std::vector<int> dimensions);

/// A communicator whose ranks are arranged. Halos are better exchanged by messages whose tags tell directions apart than
/// by MPI's neighbourhood collectives, which confuse the two neighbours along a periodic dimension of one or two ranks.
template <class Waits>
class BasicCartesian : public BasicCommunicator<Waits> {
 public:
  BasicCartesian() noexcept = default;
  BasicCartesian(BasicCartesian&&) noexcept = default;
  BasicCartesian& operator=(BasicCartesian&&) noexcept = default;
  /// Collective over `communicator`. Zeros in `dimensions` are chosen (balanced_dimensions). With `reorder`, MPI may give
  /// the ranks other numbers, to suit the machine.
  BasicCartesian(const BasicCommunicator<Waits>& communicator, std::vector<int> dimensions, std::vector<bool> periodic,
                 bool reorder = false)
      : BasicCartesian(
            communicator,
            Arrangement(communicator.size(), balanced_dimensions(communicator.size(), dimensions), std::move(periodic)),
            reorder) {}

  const Arrangement& arrangement() const noexcept { return arrangement_; }
  /// This rank's, or another's.
  std::vector<int> coordinates() const { return arrangement_.coordinates(this->rank()); }
  std::vector<int> coordinates(int rank) const { return arrangement_.coordinates(rank); }
  int rank_at(std::vector<int> coordinates) const { return arrangement_.rank_at(std::move(coordinates)); }
  /// The rank `distance` further along `dimension`, or no_rank.
  int neighbour(int dimension, int distance) const { return arrangement_.neighbour(this->rank(), dimension, distance); }

  /// Collective: the ranks that differ from this one only in the dimensions `kept`, arranged in those.
  [[nodiscard]] BasicCartesian sub(const std::vector<bool>& kept) const {
    std::vector<int> dimensions;
    std::vector<bool> periodic;
    int colour = 0;
    const std::vector<int> here = coordinates();
    for (std::size_t d = 0; d < here.size(); ++d) {
      if (kept.at(d)) {
        dimensions.push_back(arrangement_.dimensions()[d]);
        periodic.push_back(arrangement_.periodic()[d]);
      } else {
        colour = colour * arrangement_.dimensions()[d] + here[d];
      }
    }
    BasicCommunicator<Waits> part = this->split(colour);
    Arrangement arrangement(part.size(), std::move(dimensions), std::move(periodic));
    return {std::move(part), std::move(arrangement)};
  }

 private:
  BasicCartesian(const BasicCommunicator<Waits>& communicator, Arrangement arrangement, bool reorder)
      : BasicCommunicator<Waits>(Handle(detail::make_cartesian(communicator.native(), arrangement.dimensions(),
                                                               arrangement.periodic(), reorder),
                                        true),
                                 communicator.waits()),
        arrangement_(std::move(arrangement)) {}
  BasicCartesian(BasicCommunicator<Waits>&& part, Arrangement&& arrangement)
      : BasicCommunicator<Waits>(std::move(part)), arrangement_(std::move(arrangement)) {}

  Arrangement arrangement_;
};

using Cartesian = BasicCartesian<Spin>;
using WaitingCartesian = BasicCartesian<Chosen>;

}  // namespace tessera::comm
