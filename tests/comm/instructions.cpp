// Pairs of functions: wrapped_x calls the library, raw_x calls MPI as a careful author does, who checks what comes back
// and sizes that are not known before. test_instructions.py compares their instructions. They must be the same, but for
// pairs as_many_x, whose checks compilers put in different places, so that only their number can be compared, and pairs
// unlike_x, which show that the test would notice.
#include <climits>

#include "tessera/comm/eigen.hpp"
#include "tessera/comm/functions.hpp"

// MPI's constants are old-style casts.
#pragma GCC diagnostic ignored "-Wold-style-cast"

namespace comm = tessera::comm;
using comm::Communicator;
using Eight = std::array<double, 8>;
using Eigen::Vector4d;
using Span = std::span<double>;
using ConstSpan = std::span<const double>;

namespace {

void must(int code, const char* call) {
  if (code != MPI_SUCCESS) [[unlikely]]
    comm::throw_error(call, code);
}

int narrowed(std::size_t count, const char* call) {
  if (count > INT_MAX) [[unlikely]]
    comm::detail::throw_too_many(count, call);
  return static_cast<int>(count);
}

void must_be_parts(int whole, int part, int ranks, const char* call) {
  const auto needed = static_cast<long long>(part) * ranks;
  if (whole != needed) [[unlikely]]
    comm::detail::throw_parts(call, whole, part, ranks);
}

int divided(int whole, int ranks, const char* call) {
  if (whole % ranks != 0) [[unlikely]]
    comm::detail::throw_parts(call, whole, whole / ranks, ranks);
  return whole / ranks;
}

}  // namespace

