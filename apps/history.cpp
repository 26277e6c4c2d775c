#include "history.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iomanip>
#include <limits>
#include <sstream>

#include "tessera/core/failure.hpp"
#include "tessera/io/file_check.hpp"

namespace tessera::apps {

std::vector<std::string> files_of_history(const std::string& file) { return {file, io::temporary_of(file)}; }

History::History(const HistoryOptions& options, const comm::WaitingCommunicator& communicator, bool resume, Index step)
    : communicator_(communicator), file_(options.file) {
  std::string why;
  if (communicator.root()) why = begin(resume, step);
  require(why);
}

std::string History::begin(bool resume, Index step) {
  std::string kept;
  if (resume) {
    std::ifstream before(file_);
    for (std::string line; std::getline(before, line) && !before.eof();) {  // what a crash cut short has no end of line
      std::istringstream first(line);
      Index at = 0;
      const bool is_head = kept.empty();
      if (is_head || (first >> at && at <= step)) kept += line + "\n";
    }
  }
  has_head_ = !kept.empty();
  // Replaced in one go: a crash leaves the old lines or the new ones.
  const std::string next = files_of_history(file_).back();
  errno = 0;
  stream_.open(next, std::ios::trunc);
  stream_ << kept << std::flush;
  std::string why = stream_ ? "" : std::strerror(errno);
  std::error_code error;
  if (why.empty()) {
    std::filesystem::rename(next, file_, error);
    if (error) why = error.message();
  }
  if (!why.empty()) std::filesystem::remove(next, error);
  return why;
}

void History::append(double time, Index step, const std::vector<Diagnostic>& diagnostics) {
  std::string why;
  if (communicator_.root()) {
    std::ostringstream text;
    if (!has_head_) {
      text << "step,time";
      for (const Diagnostic& diagnostic : diagnostics) text << ',' << diagnostic.name;
      text << '\n';
      has_head_ = true;
    }
    text << std::setprecision(std::numeric_limits<double>::max_digits10) << step << ',' << time;
    for (const Diagnostic& diagnostic : diagnostics) text << ',' << diagnostic.value;
    text << '\n';
    errno = 0;
    stream_ << text.str() << std::flush;
    if (!stream_) why = std::strerror(errno);
  }
  require(why);
}

void History::require(std::string why) const {
  communicator_.bcast_resizing(why);
  if (!why.empty()) throw RunError("history.file " + file_ + " cannot be written: " + why);
}

}  // namespace tessera::apps
