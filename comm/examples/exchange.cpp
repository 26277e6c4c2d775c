// Pairs of ranks exchange random numbers, both ways at once, and check what they got.
#include <array>
#include <cstdio>
#include <random>
#include <vector>

#include "tessera/comm/functions.hpp"

namespace comm = tessera::comm;

/// Anybody can tell which numbers a rank sends.
std::vector<double> numbers_of(int rank) {
  std::mt19937_64 generator(static_cast<unsigned>(rank));
  std::uniform_real_distribution<double> uniform;
  std::vector<double> numbers(10'000);
  for (double& number : numbers) number = uniform(generator);
  return numbers;
}

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv);
  if (comm::size() < 2) {
    std::fprintf(stderr, "error: exchange needs two ranks or more: mpiexec -n 2 exchange\n");
    return 2;
  }

  const int partner = comm::rank() ^ 1;  // 0 and 1, 2 and 3, ...: the last of an odd number of ranks has none
  bool right = true;
  if (partner < comm::size()) {
    const auto sent = numbers_of(comm::rank());
    std::vector<double> received(sent.size());
    std::array requests{comm::isend(sent, partner, 11), comm::irecv(received, partner, 11)};
    comm::waitall(requests);
    right = received == numbers_of(partner);
  }

  const int wrong = comm::allreduce(right ? 0 : 1);
  if (comm::rank() == 0) {
    const int pairs = comm::size() / 2;
    if (wrong == 0) std::printf("%d pair%s exchanged 10000 numbers each way\n", pairs, pairs == 1 ? "" : "s");
    else std::fprintf(stderr, "error: %d ranks got other numbers than their partners sent\n", wrong);
  }
  return wrong == 0 ? 0 : 1;
}
