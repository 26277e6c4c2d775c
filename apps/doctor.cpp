// What this job sees of its machine: one line a rank.
#include <cstdio>

#include "command_line.hpp"
#include "tessera/comm/communicator.hpp"
#include "tessera/core/machine.hpp"

int main(int argc, char** argv) {
  using namespace tessera;
  comm::Environment environment(argc, argv, comm::ThreadLevel::multiple);
  const comm::WaitingCommunicator world = comm::world().waiting(comm::WaitPolicy::spin);
  const Machine machine = inspect_machine(world);
  if (world.root()) {
    std::fputs(apps::version("tessera-doctor").c_str(), stdout);
    std::printf("thread level: %s%s\n", comm::to_string(environment.thread_level()),
                environment.thread_level() == comm::ThreadLevel::multiple ? "" : " (messages will be funneled)");
    std::fflush(stdout);
  }
  for (int rank = 0; rank < world.size(); ++rank) {
    world.barrier();
    if (rank != world.rank()) continue;
    std::printf("rank %d of %d: cores %s (%d of the node's %d, shared by %d rank(s))\n", rank, world.size(),
                machine.mask.c_str(), machine.cores_of_rank, machine.cores_on_node, machine.ranks_on_node);
    std::fflush(stdout);
  }
  world.barrier();
  return 0;
}
