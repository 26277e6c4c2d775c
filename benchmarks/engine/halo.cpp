// The halo exchange of a 512 x 512 block on 2 ranks, beside C that packs by hand and calls MPI itself.
//
//     mpiexec -n 2 halo DEPTH AXIS ROUNDS
// AXIS: the dimension that is cut, 0 or 1. Rank 0 prints a line of JSON: microseconds an exchange of either in each
// round, taken in turn. Before it is timed, every ghost of both is compared with what it must be.
#include "tessera/core/halo.hpp"

#include <mpi.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace {

using namespace tessera;
constexpr Index size = 512;

/// As one would write it for this one case: two messages to the other rank, which is the neighbour at both sides, and
/// copies along the axis that is not cut; corners come with the second of the two.
class ByHand {
 public:
  ByHand(Array& values, Index depth, int axis, MPI_Comm communicator)
      : values_(values), depth_(depth), axis_(axis), communicator_(communicator) {
    for (auto* buffers : {&send_, &receive_}) {
      for (auto& buffer : *buffers) buffer.resize(static_cast<std::size_t>(depth * (size + 2 * depth)));
    }
  }

  void run() {
    int rank = 0;
    MPI_Comm_rank(communicator_, &rank);
    const int count = static_cast<int>(depth_ * (size + 2 * depth_));
    MPI_Request requests[4];
    for (std::size_t side = 0; side < 2; ++side) {
      const int tag = 1 - static_cast<int>(side);
      MPI_Irecv(receive_[side].data(), count, MPI_DOUBLE, 1 - rank, tag, communicator_, &requests[side]);
    }
    wrap();
    for (std::size_t side = 0; side < 2; ++side) {
      double* out = send_[side].data();
      each_row(side == 0 ? 0 : size - depth_, [&](const double* row, Index n) {
        for (Index k = 0; k < n; ++k) *out++ = row[k];
      });
      const int tag = static_cast<int>(side);
      MPI_Isend(send_[side].data(), count, MPI_DOUBLE, 1 - rank, tag, communicator_, &requests[2 + side]);
    }
    MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
    for (std::size_t side = 0; side < 2; ++side) {
      const double* in = receive_[side].data();
      each_row(side == 0 ? -depth_ : size, [&](double* row, Index n) {
        for (Index k = 0; k < n; ++k) row[k] = *in++;
      });
    }
  }

 private:
  /// The ghosts along the axis that is not cut, from the block itself.
  void wrap() {
    for (Index i = 0; i < size; ++i) {
      if (axis_ == 1) break;
      auto* row = values_.row<double>(0, i);
      for (Index k = 0; k < depth_; ++k) {
        row[k - depth_] = row[size - depth_ + k];
        row[size + k] = row[k];
      }
    }
    for (Index k = 0; k < depth_ && axis_ == 1; ++k) {
      const auto bytes = static_cast<std::size_t>(size) * sizeof(double);
      std::memcpy(values_.row<double>(0, k - depth_), values_.row<double>(0, size - depth_ + k), bytes);
      std::memcpy(values_.row<double>(0, size + k), values_.row<double>(0, k), bytes);
    }
  }
  /// The rows of `depth` layers from `first` on along the axis that is cut, over the ghosts along the other.
  template <class F>
  void each_row(Index first, const F& f) {
    const Index rows = axis_ == 0 ? depth_ : size + 2 * depth_;
    for (Index r = 0; r < rows; ++r) {
      if (axis_ == 0) f(values_.row<double>(0, first + r) - depth_, size + 2 * depth_);
      else f(values_.row<double>(0, r - depth_) + first, depth_);
    }
  }

  Array& values_;
  Index depth_;
  int axis_;
  MPI_Comm communicator_;
  std::array<std::vector<double>, 2> send_, receive_;
};

double name_of(const Grid& grid, const Block& block, Index j, Index k) {
  return static_cast<double>(grid.number({0, grid.wrap(1, block.global(1, j)), grid.wrap(2, block.global(2, k))}));
}

