// What this job sees of its machine: one line a rank. With --repair: series files whose run was killed.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "tessera/comm/communicator.hpp"
#include "tessera/core/machine.hpp"
#include "tessera/io/repair.hpp"

namespace {

using namespace tessera;

constexpr const char* usage =
    "Usage: tessera-doctor                    what MPI, threads and cores this job gets\n"
    "       tessera-doctor --repair FILE...   makes output files readable whose run was killed while it changed them\n"
    "                                         (FILE.journal is there), if no run writes them any more\n"
    "Exit codes: 0 done, 1 a file that cannot be repaired, 2 a wrong command line.\n";

/// Whether it can be read now.
bool repair(const std::string& file) {
  try {
    const io::Repaired repaired = io::repair(file);
    const char* what = repaired.recovery == io::Recovery::completed ? "completed what its run was changing"
                       : repaired.recovery == io::Recovery::dropped ? "dropped a change that had not begun"
                                                                    : "nothing to repair";
    std::printf("%s: %s; %zu complete records, room for %zu more\n", file.c_str(), what, repaired.complete,
                repaired.room - repaired.complete);
    return true;
  } catch (const std::runtime_error& error) {
    std::fprintf(stderr, "error: %s cannot be repaired: %s\n", file.c_str(), error.what());
    return false;
  }
}

void describe_machine(const comm::WaitingCommunicator& world, comm::ThreadLevel level) {
  const Machine machine = inspect_machine(world);
  if (world.root()) {
    std::fputs(apps::version("tessera-doctor").c_str(), stdout);
    std::printf("thread level: %s%s\n", comm::to_string(level),
                level == comm::ThreadLevel::multiple ? "" : " (messages will be funneled)");
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
}

}  // namespace

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv, comm::ThreadLevel::multiple);
  const comm::WaitingCommunicator world = comm::world().waiting(comm::WaitPolicy::spin);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    describe_machine(world, environment.thread_level());
    return 0;
  }
  const bool help = arguments.front() == "--help";
  if (help || arguments.front() != "--repair" || arguments.size() < 2) {
    if (world.root()) std::fputs(usage, help ? stdout : stderr);
    return help ? 0 : 2;
  }
  int failed = 0;
  if (world.root()) {
    for (std::size_t file = 1; file < arguments.size(); ++file) failed |= repair(arguments[file]) ? 0 : 1;
  }
  world.bcast(failed);
  return failed;
}
