// A program that fails as its argument says, for tests/cli/test_failing_rank.py.
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tessera/comm/communicator.hpp"

using namespace tessera::comm;

int main(int argc, char** argv) {
  Environment environment(argc, argv);
  const Communicator& world = tessera::comm::world();
  const bool culprit = world.rank() == world.size() - 1;
  const char* how = argc > 1 ? argv[1] : "";
  std::vector<int> buffer(1);
  if (culprit && std::strcmp(how, "exception") == 0) throw std::runtime_error("a wheel came off");
  if (culprit && std::strcmp(how, "thread") == 0)
    std::thread([] { throw std::runtime_error("a wheel came off"); }).join();
  if (culprit && std::strcmp(how, "unwinding") == 0) {
    try {
      const Environment inner(argc, argv);  // not the owner of MPI: its end must not finalize it
      throw std::runtime_error("a wheel came off");
    } catch (const std::exception&) {
    }
  }
  if (culprit && std::strcmp(how, "request") == 0) {
    Request request = world.irecv(buffer, 0, 1);
  }
  if (culprit && std::strcmp(how, "mpi") == 0) world.send(buffer, world.size() + 7);
  world.barrier();  // the others wait here, for ever if nobody ends the job
  world.barrier();
  return 0;
}
