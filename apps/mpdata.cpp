#include "mpdata_problem.hpp"

int main(int argc, char** argv) {
  using namespace tessera;
  return apps::run(argc, argv, {"mpdata", "MPDATA advection on MPI ranks x threads", true, apps::mpdata_problem});
}
