/// What all compiled contenders share, so that nothing but their calls of MPI differs.
#pragma once

#include <mpi.h>

/// One measurement; contenders.py has the same members.
struct Job {
  long repeats;
  long count;     // doubles sent, or intervals for pi
  long width;     // strided: doubles that lie side by side
  long pitch;     // strided: doubles from row to row
  double* data;   // sent and received
  double* other;  // the result of a reduction, or memory to pack into
};

/// Seconds for job.repeats rounds of `body`, begun by all ranks together.
template <class Body>
double seconds(const Job& job, const Body& body) {
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = MPI_Wtime();
  for (long i = 0; i < job.repeats; ++i) body();
  return MPI_Wtime() - start;
}

/// What a ping-pong does on this rank: ranks from 2 on look on.
struct PingPong {
  explicit PingPong(int rank) : plays(rank < 2), serves(rank == 0), peer(1 - rank) {}
  template <class Send, class Receive>
  void operator()(const Send& send, const Receive& receive) const {
    if (!plays) return;
    if (serves) send();
    receive();
    if (!serves) send();
  }
  bool plays;
  bool serves;
  int peer;
};

/// Listing 1 of the numba-mpi paper. Compiled once, for all: its speed depends on where its loop happens to lie.
double pi_part(long intervals, int rank, int size);
/// The check in the paper's listings 3 and 4.
bool is_pi(double value);

/// Given instead of seconds.
inline constexpr double wrong_result = -1;
