// The files of records that a run writes.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "output_options.hpp"
#include "watchdog.hpp"

namespace tessera::apps {

/// Copies of a record, of each output, that there may be at once: one is written while another is computed.
std::size_t staged_records(bool background);

/// All members are collective.
class Outputs {
 public:
  Outputs(Domain& domain, std::vector<OutputOptions> options, const Schedule& schedule, bool background,
          const io::Attributes& attributes, Watchdog& watchdog, RankLog& rank_log);
  ~Outputs();

  /// Creates the files or, after restore(), goes on in those that are there.
  void open(double time, Index step, bool resumed);
  /// The time that a step must not pass, and the most steps that may be done at once.
  double limit() const;
  Index steps_left(Index step) const;
  bool due(double time, Index step) const;
  /// Those that are due; with `all`, every one that has no record of this step yet.
  void record(double time, Index step, bool all = false);

  /// Wall time, which only the root knows: for each output that goes by it, whether it is due; to be shared, and told to
  /// record_by_clock() on all ranks.
  std::vector<double> due_by_clock() const;
  void record_by_clock(double time, Index step, std::span<const double> due);

  /// Whether a record could not be written in the background; ranks may learn of it at different times.
  bool failed() const;
  /// Waits until everything has been written, and throws RunError if something could not be. `to_disk`: it lies on the disk.
  void settle(bool to_disk = false);
  /// No more will be written. `done`: the run has come to its end. `notes`: attributes that the files get.
  void finish(bool done, const io::Series::Notes& notes = {});

  bool empty() const { return outputs_.empty(); }
  /// What a checkpoint keeps, and takes back. An output that it does not know begins anew.
  std::map<std::string, double> numbers() const;
  void restore(const std::map<std::string, double>& numbers);

  /// "3 records in out.h5", and so on.
  std::string summary() const;
  /// Of all ranks, by this process.
  double bytes() const { return bytes_; }
  /// That writing them took, in the background or not.
  double write_seconds() const;

 private:
  struct Output;
  void write(Output& output, double time, Index step);

  Domain& domain_;
  const Schedule& schedule_;
  bool background_;
  io::Attributes attributes_;
  Watchdog& watchdog_;
  RankLog& rank_log_;
  std::vector<std::unique_ptr<Output>> outputs_;
  double bytes_ = 0;
};

}  // namespace tessera::apps
