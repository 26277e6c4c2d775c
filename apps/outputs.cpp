#include "outputs.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <sstream>

#include "tessera/core/failure.hpp"
#include "tessera/io/background.hpp"
#include "tessera/io/file_check.hpp"

namespace tessera::apps {
namespace {

/// As many copies of a record as may wait to be written.
class Buffers {
 public:
  explicit Buffers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) free_.push_back(std::make_unique<io::Series::Record>());
  }

  /// Waits until one is free. It comes back when nobody holds it any more.
  std::shared_ptr<io::Series::Record> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !free_.empty(); });
    io::Series::Record* record = free_.back().release();
    free_.pop_back();
    return {record, [this](io::Series::Record* used) { give_back(used); }};
  }

 private:
  void give_back(io::Series::Record* record) {
    {
      const std::lock_guard lock(mutex_);
      free_.emplace_back(record);
    }
    changed_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<io::Series::Record>> free_;
};

}  // namespace

struct Outputs::Output {
  io::SeriesOptions options;
  OutputTimes times;
  Buffers buffers;
  std::optional<io::Series> series = {};
  bool known = false;  // to the checkpoint that the run goes on from
  double last_seconds = 0;
  std::atomic<double> write_seconds = 0;
};

std::size_t staged_records(bool background) { return background ? 2 : 0; }

Outputs::Outputs(Domain& domain, std::vector<OutputOptions> options, const Schedule& schedule, bool background,
                 const io::Attributes& attributes, Watchdog& watchdog, RankLog& rank_log)
    : domain_(domain),
      schedule_(schedule),
      background_(background),
      attributes_(attributes),
      watchdog_(watchdog),
      rank_log_(rank_log) {
  for (OutputOptions& each : options)
    outputs_.push_back(
        std::unique_ptr<Output>(new Output{std::move(each.series), each.times, Buffers(staged_records(background))}));
}

Outputs::~Outputs() { io::finish_background(); }

void Outputs::open(double time, Index step, bool resumed) {
  for (auto& output : outputs_) {
    const std::string& file = output->options.file;
    const Watchdog::Task task(watchdog_, "opening " + file);
    output->last_seconds = comm::wtime();
    if (resumed && output->known && io::exists(file, domain_.communicator())) {
      output->series.emplace(io::Series::resume(domain_, output->options, attributes_, output->times.written(), step));
      continue;
    }
    if (resumed) {
      domain_.log().warn(file + (output->known ? " is not there any more" : " is not known to the checkpoint") +
                         ": a new one begins at this step");
      output->times.forget(time);
    }
    output->series.emplace(domain_, output->options, attributes_, output->times.records(schedule_));
  }
}

double Outputs::limit() const {
  double least = schedule_.end();
  for (const auto& output : outputs_) least = std::min(least, output->times.limit());
  return least;
}

Index Outputs::steps_left(Index step) const {
  Index least = std::numeric_limits<Index>::max();
  for (const auto& output : outputs_) least = std::min(least, output->times.steps_left(step));
  return least;
}

bool Outputs::due(double time, Index step) const {
  return std::any_of(outputs_.begin(), outputs_.end(),
                     [&](const auto& output) { return output->times.due(time, step); });
}

void Outputs::record(double time, Index step, bool all) {
  for (auto& output : outputs_) {
    if (output->times.due(time, step) || (all && output->times.last_step() != step)) write(*output, time, step);
  }
}

std::vector<double> Outputs::due_by_clock() const {
  std::vector<double> due;
  for (const auto& output : outputs_) {
    const double seconds = output->times.every_seconds();
    if (seconds == 0) continue;
    const bool now = domain_.communicator().root() && comm::wtime() - output->last_seconds >= seconds;
    due.push_back(now ? 1 : 0);
  }
  return due;
}

void Outputs::record_by_clock(double time, Index step, std::span<const double> due) {
  std::size_t next = 0;
  for (auto& output : outputs_) {
    if (output->times.every_seconds() == 0) continue;
    if (due[next++] > 0 && output->times.last_step() != step) write(*output, time, step);
  }
}

void Outputs::write(Output& output, double time, Index step) {
  const std::string& file = output.options.file;
  const Watchdog::Task task(watchdog_, "writing " + file);
  const double begin = comm::wtime();
  std::shared_ptr<io::Series::Record> record;
  if (background_) {
    record = output.buffers.take();
    output.series->stage(time, step, *record);
  }
  output.times.note(time, step);
  output.last_seconds = comm::wtime();
  bytes_ += io::Series::record_bytes(domain_.grid(), output.options);
  const auto job = [&output, record, time, step] {
    const double start = comm::wtime();
    if (record) output.series->write(*record);
    else output.series->write(time, step);
    output.write_seconds = output.write_seconds + comm::wtime() - start;
  };
  if (background_) io::run_in_background(job);
  else job();
  if (!rank_log_.is_open()) return;
  std::ostringstream text;
  text << "record " << output.times.written() << " in " << file << (background_ ? ", in the background" : "")
       << ": step " << step << ", t = " << time << ", " << comm::wtime() - begin << " s";
  rank_log_.write(text.str());
}

bool Outputs::failed() const { return background_ && io::background_failed(); }

void Outputs::settle(bool to_disk) {
  io::finish_background();
  io::rethrow_background();
  if (!to_disk) return;
  for (auto& output : outputs_) output->series->flush();
}

void Outputs::finish(bool done, const io::Series::Notes& notes) {
  std::optional<RunError> first;
  const auto go_on = [&first](FunctionRef<void()> work) {
    try {
      work();
    } catch (const RunError& error) {  // on all ranks: the other files are completed all the same
      if (!first) first = error;
    }
  };
  go_on([this] { settle(); });
  for (auto& output : outputs_) {
    if (output->series) go_on([&] { output->series->finish(done, notes); });
  }
  if (first) throw *first;
}

std::map<std::string, double> Outputs::numbers() const {
  std::map<std::string, double> all;
  for (const auto& output : outputs_) {
    for (const auto& [name, value] : output->times.numbers())
      all["output " + output->options.file + ": " + name] = value;
  }
  return all;
}

void Outputs::restore(const std::map<std::string, double>& numbers) {
  for (auto& output : outputs_) {
    std::map<std::string, double> own = output->times.numbers();
    output->known = true;
    for (auto& [name, value] : own) {
      const auto found = numbers.find("output " + output->options.file + ": " + name);
      if (found == numbers.end()) output->known = false;
      else value = found->second;
    }
    if (output->known) output->times.restore(own);
  }
}

std::string Outputs::summary() const {
  std::string text;
  for (const auto& output : outputs_)
    text +=
        (text.empty() ? "" : ", ") + std::to_string(output->times.written()) + " records in " + output->options.file;
  return text;
}

double Outputs::write_seconds() const {
  double seconds = 0;
  for (const auto& output : outputs_) seconds += output->write_seconds;
  return seconds;
}

}  // namespace tessera::apps
