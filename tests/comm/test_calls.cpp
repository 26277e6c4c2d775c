// Every wrapper makes exactly one communicating MPI call, counted through MPI's profiling interface.
#include <functional>
#include <map>

#include "samples.hpp"

using namespace samples;
using comm::WaitPolicy;

namespace {

std::map<std::string, int> calls;

/// What f called, without the calls that only ask or wait.
std::map<std::string, int> calls_of(const std::function<void()>& f) {
  calls.clear();
  f();
  return calls;
}

}  // namespace

// MPI's functions may be replaced by ones that go on to the same function with a P (MPI standard 3.1, section 14.2).
// clang-format off
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
#define COUNTED(name, parameters, arguments)          \
  extern "C" int MPI_##name parameters {              \
    ++calls[#name];                                   \
    return PMPI_##name arguments;                     \
  }
using T = MPI_Datatype;
using C = MPI_Comm;
using Q = MPI_Request*;
using S = MPI_Status*;
COUNTED(Send, (const void* b, int n, T t, int d, int g, C c), (b, n, t, d, g, c))
COUNTED(Ssend, (const void* b, int n, T t, int d, int g, C c), (b, n, t, d, g, c))
COUNTED(Recv, (void* b, int n, T t, int d, int g, C c, S s), (b, n, t, d, g, c, s))
COUNTED(Mrecv, (void* b, int n, T t, MPI_Message* m, S s), (b, n, t, m, s))
COUNTED(Isend, (const void* b, int n, T t, int d, int g, C c, Q q), (b, n, t, d, g, c, q))
COUNTED(Issend, (const void* b, int n, T t, int d, int g, C c, Q q), (b, n, t, d, g, c, q))
COUNTED(Irecv, (void* b, int n, T t, int d, int g, C c, Q q), (b, n, t, d, g, c, q))
COUNTED(Sendrecv, (const void* b, int n, T t, int d, int g, void* r, int m, T u, int e, int h, C c, S s),
        (b, n, t, d, g, r, m, u, e, h, c, s))
COUNTED(Sendrecv_replace, (void* b, int n, T t, int d, int g, int e, int h, C c, S s), (b, n, t, d, g, e, h, c, s))
COUNTED(Start, (Q q), (q))
COUNTED(Bcast, (void* b, int n, T t, int r, C c), (b, n, t, r, c))
COUNTED(Barrier, (C c), (c))
COUNTED(Scatter, (const void* b, int n, T t, void* r, int m, T u, int o, C c), (b, n, t, r, m, u, o, c))
COUNTED(Gather, (const void* b, int n, T t, void* r, int m, T u, int o, C c), (b, n, t, r, m, u, o, c))
COUNTED(Allgather, (const void* b, int n, T t, void* r, int m, T u, C c), (b, n, t, r, m, u, c))
COUNTED(Alltoall, (const void* b, int n, T t, void* r, int m, T u, C c), (b, n, t, r, m, u, c))
COUNTED(Scatterv, (const void* b, const int* n, const int* d, T t, void* r, int m, T u, int o, C c),
        (b, n, d, t, r, m, u, o, c))
COUNTED(Gatherv, (const void* b, int n, T t, void* r, const int* m, const int* d, T u, int o, C c),
        (b, n, t, r, m, d, u, o, c))
COUNTED(Allgatherv, (const void* b, int n, T t, void* r, const int* m, const int* d, T u, C c), (b, n, t, r, m, d, u, c))
COUNTED(Alltoallv, (const void* b, const int* n, const int* e, T t, void* r, const int* m, const int* d, T u, C c),
        (b, n, e, t, r, m, d, u, c))
