// Faults that were seen in numba-mpi, in hand-written MPI, and in MPI libraries; one test each, in that order.
#include <climits>
#include <thread>

#include "samples.hpp"

using namespace samples;
using comm::Request;

TEST_CASE("1. a status has the size that MPI says") {
  // numba-mpi reserves 20 bytes; Open MPI writes 24. A guard behind the status must survive.
  struct {
    comm::Status status;
    std::array<std::uint64_t, 4> guard{1, 2, 3, 4};
  } checked;
  Request request = comm::isend(7, comm::rank());
  int in = 0;
  comm::recv(in, comm::rank(), 0, checked.status);
  request.wait();
  CHECK(checked.guard == std::array<std::uint64_t, 4>{1, 2, 3, 4});
  CHECK(sizeof(comm::Status) == sizeof(MPI_Status));
}

TEST_CASE("2. isend of a strided view does not send from memory that is gone") {
  const Ring ring;
  constexpr int large = 100000;
  Matrix<double, Eigen::RowMajor> out(large, 3);
  out.col(1).setConstant(ring.here + 0.5);
  Matrix<double, Eigen::RowMajor> in = Matrix<double, Eigen::RowMajor>::Zero(large, 3);
  for (const comm::Strided how : {comm::Strided::packed, comm::Strided::datatype}) {
    comm::set_strided(how);
    in.setZero();
    Request request = comm::isend(out.col(1), ring.next);
    const std::vector<std::vector<double>> rubbish(5, std::vector<double>(large, -1.0));
    comm::recv(in.col(2), ring.previous);
    request.wait();
    CHECK((in.col(2).array() == ring.previous + 0.5).all());
    CHECK(in.leftCols(2).isZero());
  }
  comm::set_strided(comm::Strided::automatic);
}

TEST_CASE("3. allreduce into a strided buffer writes its elements and nothing else") {
  Sample<double, EveryOther> out(12, 3);
  Sample<double, RowOfColumns> in(12);
  comm::allreduce(out.view(), in.view(), comm::Operator::max);
  CHECK(in.has(3));
}

TEST_CASE("4. arrays of requests that were never used") {
  std::vector<Request> requests(3);
  comm::waitall(requests);
  CHECK_FALSE(comm::waitany(requests));
}

TEST_CASE("5. reduce in place, every root, more elements than MPICH 4.0.2 survives") {
  for (int root = 0; root < comm::size(); ++root) {
    for (const std::size_t n : {1U, 256U, 257U, 5000U}) {
      std::vector<double> data(n, 1.0 + comm::rank());
      comm::world().reduce(comm::in_place, data, comm::Operator::sum, root);
      const int size = comm::size();
      const int sum = size * (size + 1) / 2;
      CHECK(data.back() == (comm::rank() == root ? sum : comm::rank() + 1));
      std::vector<double> later(n, 1.0 + comm::rank());
      comm::world().ireduce(comm::in_place, later, comm::Operator::sum, root).wait();
      CHECK(later.back() == data.back());
    }
  }
}

// 6 and 7, periodic dimensions of one or two ranks: test_communicators.cpp, "both neighbours ...".

