#include "rank_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <exception>
#include <iomanip>
#include <limits>
#include <sstream>

#include "tessera/io/file_check.hpp"

namespace tessera::apps {
namespace {

std::atomic<RankLog*> the_log = nullptr;
std::terminate_handler further = nullptr;

std::string file_of(const std::string& folder, int rank) {
  std::ostringstream name;
  name << folder << "/rank-" << std::setw(4) << std::setfill('0') << rank << ".log";
  return name.str();
}

std::string time_stamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto thousandths = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::ostringstream text;
  text << std::put_time(&parts, "%F %T.") << std::setw(3) << std::setfill('0') << thousandths;
  return text.str();
}

std::string corner(const Grid& grid, const Index3& lower, Index more) {
  std::string text;
  for (int a = grid.first_axis(); a < 3; ++a)
    text += (text.empty() ? "[" : ", ") + std::to_string(lower[static_cast<std::size_t>(a)] + more);
  return text + "]";
}

std::string text_of(std::exception_ptr error) {
  if (!error) return "terminated without an exception";
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

}  // namespace

std::string whereabouts() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return std::string("host ") + host.data() + ", process " + std::to_string(getpid());
}

LogOptions read_log_options(const Config& config, const comm::WaitingCommunicator& communicator) {
  const Config section = config.section("log");
  LogOptions options;
  options.stall_seconds = section.number("stall_seconds");
  if (!section.has("folder")) return options;
  options.folder = section.at("folder").text();
  const bool made = communicator.root() && mkdir(options.folder.c_str(), 0777) == 0;
  const std::string why = io::why_not_writable(file_of(options.folder, 0), communicator);
  if (made)
    rmdir(options.folder.c_str());  // nothing is left behind until all of the configuration is known to be right
  if (!why.empty()) {
    section.at("folder").fail("cannot write logs into '" + options.folder + "': " + why +
                              "; the folder is made if the one in which it lies is there: make that, or name another");
  }
  return options;
}

void RankLog::open(const Config& config, const LogOptions& options, const comm::WaitingCommunicator& communicator,
                   bool append) {
  if (options.folder.empty()) return;
  const std::lock_guard lock(mutex_);
  rank_ = communicator.rank();
  name_ = file_of(options.folder, rank_);
  mkdir(options.folder.c_str(), 0777);  // by all ranks: it may be a folder of each node
  file_ = std::fopen(name_.c_str(), append ? "ae" : "we");
  std::string problem = file_ == nullptr ? std::strerror(errno) : "";
  constexpr int none = std::numeric_limits<int>::max();
  const int first = communicator.allreduce(problem.empty() ? none : rank_, comm::Operator::min);
  if (first != none) {
    problem = "rank " + std::to_string(rank_) + " (" + whereabouts() + ") cannot write '" + name_ + "': " + problem;
    communicator.bcast_resizing(problem, first);
    config.at("log").at("folder").fail(problem + "; name a folder that all ranks can write");
  }
  open_ = true;
  the_log = this;
  if (further == nullptr) further = std::set_terminate(on_terminate);
}

RankLog::~RankLog() {
  if (the_log == this) the_log = nullptr;
  if (file_ != nullptr) std::fclose(file_);
}

/// What ends the job from this rank is written here, too; nothing waits, since this thread may be in the middle of a line.
void RankLog::on_terminate() {
  if (RankLog* log = the_log.exchange(nullptr); log != nullptr && log->mutex_.try_lock()) {
    if (log->file_ != nullptr) {
      std::fprintf(log->file_, "%s error: %s\n", time_stamp().c_str(), text_of(std::current_exception()).c_str());
      std::fflush(log->file_);
    }
  }
  further();
  std::abort();  // it does not return
}

void RankLog::write(const std::string& text) {
  if (!open_) return;
  const std::lock_guard lock(mutex_);
  add(text);
}

void RankLog::write_if_free(const std::string& text) {
  if (!open_) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock) add(text);
}

void RankLog::add(const std::string& text) {
  if (file_ == nullptr) return;
  if (std::fprintf(file_, "%s %s\n", time_stamp().c_str(), text.c_str()) >= 0 && std::fflush(file_) == 0) return;
  std::fprintf(stderr, "warning: log.folder: rank %d cannot write %s any more: %s; the run goes on without it\n", rank_,
               name_.c_str(), std::strerror(errno));
  std::fflush(stderr);
  std::fclose(file_);
  file_ = nullptr;
}

void RankLog::introduce(const std::string& program, const Domain& domain, const Machine& machine) {
  if (!open_) return;
  std::ostringstream text;
  text << program << ", rank " << rank_ << " of " << domain.communicator().size() << ", " << whereabouts() << ", cores "
       << machine.mask;
  for (const Block& block : domain.blocks()) {
    text << "\n  block " << block.number << ": cells " << corner(domain.grid(), block.cells.lower, 0) << " to "
         << corner(domain.grid(), block.cells.upper, -1);
  }
  text << "\n  fields: " << domain.allocated() / 1e6 << " MB";
  write(text.str());
}

}  // namespace tessera::apps
