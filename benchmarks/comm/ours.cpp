// The same with tessera::comm, as its users write it.
#include <span>

#include "loop.hpp"
#include "tessera/comm/eigen.hpp"
#include "tessera/comm/functions.hpp"
#include "tessera/comm/staging.hpp"

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace comm = tessera::comm;

namespace {

std::span<double> elements(double* data, const Job* job) { return {data, static_cast<std::size_t>(job->count)}; }

double column(const Job* job) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Padded = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;
  Padded matrix(job->data, job->count / job->width, job->pitch, Eigen::OuterStride<>(job->pitch));
  const PingPong play(comm::rank());
  return seconds(*job, [&] {
    if (job->width == 1) {
      play([&] { comm::send(matrix.col(0), play.peer); }, [&] { comm::recv(matrix.col(0), play.peer, 0); });
    } else {
      play([&] { comm::send(matrix.leftCols(job->width), play.peer); },
           [&] { comm::recv(matrix.leftCols(job->width), play.peer, 0); });
    }
  });
}

double forced(comm::Strided how, const Job* job) {
  comm::set_strided(how);
  const double time = column(job);
  comm::set_strided(comm::Strided::automatic);
  return time;
}

}  // namespace

/// Joins the MPI that Python has begun.
EXPORT void ours_begin() {
  int argc = 0;
  char** argv = nullptr;
  static const comm::Environment environment(argc, argv);
}

EXPORT const char* ours_mpi() { return comm::library_version(); }

EXPORT double ours_pi(const Job* job) {
  bool right = true;
  const double time = seconds(*job, [&] {
    const double part = pi_part(job->count, comm::rank(), comm::size());
    right &= is_pi(comm::allreduce(part));
  });
  return right ? time : wrong_result;
}

EXPORT double ours_pingpong(const Job* job) {
  const PingPong play(comm::rank());
  return seconds(*job, [&] {
    play([&] { comm::send(elements(job->data, job), play.peer); },
         [&] { comm::recv(elements(job->data, job), play.peer, 0); });
  });
}

EXPORT double ours_allreduce(const Job* job) {
  return seconds(*job, [&] { comm::allreduce(elements(job->data, job), elements(job->other, job)); });
}

EXPORT double ours_column(const Job* job) { return column(job); }
EXPORT double ours_column_packed(const Job* job) { return forced(comm::Strided::packed, job); }
EXPORT double ours_column_datatype(const Job* job) { return forced(comm::Strided::datatype, job); }
