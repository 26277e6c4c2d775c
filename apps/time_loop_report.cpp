// What a run says of itself: the summary, and the logs of ranks.
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "tessera/core/memory.hpp"
#include "time_loop.hpp"

namespace tessera::apps {
namespace {

std::string percent(double part) { return std::to_string(std::lround(100 * part)) + " %"; }

double share(const std::vector<PartStatistics>& parts, const char* name) {
  double total = 0;
  double own = 0;
  for (const PartStatistics& part : parts) {
    total += part.mean;
    if (part.name == name) own = part.mean;
  }
  return own / total;
}

/// What takes the time besides computing, from a tenth on, why, and what may help.
std::string limits(const std::vector<PartStatistics>& parts, const Domain& domain, double seconds_of_step) {
  constexpr double much = 0.1;
  constexpr double uneven = 1.15;
  std::string text;
  const auto add = [&](const char* part, const std::string& why) {
    if (share(parts, part) >= much)
      text += std::string("\n  ") + part + ", " + percent(share(parts, part)) + ": " + why;
  };
  const PartStatistics& compute = parts.front();
  std::ostringstream slowest;
  slowest << std::setprecision(3) << compute.most / compute.mean;
  const std::string steps = "steps take " + duration(seconds_of_step);
  add("wait", domain.exchange().wait == comm::WaitPolicy::yield
                  ? "blocks share cores (waits give theirs away): fewer ranks or threads"
              : compute.most > uneven * compute.mean
                  ? "the slowest block computes " + slowest.str() +
                        " times as long as the mean: blocks are uneven, or its core has other work"
                  : "for messages and other blocks, while " + steps +
                        ": larger blocks (fewer ranks or threads), layout.steps_at_once, cores without other work");
  add("exchange", "ghosts are packed and copied: fewer or thicker blocks, none cut along the last dimension");
  add("boundary", "expressions on walls are evaluated anew in each step: numbers instead, if that may be");
  add("output", "fewer records or lines of history, output.precision: single, output.region, layout.background");
  add("rest", "reductions and the start of each step, while " + steps + ": larger blocks, fewer lines of history");
  return text.empty() ? "\nlimits: computing" : "\nlimits:" + text;
}

}  // namespace

/// Collective, at the end of the run: what was done, and where the time went.
void TimeLoop::summarise(const char* head, bool done) {
  const auto timed = [&](const char* what, FunctionRef<void()> work) {
    const Watchdog::Task task(watchdog_, what);
    const double begin = comm::wtime();
    work();
    note_output(comm::wtime() - begin);
  };
  timed("completing the output", [&] { outputs_.settle(); });
  const double elapsed = progress_.elapsed();
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
  if (progress_.steps() > 0) table << limits(parts, domain_, elapsed / static_cast<double>(progress_.steps()));
  const PartStatistics memory = memory_statistics(domain_.communicator());
  table << "\nmemory of a rank at most: least " << memory.least << ", mean " << memory.mean << ", most " << memory.most
        << " MB";
  notes["memory_megabytes"] = {memory.least, memory.mean, memory.most};
  timed("completing the output files", [&] { outputs_.finish(done, notes); });

  std::ostringstream text;
  text << head << ": " << progress_.steps() << " steps, t = " << time_ << ", " << std::setprecision(4)
       << progress_.elapsed() - progress_.output_seconds() << " s in the time loop, " << progress_.speed()
       << " million cells x steps a second";
  if (!outputs_.empty()) {
    text << "; " << progress_.output_seconds() << " s for output, " << outputs_.summary();
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

}  // namespace tessera::apps
