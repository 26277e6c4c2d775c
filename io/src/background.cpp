#include "tessera/io/background.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "tessera/core/failure.hpp"

namespace tessera::io {
namespace {

class Background {
 public:
  ~Background() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void submit(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    changed_.notify_all();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return jobs_.empty(); });
  }

  bool failed() {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

  void rethrow() {
    std::exception_ptr failure;
    {
      const std::lock_guard lock(mutex_);
      failure = std::exchange(failure_, nullptr);
    }
    if (failure) std::rethrow_exception(failure);
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ends_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const std::function<void()>& job = jobs_.front();  // stays there while it runs: wait() waits for it
      if (!failed_) {
        lock.unlock();
        std::exception_ptr failure;
        try {
          job();
        } catch (const RunError&) {  // on all ranks; anything else ends the program here
          failure = std::current_exception();
        }
        lock.lock();
        if (failure) {
          failure_ = failure;
          failed_ = true;
        }
      }
      jobs_.pop_front();
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;  // the first one is running
  std::exception_ptr failure_;
  bool failed_ = false;
  bool ends_ = false;
  std::thread thread_;
};

Background& background() {
  static Background the_one;
  return the_one;
}

}  // namespace

void run_in_background(std::function<void()> job) { background().submit(std::move(job)); }
void finish_background() { background().wait(); }
bool background_failed() { return background().failed(); }
void rethrow_background() { background().rethrow(); }

}  // namespace tessera::io
