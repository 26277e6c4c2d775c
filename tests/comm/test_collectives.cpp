// Collective calls: every call x type x kind of buffer, blocking, nonblocking and in place, with every root.
#include <numeric>

#include "samples.hpp"

using namespace samples;
using comm::WaitingCommunicator;
using comm::WaitPolicy;

namespace {

constexpr int whole = 12;

/// f<T, Sent, Received>(communicator, root) for the whole matrix, every root and both ways to wait.
template <class F>
void matrix(const F& f) {
  for (const WaitPolicy policy : policies()) {
    const WaitingCommunicator world = comm::world().waiting(policy);
    for (int root = 0; root < world.size(); ++root) {
      for_matrix([&]<class T, class S, class R>() { f.template operator()<T, S, R>(world, root); });
    }
  }
}

int part() { return whole / comm::size(); }
int first_of_part(int rank) { return rank * part(); }

/// Parts of different lengths that add up to 12, and a buffer kind that can have each of them: any of one dimension.
std::vector<int> uneven() {
  switch (comm::size()) {
    case 1: return {12};
    case 2: return {9, 3};
    case 3: return {4, 0, 8};
    default: return {1, 5, 0, 6};
  }
}
std::vector<int> begins(const std::vector<int>& counts) {
  std::vector<int> result(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), result.begin(), 0);
  return result;
}

}  // namespace

TEST_CASE("bcast") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, int root) {
    const bool at_root = world.rank() == root;
    Sample<T, S> data = at_root ? Sample<T, S>(whole, 5) : Sample<T, S>(whole);
    world.bcast(data.view(), root);
    CHECK(data.has(5));
    Sample<T, R> again = at_root ? Sample<T, R>(whole, 6) : Sample<T, R>(whole);
    comm::Request request = world.ibcast(again.view(), root);
    request.wait();
    CHECK(again.has(6));
  });
}

TEST_CASE("scatter") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, int root) {
    const bool at_root = world.rank() == root;
    const Sample<T, S> out(whole, 5);
    Sample<T, R> in(part());
    world.scatter(out.view(), in.view(), root);
    CHECK(in.has(5 + first_of_part(world.rank())));
    Sample<T, R> later(part());
    if (at_root) world.iscatter(out.view(), later.view(), root).wait();
    else world.iscatter(std::span<const T>(), later.view(), root).wait();  // the others need none
    CHECK(later.has(5 + first_of_part(world.rank())));
    if (at_root) {
      Sample<T, S> both(whole, 5);
      world.scatter(comm::in_place, both.view(), root);
      CHECK(both.has(5));
    } else {
      Sample<T, S> mine(part());
      world.scatter(comm::in_place, mine.view(), root);
      CHECK(mine.has(5 + first_of_part(world.rank())));
    }
  });
}

TEST_CASE("gather") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, int root) {
    const bool at_root = world.rank() == root;
    const Sample<T, S> out(part(), 5 + first_of_part(world.rank()));
    Sample<T, R> in(whole);
    world.gather(out.view(), in.view(), root);
    CHECK(in.has(5, at_root ? whole : 0));
    Sample<T, R> later(whole);
    if (at_root) world.igather(out.view(), later.view(), root).wait();
    else world.igather(out.view(), std::span<T>(), root).wait();
    CHECK(later.has(5, at_root ? whole : 0));
    if (at_root) {
      Sample<T, R> both(whole);
      for (int k = 0; k < whole; ++k) both[k] = value<T>(k / part() == root ? 5 + k : 0);
      world.gather(comm::in_place, both.view(), root);
      CHECK(both.has(5));
      world.igather(comm::in_place, both.view(), root).wait();
      CHECK(both.has(5));
    } else {
      Sample<T, R> mine(part(), 5 + first_of_part(world.rank()));
      world.gather(comm::in_place, mine.view(), root);
      world.igather(comm::in_place, mine.view(), root).wait();
      CHECK(mine.has(5 + first_of_part(world.rank())));
    }
  });
}

