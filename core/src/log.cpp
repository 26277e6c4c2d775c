#include "tessera/core/log.hpp"

#include <cstdio>

namespace tessera {
namespace {

void print(std::FILE* file, const std::string& line) {
  std::fprintf(file, "%s\n", line.c_str());
  std::fflush(file);
}

}  // namespace

void Log::info(const std::string& line) const {
  if (speaks_ && verbosity_ >= Verbosity::normal) print(stdout, line);
}

void Log::detail(const std::string& line) const {
  if (speaks_ && verbosity_ >= Verbosity::verbose) print(stdout, line);
}

void Log::warn(const std::string& line) const {
  if (speaks_) print(stderr, "warning: " + line);
}

}  // namespace tessera