COUNTED(Reduce, (const void* b, void* r, int n, T t, MPI_Op o, int k, C c), (b, r, n, t, o, k, c))
COUNTED(Allreduce, (const void* b, void* r, int n, T t, MPI_Op o, C c), (b, r, n, t, o, c))
COUNTED(Scan, (const void* b, void* r, int n, T t, MPI_Op o, C c), (b, r, n, t, o, c))
COUNTED(Exscan, (const void* b, void* r, int n, T t, MPI_Op o, C c), (b, r, n, t, o, c))
COUNTED(Ibarrier, (C c, Q q), (c, q))
COUNTED(Ibcast, (void* b, int n, T t, int r, C c, Q q), (b, n, t, r, c, q))
COUNTED(Igather, (const void* b, int n, T t, void* r, int m, T u, int o, C c, Q q), (b, n, t, r, m, u, o, c, q))
COUNTED(Iscatter, (const void* b, int n, T t, void* r, int m, T u, int o, C c, Q q), (b, n, t, r, m, u, o, c, q))
COUNTED(Iallgather, (const void* b, int n, T t, void* r, int m, T u, C c, Q q), (b, n, t, r, m, u, c, q))
COUNTED(Ialltoall, (const void* b, int n, T t, void* r, int m, T u, C c, Q q), (b, n, t, r, m, u, c, q))
COUNTED(Ireduce, (const void* b, void* r, int n, T t, MPI_Op o, int k, C c, Q q), (b, r, n, t, o, k, c, q))
COUNTED(Iallreduce, (const void* b, void* r, int n, T t, MPI_Op o, C c, Q q), (b, r, n, t, o, c, q))
COUNTED(Iscan, (const void* b, void* r, int n, T t, MPI_Op o, C c, Q q), (b, r, n, t, o, c, q))
COUNTED(Iexscan, (const void* b, void* r, int n, T t, MPI_Op o, C c, Q q), (b, r, n, t, o, c, q))
COUNTED(Probe, (int r, int g, C c, S s), (r, g, c, s))
COUNTED(Iprobe, (int r, int g, C c, int* f, S s), (r, g, c, f, s))
COUNTED(Mprobe, (int r, int g, C c, MPI_Message* m, S s), (r, g, c, m, s))
COUNTED(Pack, (const void* b, int n, T t, void* o, int m, int* p, C c), (b, n, t, o, m, p, c))
COUNTED(Comm_rank, (C c, int* r), (c, r))
COUNTED(Comm_size, (C c, int* n), (c, n))
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
// clang-format on