extern "C" {

// --- messages

void wrapped_send(const Communicator& c, const Eight& x, int destination) { c.send(x, destination); }
void raw_send(const Communicator& c, const Eight& x, int destination) {
  must(MPI_Send(x.data(), 8, MPI_DOUBLE, destination, 0, c.native()), "MPI_Send");
}

void wrapped_send_tagged(const Communicator& c, const Eight& x, int destination, int tag) {
  c.send(x, destination, tag);
}
void raw_send_tagged(const Communicator& c, const Eight& x, int destination, int tag) {
  must(MPI_Send(x.data(), 8, MPI_DOUBLE, destination, tag, c.native()), "MPI_Send");
}

void wrapped_send_scalar(const Communicator& c, const int& x, int destination) { c.send(x, destination); }
void raw_send_scalar(const Communicator& c, const int& x, int destination) {
  must(MPI_Send(&x, 1, MPI_INT32_T, destination, 0, c.native()), "MPI_Send");
}

void wrapped_send_span(const Communicator& c, ConstSpan x, int destination) { c.send(x, destination); }
void raw_send_span(const Communicator& c, ConstSpan x, int destination) {
  const int count = narrowed(x.size(), "MPI_Send");
  must(MPI_Send(x.data(), count, MPI_DOUBLE, destination, 0, c.native()), "MPI_Send");
}

void wrapped_send_vector(const Communicator& c, const std::vector<float>& x, int destination) {
  c.send(x, destination);
}
void raw_send_vector(const Communicator& c, const std::vector<float>& x, int destination) {
  const int count = narrowed(x.size(), "MPI_Send");
  must(MPI_Send(x.data(), count, MPI_FLOAT, destination, 0, c.native()), "MPI_Send");
}

void wrapped_send_eigen(const Communicator& c, const Vector4d& x, int destination) { c.send(x, destination); }
void raw_send_eigen(const Communicator& c, const Vector4d& x, int destination) {
  must(MPI_Send(x.data(), 4, MPI_DOUBLE, destination, 0, c.native()), "MPI_Send");
}

void wrapped_send_matrix(const Communicator& c, const Eigen::MatrixXd& x, int destination) { c.send(x, destination); }
void raw_send_matrix(const Communicator& c, const Eigen::MatrixXd& x, int destination) {
  const double* data = x.data();
  const int count = narrowed(static_cast<std::size_t>(x.cols() * x.rows()), "MPI_Send");
  must(MPI_Send(data, count, MPI_DOUBLE, destination, 0, c.native()), "MPI_Send");
}

void wrapped_send_complex(const Communicator& c, const std::complex<double>& x, int destination) {
  c.send(x, destination);
}
void raw_send_complex(const Communicator& c, const std::complex<double>& x, int destination) {
  must(MPI_Send(&x, 1, MPI_CXX_DOUBLE_COMPLEX, destination, 0, c.native()), "MPI_Send");
}

void wrapped_ssend(const Communicator& c, const Eight& x, int destination) { c.ssend(x, destination); }
void raw_ssend(const Communicator& c, const Eight& x, int destination) {
  must(MPI_Ssend(x.data(), 8, MPI_DOUBLE, destination, 0, c.native()), "MPI_Ssend");
}

void wrapped_recv(const Communicator& c, Eight& x, int source, int tag) { c.recv(x, source, tag); }
void raw_recv(const Communicator& c, Eight& x, int source, int tag) {
  must(MPI_Recv(x.data(), 8, MPI_DOUBLE, source, tag, c.native(), MPI_STATUS_IGNORE), "MPI_Recv");
}

void wrapped_recv_any(const Communicator& c, double& x) { c.recv(x); }
void raw_recv_any(const Communicator& c, double& x) {
  must(MPI_Recv(&x, 1, MPI_DOUBLE, MPI_ANY_SOURCE, MPI_ANY_TAG, c.native(), MPI_STATUS_IGNORE), "MPI_Recv");
}

void wrapped_recv_span(const Communicator& c, Span x, int source) { c.recv(x, source); }
void raw_recv_span(const Communicator& c, Span x, int source) {
  const int count = narrowed(x.size(), "MPI_Recv");
  must(MPI_Recv(x.data(), count, MPI_DOUBLE, source, MPI_ANY_TAG, c.native(), MPI_STATUS_IGNORE), "MPI_Recv");
}

void wrapped_recv_status(const Communicator& c, Vector4d& x, int source, int tag, comm::Status& status) {
  c.recv(x, source, tag, status);
}
void raw_recv_status(const Communicator& c, Vector4d& x, int source, int tag, comm::Status& status) {
  must(MPI_Recv(x.data(), 4, MPI_DOUBLE, source, tag, c.native(), &status.native()), "MPI_Recv");
}

void wrapped_sendrecv(const Communicator& c, const Eight& x, int destination, Eight& y, int source) {
  c.sendrecv(x, destination, y, source);
}
void raw_sendrecv(const Communicator& c, const Eight& x, int destination, Eight& y, int source) {
  must(MPI_Sendrecv(x.data(), 8, MPI_DOUBLE, destination, 0, y.data(), 8, MPI_DOUBLE, source, MPI_ANY_TAG, c.native(),
                    MPI_STATUS_IGNORE),
       "MPI_Sendrecv");
}

void wrapped_sendrecv_span(const Communicator& c, ConstSpan x, Span y, int peer) { c.sendrecv(x, peer, y, peer); }
void raw_sendrecv_span(const Communicator& c, ConstSpan x, Span y, int peer) {
  const int sent = narrowed(x.size(), "MPI_Sendrecv");
  const int received = narrowed(y.size(), "MPI_Sendrecv");
  must(MPI_Sendrecv(x.data(), sent, MPI_DOUBLE, peer, 0, y.data(), received, MPI_DOUBLE, peer, MPI_ANY_TAG, c.native(),
                    MPI_STATUS_IGNORE),
       "MPI_Sendrecv");
}

void wrapped_sendrecv_status(const Communicator& c, const Eight& x, int peer, Eight& y, comm::Status& status) {
  c.sendrecv(x, peer, y, peer, 3, 4, status);
}
void raw_sendrecv_status(const Communicator& c, const Eight& x, int peer, Eight& y, comm::Status& status) {
  must(MPI_Sendrecv(x.data(), 8, MPI_DOUBLE, peer, 3, y.data(), 8, MPI_DOUBLE, peer, 4, c.native(), &status.native()),
       "MPI_Sendrecv");
}

void wrapped_sendrecv_replace(const Communicator& c, Eight& x, int peer) { c.sendrecv_replace(x, peer, peer); }
void raw_sendrecv_replace(const Communicator& c, Eight& x, int peer) {
  must(MPI_Sendrecv_replace(x.data(), 8, MPI_DOUBLE, peer, 0, peer, MPI_ANY_TAG, c.native(), MPI_STATUS_IGNORE),
       "MPI_Sendrecv_replace");
}

void wrapped_free_send(const Eight& x, int destination) { comm::send(x, destination); }
void raw_free_send(const Eight& x, int destination) {
  must(MPI_Send(x.data(), 8, MPI_DOUBLE, destination, 0, comm::world().native()), "MPI_Send");
}

void wrapped_free_recv(Eight& x, int source) { comm::recv(x, source); }
void raw_free_recv(Eight& x, int source) {
  must(MPI_Recv(x.data(), 8, MPI_DOUBLE, source, MPI_ANY_TAG, comm::world().native(), MPI_STATUS_IGNORE), "MPI_Recv");
}

// --- collective calls

void wrapped_barrier(const Communicator& c) { c.barrier(); }
void raw_barrier(const Communicator& c) { must(MPI_Barrier(c.native()), "MPI_Barrier"); }

void wrapped_free_barrier() { comm::barrier(); }
void raw_free_barrier() { must(MPI_Barrier(comm::world().native()), "MPI_Barrier"); }

void wrapped_bcast(const Communicator& c, Eight& x, int root) { c.bcast(x, root); }
void raw_bcast(const Communicator& c, Eight& x, int root) {
  must(MPI_Bcast(x.data(), 8, MPI_DOUBLE, root, c.native()), "MPI_Bcast");
}

void wrapped_bcast_scalar(const Communicator& c, long& x) { c.bcast(x); }
void raw_bcast_scalar(const Communicator& c, long& x) {
  must(MPI_Bcast(&x, 1, MPI_INT64_T, 0, c.native()), "MPI_Bcast");
}

void wrapped_bcast_span(const Communicator& c, Span x, int root) { c.bcast(x, root); }
void raw_bcast_span(const Communicator& c, Span x, int root) {
  const int count = narrowed(x.size(), "MPI_Bcast");
  must(MPI_Bcast(x.data(), count, MPI_DOUBLE, root, c.native()), "MPI_Bcast");
}

void wrapped_free_bcast(Eight& x) { comm::bcast(x); }
void raw_free_bcast(Eight& x) { must(MPI_Bcast(x.data(), 8, MPI_DOUBLE, 0, comm::world().native()), "MPI_Bcast"); }

void wrapped_gather(const Communicator& c, const Eight& x, Span all, int root) { c.gather(x, all, root); }
void raw_gather(const Communicator& c, const Eight& x, Span all, int root) {
  const bool at_root = c.rank() == root;
  const int whole = narrowed(all.size(), "MPI_Gather");
  if (at_root) must_be_parts(whole, 8, c.size(), "MPI_Gather");
  must(MPI_Gather(x.data(), 8, MPI_DOUBLE, all.data(), 8, MPI_DOUBLE, root, c.native()), "MPI_Gather");
}

void wrapped_scatter(const Communicator& c, ConstSpan all, Eight& x, int root) { c.scatter(all, x, root); }
void raw_scatter(const Communicator& c, ConstSpan all, Eight& x, int root) {
  const bool at_root = c.rank() == root;
  const int whole = narrowed(all.size(), "MPI_Scatter");
  if (at_root) must_be_parts(whole, 8, c.size(), "MPI_Scatter");
  must(MPI_Scatter(all.data(), 8, MPI_DOUBLE, x.data(), 8, MPI_DOUBLE, root, c.native()), "MPI_Scatter");
}

void wrapped_allgather(const Communicator& c, const Eight& x, Span all) { c.allgather(x, all); }
void raw_allgather(const Communicator& c, const Eight& x, Span all) {
  const int whole = narrowed(all.size(), "MPI_Allgather");
  must_be_parts(whole, 8, c.size(), "MPI_Allgather");
  must(MPI_Allgather(x.data(), 8, MPI_DOUBLE, all.data(), 8, MPI_DOUBLE, c.native()), "MPI_Allgather");
}

void wrapped_alltoall(const Communicator& c, const Eight& x, Eight& y) { c.alltoall(x, y); }
void raw_alltoall(const Communicator& c, const Eight& x, Eight& y) {
  const int part = divided(8, c.size(), "MPI_Alltoall");
  must(MPI_Alltoall(x.data(), part, MPI_DOUBLE, y.data(), part, MPI_DOUBLE, c.native()), "MPI_Alltoall");
}

// --- reductions

void wrapped_allreduce(const Communicator& c, const Eight& x, Eight& y) { c.allreduce(x, y); }
void raw_allreduce(const Communicator& c, const Eight& x, Eight& y) {
  must(MPI_Allreduce(x.data(), y.data(), 8, MPI_DOUBLE, MPI_SUM, c.native()), "MPI_Allreduce");
}

void wrapped_allreduce_in_place(const Communicator& c, Eight& x) {
  c.allreduce(comm::in_place, x, comm::Operator::max);
}
void raw_allreduce_in_place(const Communicator& c, Eight& x) {
  must(MPI_Allreduce(MPI_IN_PLACE, x.data(), 8, MPI_DOUBLE, MPI_MAX, c.native()), "MPI_Allreduce");
}

double wrapped_allreduce_value(const Communicator& c, double x) { return c.allreduce(x, comm::Operator::min); }
double raw_allreduce_value(const Communicator& c, double x) {
  double result = x;
  must(MPI_Allreduce(&x, &result, 1, MPI_DOUBLE, MPI_MIN, c.native()), "MPI_Allreduce");
  return result;
}

double wrapped_free_allreduce(double x) { return comm::allreduce(x); }
double raw_free_allreduce(double x) {
  double result = x;
  must(MPI_Allreduce(&x, &result, 1, MPI_DOUBLE, MPI_SUM, comm::world().native()), "MPI_Allreduce");
  return result;
}

void wrapped_reduce(const Communicator& c, const Eight& x, Eight& y, int root) {
  c.reduce(x, y, comm::Operator::sum, root);
}
void raw_reduce(const Communicator& c, const Eight& x, Eight& y, int root) {
  must(MPI_Reduce(x.data(), y.data(), 8, MPI_DOUBLE, MPI_SUM, root, c.native()), "MPI_Reduce");
}

void wrapped_scan(const Communicator& c, const Vector4d& x, Vector4d& y) { c.scan(x, y); }
void raw_scan(const Communicator& c, const Vector4d& x, Vector4d& y) {
  must(MPI_Scan(x.data(), y.data(), 4, MPI_DOUBLE, MPI_SUM, c.native()), "MPI_Scan");
}

void wrapped_exscan(const Communicator& c, const Eight& x, Eight& y) { c.exscan(x, y); }
void raw_exscan(const Communicator& c, const Eight& x, Eight& y) {
  must(MPI_Exscan(x.data(), y.data(), 8, MPI_DOUBLE, MPI_SUM, c.native()), "MPI_Exscan");
}

// --- two sizes that are known at run time only: as many instructions

void wrapped_as_many_allreduce_span(const Communicator& c, ConstSpan x, Span y) { c.allreduce(x, y); }
void raw_as_many_allreduce_span(const Communicator& c, ConstSpan x, Span y) {
  const int count = narrowed(x.size(), "MPI_Allreduce");
  const int received = narrowed(y.size(), "MPI_Allreduce");
  if (count != received) [[unlikely]]
    comm::detail::throw_unequal("MPI_Allreduce", count, received);
  must(MPI_Allreduce(x.data(), y.data(), count, MPI_DOUBLE, MPI_SUM, c.native()), "MPI_Allreduce");
}

void wrapped_as_many_gather_span(const Communicator& c, ConstSpan x, Span all) { c.gather(x, all); }
void raw_as_many_gather_span(const Communicator& c, ConstSpan x, Span all) {
  const bool at_root = c.rank() == 0;
  const int part = narrowed(x.size(), "MPI_Gather");
  const int whole = narrowed(all.size(), "MPI_Gather");
  if (at_root) must_be_parts(whole, part, c.size(), "MPI_Gather");
  must(MPI_Gather(x.data(), part, MPI_DOUBLE, all.data(), part, MPI_DOUBLE, 0, c.native()), "MPI_Gather");
}

// --- pairs that differ

void wrapped_unlike_unchecked(const Communicator& c, const Eight& x, int destination) { c.send(x, destination); }
void raw_unlike_unchecked(const Communicator& c, const Eight& x, int destination) {
  MPI_Send(x.data(), 8, MPI_DOUBLE, destination, 0, c.native());
}

void wrapped_unlike_tag(const Communicator& c, const Eight& x, int destination) { c.send(x, destination); }
void raw_unlike_tag(const Communicator& c, const Eight& x, int destination) {
  must(MPI_Send(x.data(), 8, MPI_DOUBLE, destination, 1, c.native()), "MPI_Send");
}

void wrapped_unlike_call(const Communicator& c, const Eight& x, int destination) { c.send(x, destination); }
void raw_unlike_call(const Communicator& c, const Eight& x, int destination) {
  must(MPI_Ssend(x.data(), 8, MPI_DOUBLE, destination, 0, c.native()), "MPI_Send");
}

void wrapped_unlike_text(const Communicator& c, const Eight& x, int destination) { c.send(x, destination); }
void raw_unlike_text(const Communicator& c, const Eight& x, int destination) {
  must(MPI_Send(x.data(), 8, MPI_DOUBLE, destination, 0, c.native()), "MPI_Ssend");
}

void wrapped_unlike_jump(const Communicator& c, const Eight& x, int destination) { c.send(x, destination); }
void raw_unlike_jump(const Communicator& c, const Eight& x, int destination) {
  const int code = MPI_Send(x.data(), 8, MPI_DOUBLE, destination, 0, c.native());
  if (code == MPI_ERR_OTHER) [[unlikely]]
    comm::throw_error("MPI_Send", code);
}

}  // extern "C"
