#include "explicit_problem.hpp"

int main(int argc, char** argv) {
  using namespace tessera;
  const auto read = [](const Config&) { return apps::explicit_problem(*find_equation("cahn-hilliard")); };
  return apps::run(argc, argv, {"cahn-hilliard", "Cahn-Hilliard phase separation on MPI ranks x threads", false, read});
}
