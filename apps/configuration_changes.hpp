// The keys by which a configuration differs from the one that a checkpoint was written with.
#pragma once

#include <string>

#include "tessera/core/log.hpp"

namespace tessera::apps {

/// The value of a key in a text of Config::flat(); empty if it has none.
std::string value_of(const std::string& settings, const std::string& key);

/// Whether all keys that begin like this have the same values, and there are some.
bool same_keys(const std::string& before, const std::string& now, const std::string& beginning);

/// Tells which keys differ, and warns of those that change the solution, or that one might think do. `file`: the checkpoint;
/// `before`, `now`: Config::flat().
void tell_changes(const Log& log, const std::string& file, const std::string& before, const std::string& now);

}  // namespace tessera::apps
