#include "tessera/core/log.hpp"

#include <unistd.h>

#include <cstdio>

namespace tessera {
namespace {

bool terminal() {
  static const bool is = isatty(STDOUT_FILENO) == 1;
  return is;
}

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

void Log::progress(const std::string& line) const {
  if (!speaks_ || verbosity_ < Verbosity::normal) return;
  if (terminal()) {
    std::printf("\r\033[K%s", line.c_str());
    std::fflush(stdout);
  } else {
    print(stdout, line);
  }
}

void Log::end_progress() const {
  if (speaks_ && verbosity_ >= Verbosity::normal && terminal()) print(stdout, "");
}

}  // namespace tessera
