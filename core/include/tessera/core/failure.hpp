/// The two kinds of failure that all ranks learn of together.
#pragma once

#include <stdexcept>

namespace tessera {

/// A wrong configuration or command line: exit code 2. Thrown on every rank alike.
class ConfigError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A failure while running (not a number, a disk that is full): exit code 1. Thrown on every rank alike.
class RunError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace tessera
