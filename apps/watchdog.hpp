// Says what a run waits for when nothing moves.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "rank_log.hpp"
#include "stall_report.hpp"
#include "tessera/comm/communicator.hpp"

namespace tessera::apps {

/// A thread on every rank looks once a second whether the main thread gets on. If rank 0's has not for `log.stall_seconds`, its
/// watchdog asks those of all ranks, which answer although their main threads wait, and prints who does not answer, or what each
/// says it is doing; again after twice the time, and so on. The last rank does the same, and prints it if rank 0 does not answer.
///
/// Messages go through a communicator of its own, and none is waited for. Where MPI does not allow threads to call it, rank 0
/// speaks for itself only.
class Watchdog {
 public:
  /// Collective. `checkpoint`: what a user could go on with, or empty.
  Watchdog(const comm::WaitingCommunicator& communicator, comm::ThreadLevel level, double stall_seconds, const Log& log,
           RankLog& rank_log, std::string checkpoint);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  /// Collective, as the end of the run is, and the exceptions that leave it on all ranks; an exception on a single rank ends the
  /// job before it comes here.
  ~Watchdog();

  /// The main thread says how many steps are done.
  void done(Index steps) noexcept { steps_.store(steps, std::memory_order_relaxed); }
  /// The main thread is busy with something else than steps, as long as this lives: "writing out.h5".
  class Task {
   public:
    Task(Watchdog& watchdog, const std::string& what) : watchdog_(watchdog), before_(watchdog.turn_to(what)) {}
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() { watchdog_.turn_to(before_); }

   private:
    Watchdog& watchdog_;
    std::string before_;
  };

 private:
  using Clock = std::chrono::steady_clock;
  struct Peer {  // a rank that this one asks
    Reply reply;
    comm::Request question;
    comm::Request coming;
  };

  std::string turn_to(std::string what);
  Reply describe();
  void watch();
  void look();
  void answer_questions();
  void ask();
  bool all_have_answered();
  void tell();
  void say(const std::string& text);
  bool finished();
  bool all_at_end() const;

  const double stall_seconds_;
  const double answer_seconds_;
  const std::string checkpoint_;
  const Log log_;
  RankLog& rank_log_;
  const int main_thread_;
  comm::WaitingCommunicator communicator_;  // none: this rank speaks for itself
  bool asks_ = false;
  std::vector<ShortText> whereabouts_;  // of all ranks, on those that ask

  // Written by the main thread.
  std::atomic<Index> steps_ = 0;
  std::mutex mutex_;  // of the following four
  std::condition_variable wake_;
  std::string task_;  // empty: steps
  Index tasks_ = 0;
  bool ending_ = false;

  // The watching thread's own.
  std::pair<Index, Index> seen_{-1, -1};  // steps and tasks
  Clock::time_point last_look_;
  double still_ = 0;  // seconds without progress
  double next_ = 0;   // when to ask
  double asked_ = 0;
  bool asking_ = false;
  bool told_ = false;
  std::vector<Peer> peers_;
  Index question_ = 0;
  Index received_ = 0;
  int asker_ = 0;
  comm::Request receiving_;
  std::vector<comm::Request> replies_;
  comm::Request farewell_;
  int farewells_ = 0;

  std::thread thread_;  // the last to be made
};

}  // namespace tessera::apps
