// Rank 0 sends five numbers to rank 1.
#include <cstdio>
#include <vector>

#include "tessera/comm/functions.hpp"

namespace comm = tessera::comm;

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv);
  std::printf("rank %d of %d, %s\n", comm::rank(), comm::size(), comm::library_version());

  const std::vector sent{1., 2., 3., 4., 5.};
  std::vector<double> received(sent.size());
  if (comm::rank() == 0 && comm::size() > 1) comm::send(sent, 1, 11);
  if (comm::rank() == 1) {
    comm::recv(received, 0, 11);
    std::printf("rank 1 got %g %g %g %g %g\n", received[0], received[1], received[2], received[3], received[4]);
  }
}
