// The command line, the same for every app.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tessera/core/log.hpp"

namespace tessera::apps {

struct CommandLine {
  std::string config;
  std::vector<std::string> overrides;
  bool check = false;
  bool resume = false;
  std::string resume_file;  // empty: checkpoint.file
  Verbosity verbosity = Verbosity::normal;
};

/// What is to be printed instead of running, and with which exit code.
struct Answer {
  std::string text;
  int exit_code;
};

/// Parses; an Answer instead for --help, --version and mistakes.
std::optional<Answer> parse(int argc, char** argv, const std::string& name, const std::string& description,
                            CommandLine& result);

/// Program, commit, MPI, HDF5, compiler and flags, a line each.
std::string version(const std::string& name);
/// "0.1.0 (commit)".
std::string short_version();

}  // namespace tessera::apps
