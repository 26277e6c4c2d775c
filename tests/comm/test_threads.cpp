// Several threads of every rank exchange tagged messages at once: random lengths from nothing to 1 MiB, checked contents.
#include <random>
#include <thread>

#include "samples.hpp"

using namespace samples;
using comm::Request;
using comm::WaitPolicy;

namespace {

/// The sanitizer's threads are tens of times slower.
#ifdef TESSERA_THREAD_SANITIZER
constexpr int rounds_of_many = 60;
#else
constexpr int rounds_of_many = 1000;
#endif
constexpr std::size_t longest = std::size_t{1} << 17U;  // doubles in 1 MiB

/// Lengths: many short ones, some long. Sender and receiver draw the same from the same seed.
class Lengths {
 public:
  Lengths(int sender, int thread) : random_(static_cast<unsigned>(1000 * sender + thread + 1)) {}
  std::size_t next() {
    const auto draw = static_cast<unsigned>(random_());
    if (draw % 10 == 0) return 0;
    if (draw % 50 == 1) return longest;
    return (draw >> 8U) % (std::size_t{1} << (draw % 12));
  }

 private:
  std::mt19937 random_;
};

double content(int sender, int thread, int round, std::size_t i) {
  return sender + 10.0 * thread + 1000.0 * round + 1e-6 * static_cast<double>(i);
}

/// exchange(thread) on `count` threads at once; the number of wrong elements that they have found.
template <class F>
int on_threads(int count, const F& exchange) {
  std::vector<int> wrong(static_cast<std::size_t>(count));
  std::vector<std::thread> team;
  for (int t = 0; t < count; ++t) team.emplace_back([&, t] { wrong[static_cast<std::size_t>(t)] = exchange(t); });
  for (std::thread& thread : team) thread.join();
  int sum = 0;
  for (const int w : wrong) sum += w;
  return sum;
}

template <class Buffer>
int wrong_elements(const Buffer& in, std::size_t n, int sender, int thread, int round) {
  int wrong = 0;
  for (std::size_t i = 0; i < n; ++i)
    wrong += in[static_cast<std::ptrdiff_t>(i)] == content(sender, thread, round, i) ? 0 : 1;
  return wrong;
}

}  // namespace

TEST_CASE("threads exchange contiguous messages at once") {
  const Ring ring;
  for (const int threads : {2, 3, 4}) {
    const int wrong = on_threads(threads, [&](int t) {
      Lengths outgoing(ring.here, t);
      Lengths incoming(ring.previous, t);
      std::vector<double> in(longest);
      int found = 0;
      for (int round = 0; round < rounds_of_many; ++round) {
        std::vector<double> out(outgoing.next());
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = content(ring.here, t, round, i);
        const std::size_t n = incoming.next();
        std::array<Request, 2> requests{comm::irecv(std::span(in).first(n), ring.previous, t),
                                        comm::isend(std::move(out), ring.next, t)};
        comm::waitall(requests, WaitPolicy::yield);
        found += wrong_elements(in.data(), n, ring.previous, t, round);
      }
      return found;
    });
    CHECK(wrong == 0);
  }
}

TEST_CASE("threads exchange strided messages at once, each with blocking calls of its own") {
  const Ring ring;
  const auto world = comm::world().waiting(WaitPolicy::yield);
  for (const comm::Strided how : {comm::Strided::packed, comm::Strided::datatype}) {
    comm::set_strided(how);
    const int wrong = on_threads(4, [&](int t) {
      Lengths outgoing(ring.here, t);
      Lengths incoming(ring.previous, t);
      Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> out(longest, 2);
      Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> in(longest, 2);
      in.setConstant(-1);
      int found = 0;
      for (int round = 0; round < rounds_of_many / 4; ++round) {
        const auto sent = static_cast<Eigen::Index>(outgoing.next());
        const auto received = static_cast<Eigen::Index>(incoming.next());
        for (Eigen::Index i = 0; i < sent; ++i) out(i, 1) = content(ring.here, t, round, static_cast<std::size_t>(i));
        comm::Status status;
        world.sendrecv(out.col(1).head(sent), ring.next, in.col(1).head(received), ring.previous, t, t, status);
        const Eigen::VectorXd got = in.col(1).head(received);
        found += wrong_elements(got.data(), static_cast<std::size_t>(received), ring.previous, t, round);
        found += status.count<double>() == received ? 0 : 1;
      }
      return found + ((in.col(0).array() == -1).all() ? 0 : 1);  // the column between must be untouched
    });
    CHECK(wrong == 0);
  }
  comm::set_strided(comm::Strided::automatic);
}

TEST_CASE("threads have collectives on communicators of their own") {
  std::vector<comm::Communicator> copies;
  for (int t = 0; t < 3; ++t) copies.push_back(comm::world().dup());
  const int wrong = on_threads(3, [&](int t) {
    const auto mine = copies[static_cast<std::size_t>(t)].waiting(WaitPolicy::yield);
    int found = 0;
    for (int round = 0; round < rounds_of_many / 5; ++round) {
      found += mine.allreduce(round + t) == (round + t) * mine.size() ? 0 : 1;
      std::vector<int> all(static_cast<std::size_t>(mine.size()));
      mine.allgather(mine.rank() + round, all);
      found += all.back() == mine.size() - 1 + round ? 0 : 1;
    }
    return found;
  });
  CHECK(wrong == 0);
}

TEST_CASE("a probed message is the prober's") {
  const Ring ring;
  constexpr int threads = 4;
  constexpr int messages = 50;
  std::vector<Request> sends;
  for (int m = 0; m < threads * messages; ++m) {
    sends.push_back(comm::isend(std::vector<int>(static_cast<std::size_t>(1 + m % 17), m), ring.next, 5));
  }
  std::array<std::vector<int>, threads> seen;
  const auto world = comm::world().waiting(WaitPolicy::yield);
  const int wrong = on_threads(threads, [&](int t) {
    int found = 0;
    for (int m = 0; m < messages; ++m) {
      comm::Message message = world.mprobe(ring.previous, 5);
      std::vector<int> in(static_cast<std::size_t>(message.status().count<int>()));
      world.recv(in, message);
      found += in.size() == static_cast<std::size_t>(1 + in.front() % 17) && in.back() == in.front() ? 0 : 1;
      seen[static_cast<std::size_t>(t)].push_back(in.front());
    }
    return found;
  });
  CHECK(wrong == 0);
  comm::waitall(sends);
  std::vector<int> all;
  for (const auto& part : seen) all.insert(all.end(), part.begin(), part.end());
  std::ranges::sort(all);
  for (int m = 0; m < threads * messages; ++m) CHECK(all[static_cast<std::size_t>(m)] == m);
}
