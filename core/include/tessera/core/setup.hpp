/// From the configuration's sections `grid` and `layout` to a domain.
#pragma once

#include "tessera/core/boundary.hpp"
#include "tessera/core/config.hpp"
#include "tessera/core/domain.hpp"
#include "tessera/core/machine.hpp"

namespace tessera {

/// grid.shape, grid.bounds (default: unit cells from 0), grid.boundary as far as it says what is periodic.
Grid read_grid(const Config& config, bool periodic_by_default);

/// layout.ranks, layout.threads, checked against the number of ranks and the solver's `reach`, before
/// anything is allocated. Without layout.threads: one, in a Slurm job as many as a task has CPUs, with `layout: auto` the rank's share
/// of the node's cores.
Layout read_layout(const Config& config, const Grid& grid, int rank_count, const Machine& machine, Index reach);

/// The key `precision`: single or double (the default).
Precision read_precision(const Config& config);

/// Refuses fields that need more memory than a rank may have: at once if two of them do, later as more are made (ConfigError).
/// Collective, because nodes may differ.
void limit_memory(const Config& config, Domain& domain, const Machine& machine);

/// layout.messages (auto, multiple, funneled), layout.exchange (auto, pass), layout.wait (auto, spin, yield).
/// Collective. Warns where the MPI gives no MPI_THREAD_MULTIPLE, and where there are more threads
/// than cores, or fewer than Slurm's CPUs of a task because blocks would be too thin.
ExchangeOptions read_exchange(const Config& config, const Layout& layout, const Machine& machine,
                              const comm::WaitingCommunicator& communicator, comm::ThreadLevel level, const Log& log);

/// layout.sweep (streamed, plain), layout.overlap, layout.steps_at_once, layout.cache (KiB; the processor's if not given).
SweepOptions read_sweep(const Config& config);

}  // namespace tessera
