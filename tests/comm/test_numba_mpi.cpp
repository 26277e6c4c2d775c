// What numba-mpi's own tests say, said of this layer: docs/comm.md has the table. Test for test, in its order; ranks
// beyond 1 do nothing where its tests are between ranks 0 and 1, and one rank talks to itself.
#include <thread>

#include "samples.hpp"

using namespace samples;
using comm::Request;

namespace {

const int sender = 0;
/// Rank 1, or 0 where there is only one.
int receiver() { return comm::size() > 1 ? 1 : 0; }

/// send() on rank 0, receive() on rank 1; with one rank both are posted before either waits.
template <class Send, class Receive>
void between(const Send& send, const Receive& receive) {
  std::vector<Request> requests;
  if (comm::rank() == receiver()) receive(requests);
  if (comm::rank() == sender) send(requests);
  comm::waitall(requests);
}

/// The data types of its tests, and numba-mpi's uint8 for text.
template <class F>
void for_its_types(const F& f) {
  for_types<F, std::int64_t, std::int32_t, double, std::complex<float>, std::complex<double>, std::uint8_t>(f);
}
template <class T>
std::vector<T> random_array(int n) {
  std::vector<T> values;
  for (int i = 0; i < n; ++i) values.push_back(value<T>(i * i + 3));
  return values;
}

}  // namespace

TEST_CASE("test_allreduce and test_reduce: arrays, scalars, arrays of one; sum, min, max; every root") {
  const auto check = []<class T>() {
    const std::vector<T> src = random_array<T>(3);
    for (const comm::Operator op : {comm::Operator::sum, comm::Operator::min, comm::Operator::max}) {
      std::vector<T> expected = src;
      for (int r = 1; r < comm::size() && op == comm::Operator::sum; ++r) {
        for (std::size_t i = 0; i < 3; ++i) expected[i] += src[i];
      }
      std::vector<T> rcv(3);
      comm::allreduce(src, rcv, op);
      CHECK(rcv == expected);
      T one{};
      comm::allreduce(src[0], one, op);
      CHECK(one == expected[0]);
      CHECK(comm::allreduce(src[0], op) == expected[0]);
      for (int root = 0; root < comm::size(); ++root) {
        std::vector<T> at_root(3);
        comm::reduce(src, at_root, op, root);
        CHECK(at_root == (comm::rank() == root ? expected : std::vector<T>(3)));
        T scalar{};
        comm::reduce(src[0], scalar, op, root);
        CHECK(scalar == (comm::rank() == root ? expected[0] : T{}));
      }
    }
    std::vector<T> by_default(3);
    comm::allreduce(src, by_default);  // the sum
    CHECK(by_default[2] == static_cast<T>(src[2] * static_cast<T>(comm::size())));
  };
  for_types<decltype(check), int, std::int32_t, std::int64_t, float, double>(check);
}

TEST_CASE("test_barrier, test_init, test_query_thread, test_rank, test_size") {
  comm::barrier();
  CHECK(comm::initialized());
  int native = -1;
  MPI_Query_thread(&native);
  CHECK((native == MPI_THREAD_MULTIPLE) == (comm::query_thread() == comm::ThreadLevel::multiple));
  MPI_Comm_rank(MPI_COMM_WORLD, &native);
  CHECK(comm::rank() == native);
  MPI_Comm_size(MPI_COMM_WORLD, &native);
  CHECK(comm::size() == native);
}

TEST_CASE("test_bcast: arrays and text, every root; also text beyond ASCII, which numba-mpi cannot send") {
  for (int root = 0; root < comm::size(); ++root) {
    for_its_types([&]<class T>() {
      const std::vector<T> wanted = random_array<T>(5);
      std::vector<T> data = comm::rank() == root ? wanted : std::vector<T>(5);
      comm::bcast(data, root);
      CHECK(data == wanted);
    });
    for (const std::string wanted : {"test bcast", "żółć"}) {
      std::string text = comm::rank() == root ? wanted : std::string(wanted.size(), ' ');
      comm::bcast(text, root);
      CHECK(text == wanted);
    }
  }
}

TEST_CASE("test_isend_irecv, with wait, and against MPI's own calls") {
  for_its_types([]<class T>() {
    const std::vector<T> src = random_array<T>(9);
    std::vector<T> tested(9);
    std::vector<T> expected(9);
    MPI_Request native = MPI_REQUEST_NULL;
    between(
        [&](auto& requests) {
          requests.push_back(comm::isend(src, receiver(), 11));
          MPI_Send(src.data(), 9, comm::datatype<T>(), receiver(), 22, MPI_COMM_WORLD);
        },
        [&](auto& requests) {
          requests.push_back(comm::irecv(tested, sender, 11));
          MPI_Irecv(expected.data(), 9, comm::datatype<T>(), sender, 22, MPI_COMM_WORLD, &native);
        });
    MPI_Wait(&native, MPI_STATUS_IGNORE);
    if (comm::rank() == receiver()) {
      CHECK(tested == src);
      CHECK(expected == src);
    }
  });
}