TEST_CASE("allgather") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, int root) {
    if (root != 0) return;
    const Sample<T, S> out(part(), 5 + first_of_part(world.rank()));
    Sample<T, R> in(whole);
    world.allgather(out.view(), in.view());
    CHECK(in.has(5));
    Sample<T, R> later(whole);
    world.iallgather(out.view(), later.view()).wait();
    CHECK(later.has(5));
    for (const bool blocking : {true, false}) {
      Sample<T, R> both(whole);
      for (int k = 0; k < whole; ++k) both[k] = value<T>(k / part() == world.rank() ? 5 + k : 0);
      if (blocking) world.allgather(comm::in_place, both.view());
      else world.iallgather(comm::in_place, both.view()).wait();
      CHECK(both.has(5));
    }
  });
}

TEST_CASE("alltoall") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, int root) {
    if (root != 0) return;
    // Element k of what rank r sends to rank s is value(20 r + 3 s + k).
    const auto fill = [&](auto& sample) {
      for (int k = 0; k < whole; ++k) sample[k] = value<T>(20 * world.rank() + 3 * (k / part()) + k % part());
    };
    std::vector<T> expected;
    for (int k = 0; k < whole; ++k) expected.push_back(value<T>(20 * (k / part()) + 3 * world.rank() + k % part()));
    Sample<T, S> out(whole);
    fill(out);
    Sample<T, R> in(whole);
    world.alltoall(out.view(), in.view());
    CHECK(in.is(expected));
    Sample<T, R> later(whole);
    world.ialltoall(out.view(), later.view()).wait();
    CHECK(later.is(expected));
    Sample<T, R> both(whole);
    fill(both);
    world.alltoall(comm::in_place, both.view());
    CHECK(both.is(expected));
    fill(both);
    world.ialltoall(comm::in_place, both.view()).wait();
    CHECK(both.is(expected));
  });
}

TEST_CASE("scatterv, gatherv, allgatherv") {
  const auto counts = uneven();
  const auto begin = begins(counts);
  matrix([&]<class T, class S, class R>(const WaitingCommunicator& world, int root) {
    const bool at_root = world.rank() == root;
    const auto here = static_cast<std::size_t>(world.rank());
    const int mine = counts[here];
    const comm::Cuts none = std::vector<int>();
    const comm::Cuts cuts = at_root ? comm::Cuts(counts) : none;
    const Sample<T, S> all(whole, 5);
    // Parts of any length: the kinds of one dimension.
    using Line = std::conditional_t<std::is_same_v<R, EveryOther>, EveryOther, Contiguous>;
    {
      Sample<T, Line> in(mine);
      world.scatterv(all.view(), cuts, in.view(), root);
      CHECK(in.has(5 + begin[here]));
      Sample<T, Line> later(mine);
      world.iscatterv(all.view(), cuts, later.view(), root).wait();
      CHECK(later.has(5 + begin[here]));
      Sample<T, Line> both = at_root ? Sample<T, Line>(whole, 5) : Sample<T, Line>(mine);
      world.scatterv(comm::in_place, cuts, both.view(), root);
      CHECK(both.has(at_root ? 5 : 5 + begin[here]));
    }
    const Sample<T, Line> out(mine, 5 + begin[here]);
    {
      Sample<T, S> in(whole);
      world.gatherv(out.view(), in.view(), cuts, root);
      CHECK(in.has(5, at_root ? whole : 0));
      Sample<T, S> later(whole);
      world.igatherv(out.view(), later.view(), cuts, root).wait();
      CHECK(later.has(5, at_root ? whole : 0));
      Sample<T, Line> both = at_root ? Sample<T, Line>(whole) : Sample<T, Line>(mine, 5 + begin[here]);
      if (at_root) {
        for (int k = 0; k < whole; ++k) both[k] = value<T>(k >= begin[here] && k < begin[here] + mine ? 5 + k : 0);
      }
      world.gatherv(comm::in_place, both.view(), cuts, root);
      CHECK(both.has(at_root ? 5 : 5 + begin[here]));
    }
    if (root != 0) return;
    Sample<T, S> in(whole);
    world.allgatherv(out.view(), in.view(), counts);
    CHECK(in.has(5));
    Sample<T, S> later(whole);
    world.iallgatherv(out.view(), later.view(), counts).wait();
    CHECK(later.has(5));
    Sample<T, S> both(whole);
    for (int k = 0; k < whole; ++k) both[k] = value<T>(k >= begin[here] && k < begin[here] + mine ? 5 + k : 0);
    world.allgatherv(comm::in_place, both.view(), counts);
    CHECK(both.has(5));
  });
}

