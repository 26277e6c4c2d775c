// What a job gets of its machine, and what is wrong with it. With --repair: series files whose run was killed.
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "examination.hpp"
#include "launcher.hpp"
#include "tessera/comm/communicator.hpp"
#include "tessera/io/repair.hpp"

namespace {

using namespace tessera;

constexpr const char* usage =
    "Usage: tessera-doctor [FOLDER]           examines what this job gets: launcher, MPI, cores, messages between "
    "threads,\n"
    "                                         the folder for its files (.), HDF5, the compiler; start it as a run:\n"
    "                                         mpiexec -n 2 tessera-doctor\n"
    "       tessera-doctor --repair FILE...   makes output files readable whose run was killed while it changed them\n"
    "                                         (FILE.journal is there), if no run writes them any more\n"
    "Exit codes: 0 done, 1 something is wrong, or a file cannot be repaired, 2 a wrong command line.\n";

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

/// The exit code: 1 if something is wrong.
int examine(const comm::WaitingCommunicator& world, comm::ThreadLevel level, const std::string& folder) {
  const bool speaks =
      world.root() && apps::launcher_rank() == 0;  // under another MPI's launcher each process is a root
  int wrong = 0;
  const auto tell = [&](const apps::Finding& finding) {
    constexpr std::array words{"ok    ", "doubt ", "WRONG "};
    wrong |= finding.verdict == apps::Finding::Verdict::wrong ? 1 : 0;
    if (!speaks) return;
    std::printf("%s %-9s %s\n", words[static_cast<std::size_t>(finding.verdict)], (finding.part + ":").c_str(),
                finding.what.c_str());
    if (!finding.remedy.empty()) std::printf("                 mend it: %s\n", finding.remedy.c_str());
    std::fflush(stdout);
  };
  if (speaks) std::fputs(apps::version("tessera-doctor").c_str(), stdout);
  tell(apps::examine_launcher(world));
  tell(apps::examine_thread_level(level));
  std::vector<std::string> lines;
  tell(apps::examine_cores(world, lines));
  constexpr std::size_t most = 64;
  for (std::size_t line = 0; speaks && line < lines.size(); ++line) {
    if (line < most) std::printf("                 %s\n", lines[line].c_str());
    else if (line == most) std::printf("                 and %zu more\n", lines.size() - most);
  }
  tell(apps::examine_exchange(world, level));
  tell(apps::examine_folder(world, folder));
  if (wrong == 0) tell(apps::examine_output(world, folder));
  tell(apps::examine_compiler(world));
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv, comm::ThreadLevel::multiple);
  const comm::WaitingCommunicator world = comm::world().waiting(comm::WaitPolicy::yield);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return examine(world, environment.thread_level(), ".");
  if (arguments.size() == 1 && !arguments[0].starts_with("-"))
    return examine(world, environment.thread_level(), arguments[0]);
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