namespace {

const int me = 0;  // the tests talk to themselves, on MPI_COMM_SELF
using Calls = std::map<std::string, int>;

template <class Kind>
void check_calls() {
  const comm::Communicator& self = comm::self();
  const Sample<double, Kind> out(12, 1);
  Sample<double, Kind> in(12);
  const auto only = [&](const char* name, const std::function<void()>& f) { CHECK(calls_of(f) == Calls{{name, 1}}); };
  comm::Request request;
  int arrived = 0;

  only("Irecv", [&] { request = self.irecv(in.view(), me); });
  only("Send", [&] { self.send(out.view(), me); });
  request.wait();
  request = self.irecv(in.view(), me);
  only("Ssend", [&] { self.ssend(out.view(), me); });
  request.wait();
  only("Isend", [&] { request = self.isend(out.view(), me); });
  only("Recv", [&] { self.recv(in.view(), me); });
  request.wait();
  only("Issend", [&] { request = self.issend(out.view(), me); });
  only("Probe", [&] { self.probe(); });
  only("Iprobe", [&] { arrived += self.iprobe() ? 1 : 0; });
  comm::Message message(MPI_MESSAGE_NULL, comm::Status());
  only("Mprobe", [&] { message = self.mprobe(); });
  only("Mrecv", [&] { self.recv(in.view(), message); });
  request.wait();
  CHECK(arrived == 1);
  only("Sendrecv", [&] { self.sendrecv(out.view(), me, in.view()); });
  only("Sendrecv_replace", [&] { self.sendrecv_replace(in.view(), me); });
  {
    comm::Request receive = self.recv_init(in.view(), me);
    comm::Request send = self.send_init(out.view(), me);
    only("Start", [&] { receive.start(); });
    only("Start", [&] { send.start(); });
    CHECK(calls_of([&] { comm::waitall(receive, send); }).empty());
  }

  only("Barrier", [&] { self.barrier(); });
  only("Bcast", [&] { self.bcast(in.view()); });
  only("Scatter", [&] { self.scatter(out.view(), in.view()); });
  only("Scatter", [&] { self.scatter(comm::in_place, in.view()); });
  only("Gather", [&] { self.gather(out.view(), in.view()); });
  only("Gather", [&] { self.gather(comm::in_place, in.view()); });
  only("Allgather", [&] { self.allgather(out.view(), in.view()); });
  only("Allgather", [&] { self.allgather(comm::in_place, in.view()); });
  only("Allgather", [&] { static_cast<void>(self.allgather(1.0)); });
  only("Alltoall", [&] { self.alltoall(out.view(), in.view()); });
  only("Scatterv", [&] { self.scatterv(out.view(), {12}, in.view()); });
  only("Gatherv", [&] { self.gatherv(out.view(), in.view(), {12}); });
  only("Allgatherv", [&] { self.allgatherv(out.view(), in.view(), {12}); });
  only("Alltoallv", [&] { self.alltoallv(out.view(), {12}, in.view(), {12}); });
  only("Reduce", [&] { self.reduce(out.view(), in.view()); });
  only("Reduce", [&] { self.reduce(comm::in_place, in.view()); });
  only("Allreduce", [&] { self.allreduce(out.view(), in.view()); });
  only("Allreduce", [&] { self.allreduce(comm::in_place, in.view()); });
  only("Allreduce", [&] { std::ignore = self.allreduce(1.0); });
  only("Allreduce", [&] { self.allreduce(out.view(), in.view(), [](double a, double b) { return a + b; }); });
  only("Scan", [&] { self.scan(out.view(), in.view()); });
  only("Exscan", [&] { self.exscan(out.view(), in.view()); });

  const auto only_nonblocking = [&](const char* name, const std::function<comm::Request()>& f) {
    comm::Request started;
    CHECK(calls_of([&] { started = f(); }) == Calls{{name, 1}});
    CHECK(calls_of([&] { started.wait(); }).empty());
  };
  only_nonblocking("Ibarrier", [&] { return self.ibarrier(); });
  only_nonblocking("Ibcast", [&] { return self.ibcast(in.view()); });
  only_nonblocking("Iscatter", [&] { return self.iscatter(out.view(), in.view()); });
  only_nonblocking("Igather", [&] { return self.igather(out.view(), in.view()); });
  only_nonblocking("Iallgather", [&] { return self.iallgather(out.view(), in.view()); });
  only_nonblocking("Ialltoall", [&] { return self.ialltoall(out.view(), in.view()); });
  only_nonblocking("Ireduce", [&] { return self.ireduce(out.view(), in.view()); });
  only_nonblocking("Iallreduce", [&] { return self.iallreduce(out.view(), in.view()); });
  only_nonblocking("Iscan", [&] { return self.iscan(out.view(), in.view()); });
  only_nonblocking("Iexscan", [&] { return self.iexscan(out.view(), in.view()); });

  // Where waits yield, a blocking call is its nonblocking twin.
  const auto patient = self.waiting(WaitPolicy::yield);
  only("Iallreduce", [&] { patient.allreduce(out.view(), in.view()); });
  only("Ibarrier", [&] { patient.barrier(); });
  request = self.isend(out.view(), me);
  only("Irecv", [&] { patient.recv(in.view(), me); });
  request.wait();
}

}  // namespace

TEST_CASE("one communicating call each: contiguous") { check_calls<Contiguous>(); }
TEST_CASE("one communicating call each: strided, packed") {
  comm::set_strided(comm::Strided::packed);
  check_calls<EveryOther>();
  comm::set_strided(comm::Strided::automatic);
}
TEST_CASE("one communicating call each: strided, by data types") {
  comm::set_strided(comm::Strided::datatype);
  check_calls<RowBlock>();
  comm::set_strided(comm::Strided::automatic);
}
TEST_CASE("rank and size ask MPI once, when a communicator is made") {
  CHECK(calls_of([] {
          for (int i = 0; i < 3; ++i) std::ignore = comm::rank() + comm::size();
        }).empty());
  const Calls made = calls_of([] { const comm::Communicator copy = comm::self().dup(); });
  CHECK(made.at("Comm_rank") == 1);
  CHECK(made.at("Comm_size") == 1);
}