TEST_CASE("alltoallv") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, int root) {
    if (root != 0) return;
    // Rank r sends 1 + (r + s) % 3 elements to rank s; what is left of the buffers of 12 belongs to nobody.
    const auto count = [](int r, int s) { return 1 + (r + s) % 3; };
    std::vector<int> sent;
    std::vector<int> received;
    std::vector<T> expected;
    for (int s = 0; s < world.size(); ++s) {
      sent.push_back(count(world.rank(), s));
      received.push_back(count(s, world.rank()));
    }
    Sample<T, S> out(whole);
    Sample<T, R> in(whole);
    int k = 0;
    for (int s = 0; s < world.size(); ++s) {
      for (int i = 0; i < sent[static_cast<std::size_t>(s)]; ++i) out[k++] = value<T>(20 * world.rank() + 3 * s + i);
      for (int i = 0; i < received[static_cast<std::size_t>(s)]; ++i)
        expected.push_back(value<T>(20 * s + 3 * world.rank() + i));
    }
    world.alltoallv(out.view(), {sent, begins(sent)}, in.view(), {received, begins(received)});
    CHECK(in.is(expected));
    Sample<T, R> later(whole);
    world.ialltoallv(out.view(), {sent, begins(sent)}, later.view(), {received, begins(received)}).wait();
    CHECK(later.is(expected));
  });
}

TEST_CASE("displacements may leave gaps and change the order") {
  const auto& world = comm::world();
  const int n = world.size();
  std::vector<int> counts;
  std::vector<int> displacements;
  for (int r = 0; r < n; ++r) {
    counts.push_back(2);
    displacements.push_back(3 * (n - 1 - r) + 1);
  }
  const std::array<int, 2> mine{world.rank(), 10 * world.rank()};
  std::vector<int> all(static_cast<std::size_t>(3 * n + 1), -7);
  world.allgatherv(mine, all, {counts, displacements});
  for (int r = 0; r < n; ++r) {
    const auto at = std::size_t{3} * static_cast<std::size_t>(n - 1 - r);
    CHECK(all[at] == -7);
    CHECK(all[at + 1] == r);
    CHECK(all[at + 2] == 10 * r);
  }
  CHECK(all.back() == -7);
  std::array<int, 2> back{};
  world.scatterv(all, {counts, displacements}, back, n - 1);
  CHECK(back == mine);
  Sample<int, EveryOther> strided(12);
  world.gatherv(std::array{world.rank()}, strided.view(),
                {std::vector<int>(static_cast<std::size_t>(n), 1), begins(counts)});
  if (world.root()) {
    for (int r = 0; r < n; ++r) {
      CHECK(strided[2 * r] == r);
      CHECK(strided[2 * r + 1] == 77);
    }
  }
}

