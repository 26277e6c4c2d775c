#include "history.hpp"

#include <filesystem>
#include <iomanip>
#include <limits>
#include <sstream>
#include <stdexcept>

namespace tessera::apps {

History::History(const HistoryOptions& options, bool root, bool resume, Index step) : file_(options.file) {
  if (!root) return;
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
  const std::string next = file_ + ".tmp";
  stream_.open(next, std::ios::trunc);
  stream_ << kept << std::flush;
  if (!stream_) fail();
  std::error_code error;
  std::filesystem::rename(next, file_, error);
  if (error) fail();
}

void History::append(double time, Index step, const std::vector<Diagnostic>& diagnostics) {
  if (!stream_.is_open()) return;
  if (!has_head_) {
    stream_ << "step,time";
    for (const Diagnostic& diagnostic : diagnostics) stream_ << ',' << diagnostic.name;
    stream_ << '\n';
    has_head_ = true;
  }
  stream_ << std::setprecision(std::numeric_limits<double>::max_digits10) << step << ',' << time;
  for (const Diagnostic& diagnostic : diagnostics) stream_ << ',' << diagnostic.value;
  stream_ << '\n' << std::flush;
  if (!stream_) fail();
}

/// One rank alone fails: that ends the job.
void History::fail() const { throw std::runtime_error("history.file: cannot write " + file_ + "; is the disk full?"); }

}  // namespace tessera::apps