TEST_CASE("8. more waiting threads than cores get on") {
  const Ring ring;
  const auto world = comm::world().dup().waiting(comm::WaitPolicy::yield);
  constexpr int threads = 6;
  std::array<int, threads> wrong{};
  std::vector<std::thread> team;
  for (int t = 0; t < threads; ++t) {
    team.emplace_back([&, t] {
      const std::vector<double> out(1024, ring.here + t);
      std::vector<double> in(1024);
      for (int round = 0; round < 100; ++round) {
        world.sendrecv(out, ring.next, in, ring.previous, t, t);
        wrong[static_cast<std::size_t>(t)] += in.back() == ring.previous + t ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : team) thread.join();
  CHECK(wrong == std::array<int, threads>{});
}

// 10, false warnings of g++ 12 with MPICH's headers: the build, whose warnings are errors.

TEST_CASE("11. tags and counts beyond what MPI has") {
  const int limit = comm::world().tag_limit();
  CHECK(limit >= 32767);
  std::vector<int> data(1);
  Request request = comm::irecv(data, comm::rank(), limit);
  comm::send(5, comm::rank(), limit);
  request.wait();
  CHECK(data[0] == 5);
  CHECK(class_of([&] { comm::send(data, comm::rank(), -3); }) == MPI_ERR_TAG);
  if (limit < INT_MAX) {
    try {
      comm::send(data, comm::rank(), limit + 1);
      FAIL("accepted");
    } catch (const comm::Error& error) {
      CHECK(error.error_class() == MPI_ERR_TAG);
      CHECK(std::string(error.what()).find("tags go from 0 to " + std::to_string(limit)) != std::string::npos);
    }
  }
  // Nothing looks at the elements: the count is refused first.
  const std::span<const char> huge(static_cast<const char*>(nullptr), static_cast<std::size_t>(INT_MAX) + 1);
  CHECK(class_of([&] { comm::send(huge, comm::rank()); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] { std::ignore = comm::world().isend(huge, comm::rank()); }) == MPI_ERR_COUNT);
  const std::span<const std::array<double, 3>> many(static_cast<const std::array<double, 3>*>(nullptr), INT_MAX / 2);
  CHECK(class_of([&] { comm::send(many, comm::rank()); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] {
          comm::allgatherv(data, data, comm::Cuts(std::vector<int>(static_cast<std::size_t>(comm::size()), INT_MAX)));
        }) == MPI_ERR_COUNT);
}

// 12, destructors after finalize or while an exception unwinds: tests/cli/test_failing_rank.py.

TEST_CASE("13. MPICH 4.0 ignores the displacement of allgatherv's only rank") {
  const comm::Cuts cuts({2}, {1});
  std::vector<int> all(4, -7);
  comm::self().allgatherv(std::array{3, 4}, all, cuts);
  CHECK(all == std::vector<int>{-7, 3, 4, -7});
}

TEST_CASE("errors have portable classes, and say what to do") {
  const Ring ring;
  const std::vector<int> values(4, 1);
  CHECK(class_of([&] { comm::send(values, comm::size()); }) == MPI_ERR_RANK);
  std::vector<int> small(1);
  CHECK(class_of([&] { comm::world().bcast(small, comm::size()); }) == MPI_ERR_ROOT);
  Request send = comm::isend(values, ring.here, 3);
  // The message first: Open MPI 4.1 does not report truncation of one that finds its receive waiting.
  Request receive = comm::irecv(small, ring.here, 3);
  try {
    receive.wait();
    FAIL("accepted");
  } catch (const comm::Error& error) {
    CHECK(error.error_class() == MPI_ERR_TRUNCATE);
    CHECK(error.call() == "MPI_Wait");
    CHECK(error.rank() == ring.here);
    CHECK(std::string(error.what()).find("longer than the receive buffer") != std::string::npos);
  }
  send.wait();
  comm::Status status;
  Request three = comm::isend(std::array<char, 3>{}, ring.here);
  std::vector<char> in(8);
  comm::recv(in, ring.here, 0, status);
  three.wait();
  CHECK(status.count<char>() == 3);
  CHECK(class_of([&] { std::ignore = status.count<int>(); }) == MPI_ERR_TYPE);
  const FieldView<int> view{nullptr, {1, 1, 1}};
  struct FourDimensions {
    int* data() const { return nullptr; }
    std::vector<int> extents() const { return {1, 1, 1, 1}; }
    std::vector<int> strides() const { return {1, 1, 1, 1}; }
  };
  CHECK(view.extents().size() == 3);
  CHECK(class_of([&] { comm::send(FourDimensions(), ring.here); }) == MPI_ERR_DIMS);
}
