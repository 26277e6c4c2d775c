// What a run says of itself: the progress line, the summary, and the logs of ranks.
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "tessera/core/memory.hpp"
#include "time_loop.hpp"

namespace tessera::apps {
namespace {

std::string time_left(double seconds) {
  std::ostringstream text;
  if (!std::isfinite(seconds)) return "?";
  const auto s = static_cast<long>(seconds);
  if (s >= 3600) text << s / 3600 << " h " << s / 60 % 60 << " min";
  else if (s >= 60) text << s / 60 << " min " << s % 60 << " s";
  else text << s << " s";
  return text.str();
}

}  // namespace

/// Million cells x steps a second, output aside, for this process's part of the run.
double TimeLoop::speed() const {
  const double seconds = std::max(comm::wtime() - started_ - output_seconds_, 1e-9);
  return static_cast<double>(domain_.grid().cells()) * static_cast<double>(step_ - first_step_) / seconds / 1e6;
}

/// Collective, at the end of the run: what was done, and where the time went.
void TimeLoop::summarise(const char* head, bool done) {
  const auto timed = [&](const char* what, FunctionRef<void()> work) {
    const Watchdog::Task task(watchdog_, what);
    const double begin = comm::wtime();
    work();
    note_output(comm::wtime() - begin);
  };
  timed("completing the output", [&] { outputs_.settle(); });
  const double elapsed = comm::wtime() - started_;
  std::ostringstream table;
  io::Series::Notes notes;
  const auto parts = part_statistics(domain_.seconds(), elapsed, domain_.communicator());
  double total = 0;  // ranks begin and end a little apart
  for (const PartStatistics& part : parts) total += part.mean;
  table << "\nseconds a block   least     mean      most      share of the time" << std::setprecision(3);
  for (const PartStatistics& part : parts) {
    table << "\n  " << std::left << std::setw(14) << part.name;
    for (const double seconds : {part.least, part.mean, part.most}) table << "  " << std::setw(8) << seconds;
    table << "  " << std::lround(100 * part.mean / total) << " %";
    notes["seconds_" + part.name] = {part.least, part.mean, part.most};
  }
  const PartStatistics memory = memory_statistics(domain_.communicator());
  table << "\nmemory of a rank at most: least " << memory.least << ", mean " << memory.mean << ", most " << memory.most
        << " MB";
  notes["memory_megabytes"] = {memory.least, memory.mean, memory.most};
  timed("completing the output files", [&] { outputs_.finish(done, notes); });

  std::ostringstream text;
  text << head << ": " << step_ - first_step_ << " steps, t = " << time_ << ", " << std::setprecision(4)
       << comm::wtime() - started_ - output_seconds_ << " s in the time loop, " << speed()
       << " million cells x steps a second";
  if (!outputs_.empty()) {
    text << "; " << output_seconds_ << " s for output, " << outputs_.summary();
    if (const double seconds = outputs_.write_seconds(); seconds > 0)
      text << ", " << outputs_.bytes() / seconds / 1e6 << " MB/s";
  }
  rank_log_.write(text.str());
  domain_.log().info(text.str() + table.str());
  note_state();
}

/// Into this rank's own log.
void TimeLoop::note_state() {
  if (!rank_log_.is_open()) return;
  std::ostringstream text;
  text << "step " << step_ << ", t = " << time_ << std::setprecision(4) << ", " << resident_megabytes()
       << " MB of memory (at most " << most_resident_megabytes() << "), seconds a block";
  const auto blocks = domain_.seconds();
  for (std::size_t part = 0; part < part_names.size(); ++part) {
    double sum = 0;
    for (const PartSeconds& block : blocks) sum += block[part];
    text << (part > 0 ? ", " : ": ") << part_names[part] << ' ' << sum / static_cast<double>(blocks.size());
  }
  rank_log_.write(text.str());
}

void TimeLoop::report() {
  std::ostringstream text;
  const double part = schedule_.steps() > 0 ? static_cast<double>(step_) / static_cast<double>(schedule_.steps())
                                            : time_ / schedule_.end();
  const double elapsed = comm::wtime() - started_;
  text << "step " << step_ << ", t = " << std::setprecision(6) << time_ << ", " << std::setprecision(3) << speed()
       << " Mcells/s, output " << std::setprecision(2) << 100 * output_seconds_ / elapsed << " %, left about "
       << time_left(elapsed * (1 - part) / part);
  domain_.log().info(text.str());
}

}  // namespace tessera::apps
