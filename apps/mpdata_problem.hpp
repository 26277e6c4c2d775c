// MPDATA as a problem for the driver.
#pragma once

#include "driver.hpp"
#include "tessera/solvers/mpdata.hpp"

namespace tessera::apps {

inline Problem mpdata_problem(const Config& config) {
  const mpdata::Options options = mpdata::read_options(config);
  return {options.thinnest(), [options](const Config& c, Domain& domain, const Parameters& parameters) {
            return mpdata::make_solver(c, options, domain, parameters);
          }};
}

}  // namespace tessera::apps
