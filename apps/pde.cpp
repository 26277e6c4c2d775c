#include "explicit_problem.hpp"

int main(int argc, char** argv) {
  using namespace tessera;
  const auto read = [](const Config& config) { return apps::explicit_problem(find_equation(config)); };
  return apps::run(argc, argv, {"pde", "explicit partial differential equations on MPI ranks x threads", false, read});
}
