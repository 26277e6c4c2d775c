/// What the program says: once, for all ranks.
#pragma once

#include <string>

namespace tessera {

enum class Verbosity { quiet, normal, verbose };

/// Lines from rank 0; the other ranks' calls print nothing. Information goes to standard output,
/// warnings to standard error.
class Log {
 public:
  Log(bool speaks, Verbosity verbosity) : speaks_(speaks), verbosity_(verbosity) {}

  Verbosity verbosity() const { return verbosity_; }

  void info(const std::string& line) const;
  void detail(const std::string& line) const;
  void warn(const std::string& line) const;
  void error(const std::string& line) const;
  /// Information that the next line of any kind takes the place of: for terminals. It must fit into one line of it.
  void pass(const std::string& line) const;

 private:
  bool speaks_;
  Verbosity verbosity_;
};

}  // namespace tessera
