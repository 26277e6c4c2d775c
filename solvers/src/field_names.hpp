// Names of fields that the configuration chooses.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tessera/core/expression.hpp"

namespace tessera {

/// The keys of the section `initial`. Throws ConfigError where there is none, or one that cannot name a field in expressions and in
/// the output. `taken`: further names that a solver needs, and what for.
std::vector<std::string> read_field_names(const Config& initial, const Parameters& parameters,
                                          std::map<std::string, std::string> taken = {});

}  // namespace tessera