/// Own values, and ghosts that are wrong.
void prepare(const Grid& grid, const Block& block, Array& values, Index depth) {
  for (Index j = -depth; j < size + depth; ++j) {
    for (Index k = -depth; k < size + depth; ++k) {
      const bool own = j >= 0 && j < size && k >= 0 && k < size;
      values.set(0, j, k, own ? name_of(grid, block, j, k) : -1);
    }
  }
}

void require_right(const Grid& grid, const Block& block, const Array& values, Index depth, const char* who) {
  for (Index j = -depth; j < size + depth; ++j) {
    for (Index k = -depth; k < size + depth; ++k) {
      if (values(0, j, k) == name_of(grid, block, j, k)) continue;
      std::fprintf(stderr, "halo: %s filled a ghost with a wrong value\n", who);
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
  }
}

int run(Index depth, int axis, int rounds) {
  const comm::WaitingCommunicator world = comm::world().dup().waiting(comm::WaitPolicy::spin);
  const std::vector<Index> shape{axis == 0 ? 2 * size : size, axis == 1 ? 2 * size : size};
  const Grid grid(shape, {{0, 1}, {0, 1}}, {true, true});
  Layout layout;
  if (world.size() != 2 || choose_layout(grid, {{axis == 0 ? 2 : 1, axis == 1 ? 2 : 1}, {1, 1}}, 2, 1, depth, layout)) {
    std::fprintf(stderr, "halo: wants 2 ranks\n");
    return 2;
  }
  Domain domain(grid, layout, world, {}, Log(false, Verbosity::quiet));
  const Block& block = domain.blocks().front();
  Field field(domain, "f", Location::cells, depth);
  Field* const fields[] = {&field};
  HaloExchange exchange(domain, {Location::cells}, depth);
  ByHand by_hand(field[block], depth, axis, world.native());
  const auto ours = [&] {
    exchange.run(
        fields, [](const Block&) {}, [](const Block&) {});
  };
  const auto theirs = [&] { by_hand.run(); };

  prepare(grid, block, field[block], depth);
  ours();
  require_right(grid, block, field[block], depth, "tessera");
  prepare(grid, block, field[block], depth);
  theirs();
  require_right(grid, block, field[block], depth, "the code by hand");

  const auto time = [&](const auto& work) {
    constexpr int calls = 200;
    world.barrier();
    const double begin = MPI_Wtime();
    for (int i = 0; i < calls; ++i) work();
    return world.allreduce((MPI_Wtime() - begin) / calls * 1e6, comm::Operator::max);
  };
  std::vector<double> mine, other, again;
  std::mt19937 random(1);
  for (int round = 0; round <= rounds; ++round) {
    int order[] = {0, 1, 2};
    std::shuffle(std::begin(order), std::end(order), random);
    double times[3] = {};
    for (const int which : order) times[which] = which == 0 ? time(ours) : time(theirs);
    if (round == 0) continue;  // warms up
    mine.push_back(times[0]);
    other.push_back(times[1]);
    again.push_back(times[2]);
  }
  if (!world.root()) return 0;
  const auto print = [](const char* name, const std::vector<double>& values, const char* end) {
    std::printf("\"%s\": [", name);
    for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%.4g", i > 0 ? ", " : "", values[i]);
    std::printf("]%s", end);
  };
  std::printf("{");
  print("ours", mine, ", ");
  print("by_hand", other, ", ");
  print("by_hand_again", again, "}\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv, comm::ThreadLevel::multiple, comm::ThreadLevel::funneled);
  if (argc != 4) {
    std::fprintf(stderr, "usage: mpiexec -n 2 halo DEPTH AXIS ROUNDS\n");
    return 2;
  }
  return run(std::atol(argv[1]), std::atoi(argv[2]), std::atoi(argv[3]));
}
