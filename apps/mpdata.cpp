#include "tessera/solvers/mpdata.hpp"

#include "driver.hpp"

int main(int argc, char** argv) {
  using namespace tessera;
  const auto read = [](const Config& config) -> apps::Problem {
    const mpdata::Options options = mpdata::read_options(config);
    return {options.thinnest(), [options](const Config& c, Domain& domain, const Parameters& parameters) {
              return mpdata::make_solver(c, options, domain, parameters);
            }};
  };
  return apps::run(argc, argv, {"mpdata", "MPDATA advection on MPI ranks x threads", true, read});
}
