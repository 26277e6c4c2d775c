// Messages between two ranks: every call x type x kind of buffer, around the ring of ranks (of one rank, to itself).
#include "samples.hpp"

using namespace samples;
using comm::WaitPolicy;

namespace {

constexpr int n = 12;

/// f(communicator) with both ways to wait, and both ways to send what is strided.
template <class F>
void in_every_way(const F& f) {
  for (const WaitPolicy policy : policies()) {
    for (const comm::Strided how : {comm::Strided::packed, comm::Strided::datatype}) {
      comm::set_strided(how);
      f(comm::world().waiting(policy));
    }
  }
  comm::set_strided(comm::Strided::automatic);
}

template <class F>
void matrix(const F& f) {
  const Ring ring;
  in_every_way([&](const comm::WaitingCommunicator& world) {
    for_matrix([&]<class T, class Sent, class Received>() {
      Sample<T, Sent> out(n, 100 * ring.here);
      Sample<T, Received> in(n);
      f(world, ring, out, in);
      CHECK(in.has(100 * ring.previous));
      CHECK(out.has(100 * ring.here));
    });
  });
}

}  // namespace

TEST_CASE("send and irecv") {
  matrix([](const auto& world, const Ring& ring, auto& out, auto& in) {
    comm::Request request = world.irecv(in.view(), ring.previous, 3);
    world.send(out.view(), ring.next, 3);
    const comm::Status status = request.wait();
    CHECK(status.source() == ring.previous);
    CHECK(status.tag() == 3);
  });
}

TEST_CASE("ssend and irecv") {
  matrix([](const auto& world, const Ring& ring, auto& out, auto& in) {
    comm::Request request = world.irecv(in.view(), ring.previous, 3);
    world.ssend(std::as_const(out).view(), ring.next, 3);
    comm::wait(request);
  });
}

TEST_CASE("isend and recv") {
  matrix([](const auto& world, const Ring& ring, auto& out, auto& in) {
    comm::Request request = world.isend(out.view(), ring.next);
    world.recv(in.view());
    request.wait();
    CHECK_FALSE(request.active());
  });
}

TEST_CASE("issend and recv with a status") {
  matrix([](const auto& world, const Ring& ring, auto& out, auto& in) {
    comm::Request request = world.issend(std::as_const(out).view(), ring.next, 8);
    comm::Status status;
    world.recv(in.view(), comm::any_source, comm::any_tag, status);
    request.wait();
    CHECK(status.source() == ring.previous);
    CHECK(status.tag() == 8);
    using T = std::remove_reference_t<decltype(in[0])>;
    CHECK(status.template count<T>() == n);
  });
}

TEST_CASE("sendrecv") {
  matrix([](const auto& world, const Ring& ring, auto& out, auto& in) {
    comm::Status status;
    world.sendrecv(out.view(), ring.next, in.view(), ring.previous, ring.here, ring.previous, status);
    CHECK(status.tag() == ring.previous);
    world.sendrecv(out.view(), ring.next, in.view());
  });
}

TEST_CASE("sendrecv_replace") {
  const Ring ring;
  in_every_way([&](const comm::WaitingCommunicator& world) {
    for_matrix([&]<class T, class Kind, class>() {
      Sample<T, Kind> both(n, 100 * ring.here);
      world.sendrecv_replace(both.view(), ring.next, ring.previous, 4, 4);
      CHECK(both.has(100 * ring.previous));
    });
  });
}

TEST_CASE("persistent requests send what the buffer holds at each start") {
  const Ring ring;
  in_every_way([&](const comm::WaitingCommunicator& world) {
    for_matrix([&]<class T, class Sent, class Received>() {
      Sample<T, Sent> out(n);
      Sample<T, Received> in(n);
      std::array<comm::Request, 2> requests{world.recv_init(in.view(), ring.previous, 6),
                                            world.send_init(out.view(), ring.next, 6)};
      CHECK(comm::testall(requests));  // not started: nothing to wait for
      for (int round = 0; round < 3; ++round) {
        for (int k = 0; k < n; ++k) out[k] = value<T>(100 * ring.here + 7 * round + k);
        comm::startall(requests);
        comm::waitall(requests);
        CHECK(in.has(100 * ring.previous + 7 * round));
      }
    });
  });
}

TEST_CASE("fewer elements than the buffer has leave the others alone") {
  const Ring ring;
  constexpr int few = 5;
  in_every_way([&](const comm::WaitingCommunicator& world) {
    for_matrix([&]<class T, class Sent, class Received>() {
      Sample<T, Sent> out(n, 100 * ring.here);
      std::array<T, few> first{};
      for (int k = 0; k < few; ++k) first[static_cast<std::size_t>(k)] = out[k];
      Sample<T, Received> in(n);
      comm::Status status;
      comm::Request request = world.isend(first, ring.next);
      world.recv(in.view(), ring.previous, 0, status);
      request.wait();
      CHECK(status.template count<T>() == few);
      CHECK(in.has(100 * ring.previous, few));

      Sample<T, Received> later(n);
      request = world.irecv(later.view(), ring.previous);
      world.send(first, ring.next);
      CHECK(request.wait().template count<T>() == few);
      CHECK(later.has(100 * ring.previous, few));
    });
  });
}

