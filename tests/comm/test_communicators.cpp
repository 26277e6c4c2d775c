// Communicators: copies, parts, arrangements; every one of them takes every call; ownership.
#include <numeric>

#include "samples.hpp"

using namespace samples;
using comm::Communicator;

namespace {

/// A ring of messages and a sum.
void talk(const Communicator& c) {
  const int next = (c.rank() + 1) % c.size();
  const int previous = (c.rank() + c.size() - 1) % c.size();
  int in = -1;
  c.sendrecv(c.rank(), next, in, previous);
  CHECK(in == previous);
  comm::Request request = c.isend(c.rank() + 10, next, 1);
  c.recv(in, previous, 1);
  request.wait();
  CHECK(in == previous + 10);
  CHECK(c.allreduce(1) == c.size());
  std::vector<int> ranks(static_cast<std::size_t>(c.size()));
  std::iota(ranks.begin(), ranks.end(), 0);
  CHECK(c.allgather(c.rank()) == ranks);
}

}  // namespace

TEST_CASE("numba-mpi's names") {
  CHECK(comm::initialized());
  int rank = -1;
  int size = -1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  CHECK(comm::rank() == rank);
  CHECK(comm::size() == size);
  int level = -1;
  MPI_Query_thread(&level);
  CHECK((comm::query_thread() == comm::ThreadLevel::multiple) == (level == MPI_THREAD_MULTIPLE));
  const double before = comm::wtime();
  CHECK(before >= 0);
  while (comm::wtime() < before + 0.01) continue;
  comm::barrier();
  CHECK(std::string(comm::library_version()).find('\n') == std::string::npos);
}

TEST_CASE("copies, parts, shared memory, this rank alone, subsets") {
  const Communicator& world = comm::world();
  talk(world);
  talk(comm::self());
  CHECK(comm::self().size() == 1);
  const Communicator copy = world.dup();
  CHECK(copy.native() != world.native());
  talk(copy);
  const Communicator half = world.split(world.rank() % 2, -world.rank());
  CHECK(half.size() == (world.size() + 1 - world.rank() % 2) / 2);
  CHECK(half.rank() == half.size() - 1 - world.rank() / 2);  // in the order of the keys
  talk(half);
  const Communicator some = world.split(world.rank() == 0 ? comm::no_colour : 1);
  CHECK(static_cast<bool>(some) == (world.rank() != 0));
  if (some) talk(some);
  const Communicator node = world.split_shared();
  CHECK(node.size() == world.size());  // the tests run on one node
  talk(node);
  if (world.rank() < 2) {
    const std::vector<int> first_two = world.size() > 1 ? std::vector<int>{1, 0} : std::vector<int>{0};
    const Communicator pair = world.subset(first_two);
    CHECK(pair.rank() == (world.size() > 1 ? 1 - world.rank() : 0));
    talk(pair);
  }
}

TEST_CASE("messages of a copy never meet the original's") {
  const Communicator copy = comm::world().dup();
  int in = 0;
  comm::Request here = comm::world().irecv(in, comm::rank(), 1);
  int other = 0;
  comm::Request there = copy.irecv(other, comm::rank(), 1);
  copy.send(5, comm::rank(), 1);
  there.wait();
  CHECK(other == 5);
  CHECK_FALSE(here.test());
  comm::send(6, comm::rank(), 1);
  here.wait();
  CHECK(in == 6);
}

TEST_CASE("ownership moves; borrowed handles stay the owner's") {
  Communicator a = comm::world().dup();
  const MPI_Comm native = a.native();
  Communicator b = std::move(a);
  CHECK_FALSE(a);  // NOLINT(bugprone-use-after-move)
  CHECK(b.native() == native);
  {
    const auto patient = b.waiting(comm::WaitPolicy::yield);
    CHECK(patient.wait_policy() == comm::WaitPolicy::yield);
    CHECK(patient.native() == native);
    CHECK(patient.allreduce(1) == comm::size());
    CHECK(patient.dup().wait_policy() == comm::WaitPolicy::yield);
    const Communicator lent = Communicator::borrow(native);
    CHECK(lent.rank() == b.rank());
  }
  talk(b);  // still alive
  const auto taken = std::move(b).waiting(comm::WaitPolicy::spin);
  CHECK_FALSE(b);  // NOLINT(bugprone-use-after-move)
  CHECK(taken.allreduce(2) == 2 * comm::size());
  MPI_Comm raw = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &raw);
  talk(Communicator::adopt(raw));
  CHECK_FALSE(Communicator());
}

TEST_CASE("arrangements count as MPI does") {
  const Communicator& world = comm::world();
  for (const bool periodic : {false, true}) {
    const comm::Cartesian grid(world, {0, 0}, {periodic, true});
    CHECK(grid.size() == world.size());
    talk(grid);
    std::array<int, 2> there{};
    MPI_Cart_coords(grid.native(), grid.rank(), 2, there.data());
    CHECK(grid.coordinates() == std::vector<int>(there.begin(), there.end()));
    CHECK(grid.rank_at(grid.coordinates()) == grid.rank());
    for (int d = 0; d < 2; ++d) {
      for (const int distance : {-2, -1, 1, 3}) {
        int source = -1;
        int destination = -1;
        MPI_Cart_shift(grid.native(), d, distance, &source, &destination);
        CHECK(grid.neighbour(d, distance) == destination);
        CHECK(grid.neighbour(d, -distance) == source);
      }
    }
    const comm::Cartesian row = grid.sub({false, true});
    CHECK(row.size() == grid.arrangement().dimensions()[1]);
    CHECK(row.coordinates() == std::vector<int>{grid.coordinates()[1]});
    talk(row);
    CHECK(row.allreduce(grid.coordinates()[0], comm::Operator::max) == grid.coordinates()[0]);
  }
  const comm::WaitingCartesian patient(world.waiting(comm::WaitPolicy::yield), {world.size()}, {true}, true);
  CHECK(patient.allreduce(1) == world.size());
  CHECK(class_of([&] { comm::Cartesian(world, {world.size() + 1}, {true}); }) != MPI_SUCCESS);
  CHECK(class_of([&] { comm::Arrangement(4, {3}, {true}); }) == MPI_ERR_DIMS);
  CHECK(class_of([&] { comm::Arrangement(4, {4}, {true, true}); }) == MPI_ERR_DIMS);
}

TEST_CASE("both neighbours along a periodic dimension of one or two ranks are told apart by tags") {
  const Communicator& world = comm::world();
  const comm::Cartesian ring(world, {world.size()}, {true});
  std::array<int, 2> halo{-1, -1};
  constexpr int upwards = 1;
  constexpr int downwards = 2;
  std::array<comm::Request, 4> requests{ring.irecv(halo[0], ring.neighbour(0, -1), upwards),
                                        ring.irecv(halo[1], ring.neighbour(0, 1), downwards),
                                        ring.isend(ring.rank() * 10 + 1, ring.neighbour(0, -1), downwards),
                                        ring.isend(ring.rank() * 10 + 2, ring.neighbour(0, 1), upwards)};
  comm::waitall(requests);
  CHECK(halo[0] == ring.neighbour(0, -1) * 10 + 2);
  CHECK(halo[1] == ring.neighbour(0, 1) * 10 + 1);
}

TEST_CASE("a second environment takes over what is there, and leaves it") {
  int argc = 0;
  char** argv = nullptr;
  {
    const comm::Environment inner(argc, argv);
    CHECK(inner.thread_level() == comm::query_thread());
  }
  CHECK(comm::running());
  talk(comm::world());
}
