#include "tessera/solvers/cahn_hilliard.hpp"

#include "driver.hpp"

int main(int argc, char** argv) {
  using namespace tessera;
  const auto read = [](const Config&) -> apps::Problem { return {cahn_hilliard::reach, cahn_hilliard::make_solver}; };
  return apps::run(argc, argv, {"cahn-hilliard", "Cahn-Hilliard phase separation on MPI ranks x threads", false, read});
}
