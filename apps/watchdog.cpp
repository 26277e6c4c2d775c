#include "watchdog.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tessera/core/waiting.hpp"

namespace tessera::apps {
namespace {

constexpr double look_seconds = 1;
constexpr double ask_seconds = 0.1;  // between looks while answers are on their way
constexpr double least_answer_seconds = 5;
constexpr auto ending_interval = std::chrono::milliseconds(1);
enum Tag { question_tag, answer_tag };

/// Whether a thread of this process is in a system call that no signal ends: the disk, or a file system far away.
bool uninterruptible(int thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  return name_end != std::string::npos && line.compare(name_end, 3, ") D") == 0;
}

}  // namespace

Watchdog::Watchdog(const comm::WaitingCommunicator& communicator, comm::ThreadLevel level, double stall_seconds,
                   const Log& log, RankLog& rank_log, std::string checkpoint)
    : stall_seconds_(stall_seconds),
      answer_seconds_(std::clamp(stall_seconds / 4, least_answer_seconds, 15.0)),
      checkpoint_(std::move(checkpoint)),
      log_(communicator.root() ? log : Log(true, Verbosity::normal)),
      rank_log_(rank_log),
      main_thread_(gettid()),
      asks_(communicator.root()),
      last_look_(Clock::now()) {
  if (stall_seconds <= 0) return;
  const ShortText here = short_text(whereabouts());
  if (level == comm::ThreadLevel::multiple) {
    communicator_ = communicator.dup();
    const int last = communicator.size() - 1;
    asks_ = communicator.root() || communicator.rank() == last;
    if (asks_) whereabouts_.resize(static_cast<std::size_t>(communicator.size()));
    communicator.gather(here, whereabouts_, 0);
    if (last > 0) communicator.gather(here, whereabouts_, last);
  } else if (asks_) {
    whereabouts_.push_back(here);
  } else {
    return;
  }
  next_ = stall_seconds;
  thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  turn_to("at the end of the run, waiting for the others");
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::string Watchdog::turn_to(std::string what) {
  const std::lock_guard lock(mutex_);
  ++tasks_;
  return std::exchange(task_, std::move(what));
}

void Watchdog::watch() {
  for (;;) {
    look();
    if (communicator_) answer_questions();
    if (asks_ && !asking_ && still_ >= next_ && !all_at_end()) ask();
    if (asking_ && (all_have_answered() || still_ >= asked_ + answer_seconds_)) tell();
    std::unique_lock lock(mutex_);
    if (!ending_) {
      wake_.wait_for(lock, std::chrono::duration<double>(asking_ ? ask_seconds : look_seconds),
                     [&] { return ending_; });
      continue;
    }
    lock.unlock();
    if (finished()) return;
    std::this_thread::sleep_for(ending_interval);
  }
}

void Watchdog::look() {
  const Clock::time_point now = Clock::now();
  const double passed = std::chrono::duration<double>(now - last_look_).count();
  last_look_ = now;
  std::pair<Index, Index> state{steps_.load(std::memory_order_relaxed), 0};
  {
    const std::lock_guard lock(mutex_);
    state.second = tasks_;
  }
  still_ = passed > least_answer_seconds ? 0 : still_ + passed;  // 0: this process itself was stopped for so long
  if (state == seen_) return;
  seen_ = state;
  if (told_) say("the run goes on after " + std::to_string(std::lround(still_)) + " s");
  still_ = 0;
  next_ = stall_seconds_;
  asking_ = told_ = false;
}

Reply Watchdog::describe() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text = task_;
  }
  if (text.empty()) {
    const std::string step = "step " + std::to_string(seen_.first + 1);
    text = threads_waiting() > 0 ? "waiting for messages in " + step : "in " + step + ", computing or in a reduction";
  }
  if (uninterruptible(main_thread_)) text += ", in a system call (disk or file system)";
  return {still_, short_text(text)};
}

void Watchdog::answer_questions() {
  for (;;) {
    if (!receiving_.active()) {
      const auto question = communicator_.iprobe(comm::any_source, question_tag);
      if (!question) break;
      asker_ = question->source();
      receiving_ = communicator_.irecv(received_, asker_, question_tag);
    }
    if (!receiving_.test()) break;
    replies_.push_back(communicator_.isend(describe(), asker_, answer_tag));
  }
  if (comm::testall(replies_)) replies_.clear();
}

/// Those who still owe an answer to an earlier question are not asked again.
void Watchdog::ask() {
  asking_ = true;
  asked_ = still_;
  if (!communicator_) return;
  peers_.resize(
      static_cast<std::size_t>(communicator_.size()));  // the first time; from then on they stay where they are
  for (int rank = 0; rank < communicator_.size(); ++rank) {
    Peer& peer = peers_[static_cast<std::size_t>(rank)];
    if (rank == communicator_.rank() || peer.question.active() || peer.coming.active()) continue;
    peer.coming = communicator_.irecv(peer.reply, rank, answer_tag);
    peer.question = communicator_.isend(question_, rank, question_tag);
  }
}

bool Watchdog::all_have_answered() {
  bool all = true;
  for (Peer& peer : peers_) {
    const bool sent = peer.question.test();
    all = peer.coming.test() && sent && all;
  }
  return all;
}

void Watchdog::tell() {
  asking_ = false;
  if (all_at_end()) return;
  while (next_ <= still_) next_ *= 2;
  const int own = communicator_ ? communicator_.rank() : 0;
  Stall stall{still_, seen_.first, {}, whereabouts_, checkpoint_, !communicator_};
  stall.answers.resize(whereabouts_.size());
  for (std::size_t rank = 0; rank < peers_.size(); ++rank) {
    if (!peers_[rank].coming.active()) stall.answers[rank] = peers_[rank].reply;
  }
  stall.answers[static_cast<std::size_t>(own)] = describe();
  if (own > 0 && stall.answers.front()) return;  // rank 0 tells
  told_ = true;
  say(report(stall));
}

void Watchdog::say(const std::string& text) {
  log_.warn(text);
  rank_log_.write_if_free(text);
}

/// All ranks meet twice: when they have come here, from where on nobody asks any more, and when nobody owes them an answer. They
/// go on answering in between.
bool Watchdog::finished() {
  if (!communicator_) return true;
  if (!farewell_.test()) return false;
  if (farewells_ == 0 || (farewells_ == 1 && all_have_answered())) {
    farewell_ = communicator_.ibarrier();
    ++farewells_;
    return false;
  }
  return farewells_ == 2 && replies_.empty();
}

bool Watchdog::all_at_end() const { return farewells_ > 1 || (farewells_ == 1 && !farewell_.active()); }

}  // namespace tessera::apps