TEST_CASE("test_send_default_tag, test_recv_default_tag, test_recv_default_source, blocking and not") {
  const auto check = [](int sent_tag, auto receive) {
    int in = 0;
    between(
        [&](auto& requests) {
          requests.push_back(sent_tag == 0 ? comm::isend(7, receiver()) : comm::isend(7, receiver(), sent_tag));
        },
        [&](auto& requests) { receive(requests, in); });
    if (comm::rank() == receiver()) CHECK(in == 7);
  };
  check(0, [](auto& requests, int& in) { requests.push_back(comm::irecv(in, sender, 0)); });
  check(44, [](auto& requests, int& in) { requests.push_back(comm::irecv(in, sender)); });
  check(44, [](auto& requests, int& in) { requests.push_back(comm::irecv(in, comm::any_source, 44)); });
  check(44, [](auto& requests, int& in) { requests.push_back(comm::irecv(in)); });
  if (comm::size() == 1) return;
  for (int form = 0; form < 4; ++form) {
    int in = 0;
    if (comm::rank() == sender) form == 0 ? comm::send(7, receiver()) : comm::send(7, receiver(), 44);
    if (comm::rank() != receiver()) continue;
    if (form == 0) comm::recv(in, sender, 0);
    if (form == 1) comm::recv(in, sender);
    if (form == 2) comm::recv(in, comm::any_source, 44);
    if (form == 3) comm::recv(in);
    CHECK(in == 7);
  }
}

TEST_CASE("test_isend_irecv_waitall, _tuple, _exchange, waitany, test, testall, testany") {
  for_its_types([]<class T>() {
    const std::vector<T> first = random_array<T>(5);
    const std::vector<T> second(first.rbegin(), first.rend());
    // How each form finds out that both messages are there; some find one after the other.
    const auto check = [&](const auto& finish) {
      std::array<std::vector<T>, 2> in{std::vector<T>(5), std::vector<T>(5)};
      std::array<Request, 2> receives;
      std::array<Request, 2> sends;
      if (comm::rank() == receiver()) receives = {comm::irecv(in[0], sender, 11), comm::irecv(in[1], sender, 22)};
      if (comm::rank() == sender) sends = {comm::isend(first, receiver(), 11), comm::isend(second, receiver(), 22)};
      if (comm::rank() == receiver()) {
        finish(receives);
        CHECK(in[0] == first);
        CHECK(in[1] == second);
      }
      comm::waitall(receives);
      comm::waitall(sends);
    };
    check([](auto& r) { comm::waitall(r); });
    check([](auto& r) { comm::waitall(r[0], r[1]); });
    check([](auto& r) {
      while (comm::waitany(r)) continue;
    });
    check([](auto& r) {
      while (!comm::test(r[0]) || !comm::test(r[1])) continue;
    });
    check([](auto& r) {
      while (!comm::testall(r)) continue;
    });
    check([](auto& r) {
      for (int found = 0; found < 2;) found += comm::testany(r) ? 1 : 0;
    });

    if (comm::rank() > 1) return;
    const int other = comm::size() > 1 ? 1 - comm::rank() : 0;
    std::vector<T> in(5);
    std::array<Request, 2> exchange{comm::irecv(in, other, 11), comm::isend(first, other, 11)};
    comm::waitall(exchange);
    CHECK(in == first);
  });
}

TEST_CASE("test_wall_segfault: waits and tests of requests that were never started") {
  std::array<Request, 2> requests;
  CHECK_FALSE(comm::waitany(requests));
  comm::waitall(requests);
  CHECK_FALSE(comm::testany(requests));
  CHECK(comm::testall(requests));
}

TEST_CASE("test_scatter, test_gather, test_allgather: counts 1, 2, 3 of longer arrays") {
  for_its_types([]<class T>() {
    for (const auto& [count, size] : {std::pair{1, 5}, std::pair{2, 10}, std::pair{3, 13}}) {
      const int used = count * comm::size();
      if (used > size) continue;
      const std::vector<T> data = random_array<T>(size);
      const auto begin = data.begin() + comm::rank() * count;
      const std::vector<T> own(begin, begin + count);
      const bool root = comm::rank() == 0;
      std::vector<T> part(own.size());
      comm::scatter(root ? data : std::vector<T>(), part, count, 0);
      CHECK(part == own);
      std::vector<T> gathered(root ? data.size() : 0);
      comm::gather(own, gathered, count, 0);
      if (root) CHECK(std::equal(data.begin(), data.begin() + used, gathered.begin()));
      std::vector<T> all(data.size());
      comm::allgather(own, all, count);
      CHECK(std::equal(data.begin(), data.begin() + used, all.begin()));
    }
  });
}

