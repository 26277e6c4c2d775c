#include "tessera/comm/cartesian.hpp"

#include <functional>
#include <numeric>

namespace tessera::comm {

Arrangement::Arrangement(int ranks, std::vector<int> dimensions, std::vector<bool> periodic)
    : dimensions_(std::move(dimensions)), periodic_(std::move(periodic)) {
  const int product = std::accumulate(dimensions_.begin(), dimensions_.end(), 1, std::multiplies<>());
  if (product != ranks) {
    throw Error("Arrangement", MPI_ERR_DIMS,
                "an arrangement of " + std::to_string(product) + " ranks does not fit a communicator of " +
                    std::to_string(ranks));
  }
  if (periodic_.size() != dimensions_.size()) {
    throw Error("Arrangement", MPI_ERR_DIMS,
                std::to_string(dimensions_.size()) + " dimensions, but " + std::to_string(periodic_.size()) +
                    " values that say which are periodic");
  }
}

std::vector<int> Arrangement::coordinates(int rank) const {
  std::vector<int> result(dimensions_.size());
  for (std::size_t d = dimensions_.size(); d-- > 0;) {
    result[d] = rank % dimensions_[d];
    rank /= dimensions_[d];
  }
  return result;
}

int Arrangement::rank_at(std::vector<int> coordinates) const {
  int rank = 0;
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    const int size = dimensions_[d];
    int c = coordinates.at(d);
    if (periodic_[d]) c = ((c % size) + size) % size;
    if (c < 0 || c >= size) return no_rank;
    rank = rank * size + c;
  }
  return rank;
}

int Arrangement::neighbour(int rank, int dimension, int distance) const {
  std::vector<int> there = coordinates(rank);
  there.at(static_cast<std::size_t>(dimension)) += distance;
  return rank_at(std::move(there));
}

std::vector<int> balanced_dimensions(int ranks, std::vector<int> dimensions) {
  check(MPI_Dims_create(ranks, static_cast<int>(dimensions.size()), dimensions.data()), "MPI_Dims_create");
  return dimensions;
}

}  // namespace tessera::comm
