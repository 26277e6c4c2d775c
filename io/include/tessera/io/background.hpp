/// A thread that writes while the run computes.
#pragma once

#include <functional>

namespace tessera::io {

/// HDF5 takes one thread at a time. So there is one background thread for all outputs, which runs their jobs one after the
/// other, and everything else in this folder that calls HDF5 waits first until it has nothing left to do. Jobs must be the
/// same, in the same order, on all ranks; each communicates on a communicator that nobody else uses, and fails, if it does, on
/// all ranks alike (RunError). After a failure no further job is run.

/// Runs `job` after those before it, without waiting for it.
void run_in_background(std::function<void()> job);

/// Waits until all jobs are done. Not collective: other ranks' jobs go on in their own threads meanwhile.
void finish_background();

/// Whether a job has failed so far. Ranks may learn of it at different times.
bool background_failed();

/// After finish_background(), on all ranks alike: throws what a job threw, once.
void rethrow_background();

}  // namespace tessera::io
