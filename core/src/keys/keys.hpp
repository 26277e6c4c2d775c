// The parts of the table of keys, in the order of docs/config.md.
#pragma once

#include <vector>

#include "tessera/core/config_keys.hpp"

namespace tessera {

std::vector<ConfigKey> grid_keys();      // precision, grid, layout, parameters, initial
std::vector<ConfigKey> mpdata_keys();    // mpdata
std::vector<ConfigKey> equation_keys();  // equation, equations and what goes with them
std::vector<ConfigKey> time_keys();      // time
std::vector<ConfigKey> output_keys();    // output, checkpoint, history, log

}  // namespace tessera
