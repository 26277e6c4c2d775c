// C++ made a library by the system's compiler, or taken from those made before.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace tessera::expressions {

/// What all processors of a run can do: of the levels of x86-64, as their psABI numbers them; 0 for other processors, where the compiler
/// is told nothing.
int processor_level();

/// Started when it is made; in another process, if there is something to do.
class Compilation {
 public:
  Compilation(const std::string& source, int level);
  ~Compilation();
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  struct Outcome {
    std::string library;  // its bytes; empty: none
    std::string what;     // "g++ 12.2.0, 0.2 s", "g++ 12.2.0, from /home/..", or why there is none
  };
  Outcome wait();

 private:
  void start(const std::string& source, int level);
  std::string first_lines_of_log() const;

  std::string why_not_;
  std::string compiler_;  // its name and version
  std::string key_;
  std::string entry_;   // the file of the cache; empty: there is no cache
  std::string folder_;  // a temporary one
  std::optional<std::string> found_;
  pid_t process_ = -1;
  double begun_ = 0;
};

}  // namespace tessera::expressions
