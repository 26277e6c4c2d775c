// Values of keys that may be missing, and are in no table of keys: of reference data.
#pragma once

#include "tessera/core/config.hpp"

namespace tessera::test {

inline double number_or(const Config& config, const char* key, double otherwise) {
  return config.has(key) ? config.at(key).number() : otherwise;
}
inline Index integer_or(const Config& config, const char* key, Index otherwise) {
  return config.has(key) ? config.at(key).integer() : otherwise;
}
inline bool flag_or(const Config& config, const char* key, bool otherwise) {
  return config.has(key) ? config.at(key).flag() : otherwise;
}

}  // namespace tessera::test
