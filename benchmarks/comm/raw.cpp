// MPI as one calls it from C by hand. Compiled twice, as raw_... and as again_...: how far the second is from the first
// says how well anything can be told apart.
#include "loop.hpp"

#ifndef COPY
#define COPY raw
#endif
#define JOIN(copy, name) copy##_##name
#define NAME(copy, name) JOIN(copy, name)
#define CONTENDER(name) extern "C" __attribute__((visibility("default"))) double NAME(COPY, name)(const Job* job)

namespace {

int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

void send(const void* data, long count, MPI_Datatype type, int peer) {
  MPI_Send(data, static_cast<int>(count), type, peer, 0, MPI_COMM_WORLD);
}

void receive(void* data, long count, MPI_Datatype type, int peer) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // MPI_STATUS_IGNORE in MPICH's header
  MPI_Recv(data, static_cast<int>(count), type, peer, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
#pragma GCC diagnostic pop
}

}  // namespace

CONTENDER(pi) {
  const int rank = world_rank();
  int size = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  bool right = true;
  const double time = seconds(*job, [&] {
    const double part = pi_part(job->count, rank, size);
    double pi = 0;
    MPI_Allreduce(&part, &pi, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    right &= is_pi(pi);
  });
  return right ? time : wrong_result;
}

CONTENDER(pingpong) {
  const PingPong play(world_rank());
  return seconds(*job, [&] {
    play([&] { send(job->data, job->count, MPI_DOUBLE, play.peer); },
         [&] { receive(job->data, job->count, MPI_DOUBLE, play.peer); });
  });
}

CONTENDER(allreduce) {
  return seconds(*job, [&] {
    MPI_Allreduce(job->data, job->other, static_cast<int>(job->count), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  });
}

/// A column, or several side by side, by way of memory that is kept between messages.
CONTENDER(packed) {
  const PingPong play(world_rank());
  double* const column = job->data;
  double* const kept = job->other;
  const long pitch = job->pitch;
  const long count = job->count;
  if (job->width == 1) {
    return seconds(*job, [=] {
      play(
          [=] {
            for (long i = 0; i < count; ++i) kept[i] = column[i * pitch];
            send(kept, count, MPI_DOUBLE, play.peer);
          },
          [=] {
            receive(kept, count, MPI_DOUBLE, play.peer);
            for (long i = 0; i < count; ++i) column[i * pitch] = kept[i];
          });
    });
  }
  const long width = job->width;
  const long rows = count / width;
  return seconds(*job, [=] {
    play(
        [=] {
          for (long i = 0; i < rows; ++i) {
            for (long j = 0; j < width; ++j) kept[i * width + j] = column[i * pitch + j];
          }
          send(kept, count, MPI_DOUBLE, play.peer);
        },
        [=] {
          receive(kept, count, MPI_DOUBLE, play.peer);
          for (long i = 0; i < rows; ++i) {
            for (long j = 0; j < width; ++j) column[i * pitch + j] = kept[i * width + j];
          }
        });
  });
}

/// The same by a data type that is kept.
CONTENDER(vector) {
  const PingPong play(world_rank());
  MPI_Datatype column = MPI_DATATYPE_NULL;
  MPI_Type_vector(static_cast<int>(job->count / job->width), static_cast<int>(job->width), static_cast<int>(job->pitch),
                  MPI_DOUBLE, &column);
  MPI_Type_commit(&column);
  const double time = seconds(*job, [&] {
    play([&] { send(job->data, 1, column, play.peer); }, [&] { receive(job->data, 1, column, play.peer); });
  });
  MPI_Type_free(&column);
  return time;
}
