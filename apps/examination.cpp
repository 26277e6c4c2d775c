#include "examination.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <iomanip>
#include <sstream>
#include <thread>

#include "launcher.hpp"
#include "tessera/core/machine.hpp"

namespace tessera::apps {
namespace {

using Verdict = Finding::Verdict;

template <class Value>
std::string digits(Value value, int number) {
  std::ostringstream text;
  text << std::setprecision(number) << value;
  return text.str();
}

/// Ends the job if it is not taken back in time: messages that do not arrive cannot be waited for in any other way.
class Alarm {
 public:
  Alarm(double seconds, const char* message)
      : thread_([this, seconds, message] {
          const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
          while (!done_) {
            if (std::chrono::steady_clock::now() > end) comm::abort(message);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
          }
        }) {}
  ~Alarm() {
    done_ = true;
    thread_.join();
  }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace

Finding examine_launcher(const comm::WaitingCommunicator& world) {
  const std::string problem = launcher_problem(world.size());
  if (!problem.empty())
    return {Verdict::wrong, "launcher", problem.substr(0, problem.find(';')), problem.substr(problem.find(';') + 2)};
  return {Verdict::fine, "launcher", std::to_string(world.size()) + " rank(s)", ""};
}

Finding examine_thread_level(comm::ThreadLevel level) {
  const std::string what = std::string(comm::library_version()) + ", thread level " + comm::to_string(level);
  if (level == comm::ThreadLevel::multiple) return {Verdict::fine, "MPI", what, ""};
  return {
      Verdict::doubtful, "MPI",
      what +
          ": messages of threads go through the main thread of each rank, and output is not written in the background",
      "use an MPI that was built with MPI_THREAD_MULTIPLE; with threads of one a rank nothing is lost"};
}

Finding examine_cores(const comm::WaitingCommunicator& world, std::vector<std::string>& lines) {
  const Machine machine = inspect_machine(world);
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::ostringstream own;
  own << "rank " << world.rank() << " on " << host.data() << ": cores " << machine.mask << " (" << machine.cores_of_rank
      << " of the " << machine.cores_on_node << " that the node's " << machine.ranks_on_node << " rank(s) may use)";
  constexpr std::size_t length = 400;
  std::array<char, length> line{};
  own.str().copy(line.data(), length - 1);
  std::vector<std::array<char, length>> all(static_cast<std::size_t>(world.size()));
  world.gather(line, all, 0);
  for (const auto& text : all) lines.emplace_back(text.data());

  const auto installed = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  const int most_ranks = world.allreduce(machine.ranks_on_node, comm::Operator::max);
  const bool crowded = world.allreduce(machine.ranks_on_node > machine.cores_on_node ? 1 : 0, comm::Operator::max) == 1;
  const bool bound =
      world.allreduce(machine.cores_of_rank == 1 && installed > most_ranks ? 1 : 0, comm::Operator::max) == 1;
  if (crowded) {
    return {Verdict::doubtful, "cores",
            "there are more ranks than cores on a node: waits give their core away, and runs are slow",
            "start as many ranks as there are cores, or fewer with threads"};
  }
  if (bound) {
    return {Verdict::doubtful, "cores",
            "each rank is bound to one core, where a node has more: its threads would share it",
            "where ranks have threads, start Open MPI's mpiexec with --bind-to none or --map-by slot:PE=<threads>, "
            "MPICH's without -bind-to, "
            "and srun with --cpus-per-task"};
  }
  return {Verdict::fine, "cores",
          "a rank has " + std::to_string(machine.fair_share) + " core(s) for its threads, and " +
              digits(usable_memory(machine) / 1e9, 3) + " GB of memory",
          ""};
}

Finding examine_exchange(const comm::WaitingCommunicator& world, comm::ThreadLevel level) {
  const int threads = level == comm::ThreadLevel::multiple ? 4 : 1;
  constexpr int rounds = 50;
  constexpr std::size_t most = 1U << 17U;
  const int next = (world.rank() + 1) % world.size();
  const int before = (world.rank() + world.size() - 1) % world.size();
  const Alarm alarm(
      30,
      "messages between threads did not arrive within 30 s: this MPI, or its network, does not work with threads; "
      "try another transport (Open MPI: --mca pml ob1 --mca btl self,vader,tcp; MPICH: FI_PROVIDER=tcp), or "
      "layout.messages: funneled");
  std::atomic<int> wrong = 0;
  const auto exchange = [&](int thread) {
    for (int round = 0; round < rounds; ++round) {
      const std::size_t count = std::size_t{1} << static_cast<unsigned>(round % 18);
      const auto value = [&](int rank) { return 1e6 * rank + 1e3 * thread + round; };
      std::vector<double> sent(count, value(world.rank()));
      std::vector<double> received(count);
      auto receiving = world.irecv(received, before, thread);
      auto sending = world.isend(sent, next, thread);
      receiving.wait();
      sending.wait();
      for (const double v : received) wrong += v == value(before) ? 0 : 1;
    }
  };
  std::vector<std::thread> others;  // not those of a Team, which may run one after another
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(exchange, thread);
  exchange(0);
  for (std::thread& thread : others) thread.join();
  if (world.allreduce(wrong.load(), comm::Operator::sum) > 0) {
    return {Verdict::wrong, "exchange", "messages between threads arrived with wrong contents",
            "this MPI is broken for several threads: use another, or layout.messages: funneled"};
  }
  std::string what = std::to_string(world.size()) + " rank(s) x " + std::to_string(threads) +
                     " thread(s), each sends to the next rank at once: all right";
  if (world.size() == 1) what += " (with itself: start several ranks to try the network)";
  else {
    std::vector<double> buffer(most);
    const auto bounce = [&](std::size_t count, int times) {
      const std::span<double> part(buffer.data(), count);
      world.barrier();
      const double begin = comm::wtime();
      for (int i = 0; i < times && world.rank() < 2; ++i) {
        const int other = 1 - world.rank();
        if (world.rank() == 0) world.send(part, other, threads);
        world.recv(part, other, threads);
        if (world.rank() == 1) world.send(part, other, threads);
      }
      double seconds = (comm::wtime() - begin) / (2.0 * times);
      world.bcast(seconds);
      return seconds;
    };
    bounce(1, 100);
    const double small = bounce(1, 1000);
    const double large = bounce(most, 20);
    what += "; between ranks 0 and 1 " + digits(small * 1e6, 2) + " microseconds a message, " +
            digits(8.0 * most / large / 1e9, 2) + " GB/s";
  }
  return {Verdict::fine, "exchange", what, ""};
}

}  // namespace tessera::apps