TEST_CASE("test_send_recv: both memory orders, 3 x 3, against MPI's own calls") {
  const auto check = []<class M>(M src) {
    using T = typename M::Scalar;
    M tested = M::Zero(3, 3);
    M expected = M::Zero(3, 3);
    for (int i = 0; i < 9; ++i) src(i / 3, i % 3) = value<T>(i + 1);
    const int n = static_cast<int>(src.size());
    if (comm::size() == 1) {
      comm::sendrecv(src, 0, tested);
      CHECK(tested == src);
      return;
    }
    if (comm::rank() == sender) {
      comm::send(src, receiver(), 11);
      MPI_Send(src.data(), n, comm::datatype<T>(), receiver(), 22, MPI_COMM_WORLD);
    } else if (comm::rank() == receiver()) {
      comm::recv(tested, sender, 11);
      MPI_Recv(expected.data(), n, comm::datatype<T>(), sender, 22, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      CHECK(tested == src);
      CHECK(expected == src);
    }
  };
  for_its_types([&]<class T>() {
    check(Matrix<T, Eigen::RowMajor>(3, 3));
    check(Matrix<T, Eigen::ColMajor>(3, 3));
  });
}

TEST_CASE("test_send_recv_noncontiguous, test_send_0d_arrays") {
  for_its_types([]<class T>() {
    const std::vector<T> src = random_array<T>(5);
    std::vector<T> in(5);
    const auto every_other = [](auto& v) {
      return comm::StridedView<std::remove_reference_t<decltype(v[0])>>{v.data(), {1, 1, 3}, {0, 0, 2}};
    };
    T zero_dimensional{};
    between(
        [&](auto& requests) {
          requests.push_back(comm::isend(every_other(src), receiver(), 11));
          requests.push_back(comm::isend(src[1], receiver(), 12));
        },
        [&](auto& requests) {
          requests.push_back(comm::irecv(every_other(in), sender, 11));
          requests.push_back(comm::irecv(zero_dimensional, sender, 12));
        });
    if (comm::rank() == receiver()) {
      CHECK(in == std::vector<T>{src[0], T{}, src[2], T{}, src[4]});
      CHECK(zero_dimensional == src[1]);
    }
  });
}

TEST_CASE("test_sendrecv: pairwise, circular, to oneself, noncontiguous on either side, invalid ranks") {
  const int here = comm::rank();
  const int n = comm::size();
  if (here < 2 && n > 1) {
    const std::array<double, 2> out{1.0 + 6 * here, 2.0 + 6 * here};
    std::array<double, 2> in{};
    comm::sendrecv(out, 1 - here, in, comm::any_source, here == 0 ? 11 : 22, here == 0 ? 22 : 11);
    CHECK(in == std::array<double, 2>{7.0 - 6 * here, 8.0 - 6 * here});
  }
  const int previous = (here + n - 1) % n;
  std::array<double, 2> in{};
  comm::sendrecv(std::array<double, 2>{here + 1.0, here + 2.0}, (here + 1) % n, in, previous, here, previous);
  CHECK(in == std::array<double, 2>{previous + 1.0, previous + 2.0});

  // Its test sends a buffer onto itself, which MPI does not allow; in place is what it means.
  std::vector<double> self(10, here);
  comm::sendrecv_replace(self, here);
  CHECK(self == std::vector<double>(10, here));

  Matrix<int, Eigen::RowMajor> table(10, 10);
  for (int i = 0; i < 100; ++i) table(i / 10, i % 10) = i + 1;
  Matrix<int, Eigen::RowMajor> whole(7, 7);
  comm::sendrecv(table.block(1, 1, 7, 7), here, whole, here);
  CHECK(whole == table.block(1, 1, 7, 7));
  whole.setZero();
  comm::sendrecv(whole, here, table.block(1, 1, 7, 7), here);
  CHECK(table.block(1, 1, 7, 7).isZero());
  CHECK(table(0, 0) == 1);
  CHECK(table(9, 9) == 100);

  std::vector<double> data(10);
  std::vector<double> other(10);
  CHECK(class_of([&] { comm::sendrecv(data, n, other); }) == MPI_ERR_RANK);
  CHECK(class_of([&] { comm::sendrecv(data, here, other, n); }) == MPI_ERR_RANK);
}

TEST_CASE("test_wtime: not negative, and a sleep takes as long as it should") {
  const double begin = comm::wtime();
  CHECK(begin >= 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(comm::wtime() - begin > 0.09);
}
