#include "tessera/core/team.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace tessera {

struct Team::Workers {
  explicit Workers(int threads)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)), arena(threads) {}

  tbb::global_control limit;  // as many as asked for, even on fewer cores
  tbb::task_arena arena;
};

Team::Team(int threads) : workers_(std::make_unique<Workers>(threads)) {}
Team::~Team() = default;

void Team::run(int tasks, FunctionRef<void(int)> task) {
  if (tasks == 1) return task(0);
  workers_->arena.execute([&] { tbb::parallel_for(0, tasks, task, tbb::static_partitioner()); });
}

}  // namespace tessera
