// --list: what may be written into a configuration, from the tables that the program reads it with.
#pragma once

#include <string>

namespace tessera::apps {

/// "equations", "steppers", "boundaries", "keys", a key or a section; all but the keys if empty. An entry a line, or in lines of
/// `width` columns. Throws ConfigError, with the nearest that there is.
std::string list(const std::string& what, int width);

}  // namespace tessera::apps
