#include "launcher.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "tessera/comm/environment.hpp"
#include "tessera/core/slurm.hpp"

namespace tessera::apps {
namespace {

/// How launchers tell processes of themselves.
struct Launcher {
  const char* name;
  const char* mark;  // a variable that it alone sets
  const char* size;
  const char* rank;
};
constexpr std::array launchers{
    Launcher{"Open MPI's mpiexec", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
    Launcher{"MPICH's mpiexec (Hydra)", "MPI_LOCALNRANKS", "PMI_SIZE", "PMI_RANK"}};

int number(const char* variable) {
  const char* text = std::getenv(variable);
  int value = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), value);
  return value;
}

const Launcher* find_launcher() {
  for (const Launcher& launcher : launchers) {
    if (std::getenv(launcher.mark) != nullptr) return &launcher;
  }
  return nullptr;
}

}  // namespace

std::string launcher_problem(int ranks) {
  if (ranks != 1) return "";
  const std::string same =
      " processes, but MPI knows of this one only: all would do the same, and write the same files; ";
  if (const Launcher* launcher = find_launcher()) {  // srun may have started it; it counts
    const int size = number(launcher->size);
    if (size < 2) return "";
    return std::string(launcher->name) + " started " + std::to_string(size) + same + "this program was built with " +
           comm::library_version() +
           ": use the mpiexec of that (on Debian mpiexec.openmpi or mpiexec.mpich), or build tessera with the " +
           "other MPI (./dev build --mpi openmpi or mpich)";
  }
  if (const Index size = slurm_job().step_tasks; size > 1) {
    return "srun started " + std::to_string(size) + same +
           "use srun --mpi=pmix (Open MPI) or srun --mpi=pmi2 (MPICH), or mpiexec";
  }
  return "";
}

int launcher_rank() {
  if (const Launcher* launcher = find_launcher()) return number(launcher->rank);
  return number("SLURM_PROCID");
}

}  // namespace tessera::apps