TEST_CASE("with a count, more elements may follow") {
  const auto& world = comm::world();
  const auto size = static_cast<std::size_t>(world.size());
  std::vector<int> all(2 * size + 3, -1);
  std::iota(all.begin(), all.end() - 3, 0);
  std::array<int, 2> mine{};
  world.scatter(all, mine, 2, 0);
  CHECK(mine == std::array{2 * world.rank(), 2 * world.rank() + 1});
  std::vector<int> gathered(2 * size + 3, -1);
  world.gather(mine, gathered, 2, 0);
  CHECK(gathered == (world.root() ? all : std::vector<int>(2 * size + 3, -1)));
  world.allgather(mine, gathered, 2);
  CHECK(gathered == all);
  Sample<int, EveryOther> strided(12);
  world.allgather(world.rank(), strided.view(), 1);
  CHECK(strided.is(world.allgather(world.rank())));
}

TEST_CASE("values of all ranks, text of any length, barriers") {
  for (const WaitPolicy policy : policies()) {
    const WaitingCommunicator world = comm::world().waiting(policy);
    std::vector<int> ranks(static_cast<std::size_t>(world.size()));
    std::iota(ranks.begin(), ranks.end(), 0);
    CHECK(world.allgather(world.rank()) == ranks);
    for (int root = 0; root < world.size(); ++root) {
      std::string text = world.rank() == root ? "from " + std::to_string(root) : "something longer than that";
      world.bcast_resizing(text, root);
      CHECK(text == "from " + std::to_string(root));
      double number = world.rank() == root ? 2.5 : 0;
      world.bcast(number, root);
      CHECK(number == 2.5);
    }
    world.barrier();
    comm::Request barrier = world.ibarrier();
    barrier.wait();
  }
}

TEST_CASE("a matrix keeps its indices between storage orders") {
  const auto& world = comm::world();
  Matrix<double, Eigen::RowMajor> rows(2, 3);
  rows << 1, 2, 3, 4, 5, 6;
  Matrix<double, Eigen::ColMajor> columns(2, 3);
  if (world.size() == 1) {
    world.alltoall(rows, columns);
    CHECK(columns == rows);
  }
  columns.setZero();
  rows << 1, 2, 3, 4, 5, 6;
  world.allreduce(rows, columns, comm::Operator::max);
  CHECK(columns == rows);
}

TEST_CASE("a nonblocking call keeps what was moved into it") {
  const auto& world = comm::world();
  const auto size = static_cast<std::size_t>(world.size());
  std::vector<double> in(1000 * size);
  comm::Request request = world.iallgather(std::vector<double>(1000, world.rank() + 0.5), in);
  const std::vector<std::vector<double>> rubbish(20, std::vector<double>(1000, -1.0));
  request.wait();
  for (std::size_t r = 0; r < size; ++r) CHECK(in[1000 * r + 999] == static_cast<double>(r) + 0.5);
}

TEST_CASE("wrong counts are refused before anything is sent") {
  const auto& world = comm::world();
  const auto size = static_cast<std::size_t>(world.size());
  std::vector<int> two(2);
  std::vector<int> wrong(2 * size + 1);
  CHECK(class_of([&] { world.allgather(two, wrong); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] { world.allgather(two, wrong, 3); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] { world.alltoall(wrong, two); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] { world.allreduce(two, wrong); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] { world.allgatherv(two, wrong, std::vector<int>(size, 2)); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] { world.allgatherv(two, wrong, std::vector<int>(size + 1, 1)); }) == MPI_ERR_COUNT);
  CHECK(class_of([&] {
          world.allgatherv(two, wrong, {std::vector<int>(size, 2), std::vector<int>(size, static_cast<int>(2 * size))});
        }) == MPI_ERR_COUNT);
  CHECK(class_of([&] {
          world.allgatherv(two, wrong, {std::vector<int>(size, -1), std::vector<int>(size, 0)});
        }) == MPI_ERR_COUNT);
  if (world.size() == 1) {
    CHECK(class_of([&] { world.gather(two, wrong); }) == MPI_ERR_COUNT);
    std::vector<int> three(3);
    CHECK(class_of([&] { world.scatter(two, three); }) == MPI_ERR_COUNT);
  } else {
    CHECK(class_of([&] { world.scatter(comm::in_place, wrong, world.size() + 2); }) != MPI_SUCCESS);  // no such root
  }
}