TEST_CASE("what is moved into a request, and only that, lives as long as the request needs it") {
  const Ring ring;
  const auto& world = comm::world();
  constexpr std::size_t large = 100000;  // beyond what MPI copies away at once
  std::vector<double> in(large);
  comm::Request request = world.isend(std::vector<double>(large, ring.here + 0.5), ring.next);
  std::vector<std::vector<double>> rubbish(20, std::vector<double>(large, -1.0));  // where a freed vector was
  world.recv(in, ring.previous);
  request.wait();
  CHECK(in == std::vector<double>(large, ring.previous + 0.5));

  request = world.isend(Eigen::MatrixXd::Constant(300, 300, ring.here).eval(), ring.next);
  Eigen::MatrixXd matrix(300, 300);
  world.recv(matrix, ring.previous);
  request.wait();
  CHECK((matrix.array() == ring.previous).all());

  request = world.isend(ring.here * 2, ring.next);  // a temporary number
  int number = -1;
  world.recv(number, ring.previous);
  request.wait();
  CHECK(number == ring.previous * 2);

  auto receive = world.irecv(std::vector<int>(3), ring.previous, 2);
  world.send(std::array{ring.here, 1, 2}, ring.next, 2);
  const std::vector<int> got = receive.get();
  CHECK(got == std::vector<int>{ring.previous, 1, 2});
}

TEST_CASE("containers, scalars and text as they are") {
  const Ring ring;
  const auto& world = comm::world();
  const auto around = [&](const auto& out, auto in) {
    comm::Request request = world.isend(out, ring.next);
    world.recv(in, ring.previous);
    request.wait();
    return in;
  };
  CHECK(around(ring.here + 0.5, 0.0) == ring.previous + 0.5);
  CHECK(around(true, false));
  CHECK(around(std::string("ten chars!"), std::string(10, ' ')) == "ten chars!");
  CHECK(around(std::string("żółć"), std::string(8, ' ')).substr(0, 7) == std::string("żółć").substr(0, 7));
  CHECK(around(std::array<std::array<int, 2>, 2>{{{1, 2}, {3, 4}}}, std::array<std::array<int, 2>, 2>{})[1][0] == 3);
  CHECK(around(std::vector<double>{}, std::vector<double>{}).empty());
  CHECK(around(Eigen::Vector3d(1, 2, 3), Eigen::Vector3d(0, 0, 0)) == Eigen::Vector3d(1, 2, 3));
  CHECK(around(Eigen::ArrayXXf::Constant(3, 2, 2.5F).eval(), Eigen::ArrayXXf(3, 2)).sum() == 15);
  double out[2][3] = {{1, 2, 3}, {4, 5, ring.here + 0.0}};
  double in[2][3] = {};
  comm::Request request = world.isend(out, ring.next);
  world.recv(in, ring.previous);
  request.wait();
  CHECK(in[1][2] == ring.previous);
  CHECK(in[0][1] == 2);
}

TEST_CASE("two dimensions keep their indices in one call, and between ranks by row_major or column_major") {
  const Ring ring;
  const auto& world = comm::world();
  Matrix<double, Eigen::RowMajor> rows(3, 4);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) rows(i, j) = 10 * i + j;
  }
  const Matrix<double, Eigen::ColMajor> expected = rows;
  Matrix<double, Eigen::ColMajor> columns = Eigen::MatrixXd::Zero(3, 4);
  world.sendrecv(rows, ring.next, columns, ring.previous);
  CHECK(columns == expected);

  columns.setZero();
  comm::Request request = world.isend(rows, ring.next);
  world.recv(comm::row_major(columns), ring.previous);
  request.wait();
  CHECK(columns == expected);

  columns.setZero();
  request = world.isend(comm::column_major(rows.block(0, 1, 3, 2)), ring.next);
  world.recv(columns.block(0, 1, 3, 2), ring.previous);
  request.wait();
  CHECK(columns.col(2) == expected.col(2));
  CHECK(columns.col(3).isZero());

  columns.setZero();
  world.sendrecv(comm::row_major(expected), ring.next, columns, ring.previous);
  CHECK(columns == expected);
}

TEST_CASE("probing") {
  const Ring ring;
  for (const WaitPolicy policy : policies()) {
    const comm::WaitingCommunicator world = comm::world().waiting(policy);
    world.barrier();
    CHECK_FALSE(world.iprobe(comm::any_source, 77));
    CHECK_FALSE(world.improbe(comm::any_source, 77));
    const std::vector<int> out(static_cast<std::size_t>(ring.here + 2), ring.here);
    std::array<comm::Request, 3> requests{world.isend(out, ring.next, 5), world.isend(out, ring.next, 6),
                                          world.isend(out, ring.next, 7)};
    const comm::Status status = world.probe(ring.previous, 5);
    std::vector<int> in(static_cast<std::size_t>(status.count<int>()));
    CHECK(in.size() == static_cast<std::size_t>(ring.previous + 2));
    world.recv(in, status.source(), status.tag());
    CHECK(in.back() == ring.previous);

    comm::Message message = world.mprobe(ring.previous, 6);
    CHECK(message.status().count<int>() == ring.previous + 2);
    CHECK_FALSE(world.iprobe(ring.previous, 6));  // set aside
    Sample<int, EveryOther> strided(12);
    CHECK(world.recv(strided.view(), message).count<int>() == ring.previous + 2);
    CHECK(strided.is(std::vector<int>(static_cast<std::size_t>(ring.previous + 2), ring.previous)));

    std::optional<comm::Message> found;
    while (!found) found = world.improbe(ring.previous, 7);
    world.recv(in, *found);
    comm::waitall(requests);
  }
}

TEST_CASE("messages to no rank") {
  std::vector<int> data(3, 5);
  comm::Status status;
  comm::send(data, comm::no_rank);
  comm::recv(data, comm::no_rank, 0, status);
  CHECK(status.source() == comm::no_rank);
  CHECK(status.count<int>() == 0);
  CHECK(data == std::vector<int>(3, 5));
}
