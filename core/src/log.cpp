#include "tessera/core/log.hpp"

#include <cstdio>
#include <mutex>

namespace tessera {
namespace {

std::mutex printing;
bool passing_line = false;  // stands on the terminal, where the next thing to be said takes its place

constexpr const char* erase = "\r\x1b[K";

void take_back() {
  if (!passing_line) return;
  std::fputs(erase, stdout);
  std::fflush(stdout);
  passing_line = false;
}

void print(std::FILE* file, const std::string& line) {
  const std::lock_guard lock(printing);
  take_back();
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

void Log::error(const std::string& line) const {
  if (speaks_) print(stderr, "error: " + line);
}

void Log::pass(const std::string& line) const {
  if (!speaks_ || verbosity_ < Verbosity::normal) return;
  const std::lock_guard lock(printing);
  std::fprintf(stdout, "%s%s", erase, line.c_str());
  std::fflush(stdout);
  passing_line = true;
}

}  // namespace tessera
