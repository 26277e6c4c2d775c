/// The threads of a rank.
#pragma once

#include <memory>

#include "tessera/core/function_ref.hpp"

namespace tessera {

/// A fixed number of threads that run phases: every phase is a parallel loop, its end a barrier.
class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Runs task(0) .. task(tasks - 1), statically shared out; returns when all are done. Tasks must not
  /// wait for each other: there may be fewer workers than tasks. The first exception is rethrown here.
  void run(int tasks, FunctionRef<void(int)> task);

 private:
  struct Workers;
  std::unique_ptr<Workers> workers_;
};

}  // namespace tessera
