#include "tessera/io/series.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "series_file.hpp"
#include "staging.hpp"
#include "tessera/core/failure.hpp"
#include "together.hpp"
#include "xdmf.hpp"

namespace tessera::io {

class Series::Impl {
 public:
  /// Communicators are dear: they pass from one to the next.
  Impl(Domain& domain, const SeriesOptions& options, const Attributes& attributes, comm::WaitingCommunicator own)
      : domain_(domain), options_(options), attributes_(attributes), communicator_(std::move(own)) {
    file_.emplace(domain_, communicator_, options_.file, options_);
    const bool is_point = record_shape(domain_, options_.region).extents.empty();
    if (communicator_.root() && !is_point) xdmf_.emplace(domain_.grid(), options_);
  }

  void create(Index expected) {
    work("cannot be created", [&] {
      file_->create(attributes_, 0);
      if (xdmf_) xdmf_->begin({});
    });
    file_->expect(expected);
  }

  void resume(Index records, Index last_step) {
    std::vector<double> times;
    std::vector<double> steps;
    const std::string why = why_not_together(communicator_, [&] {
      file_->open();
      times = file_->times();
      steps = file_->steps();
    });
    if (!why.empty()) refuse(why);
    hsize_t keep = 0;
    const hsize_t shortest = file_->shortest();
    while (keep < shortest && !std::isnan(times[keep]) && steps[keep] <= static_cast<double>(last_step) &&
           (keep == 0 || steps[keep] > steps[keep - 1]))
      ++keep;
    if (keep != static_cast<hsize_t>(records)) {
      refuse("up to step " + std::to_string(last_step) + " it has " + std::to_string(keep) +
             " records, the run that wrote the checkpoint had written " + std::to_string(records));
    }
    if (file_->compressed()) rewrite(keep, 0);
    else if (keep != file_->longest()) cut(keep);
    records_ = keep;
    work("cannot be continued", [&] {
      if (xdmf_) xdmf_->begin({times.begin(), times.begin() + static_cast<std::ptrdiff_t>(keep)});
    });
  }

  void stage(double time, Index step, Record& record) {
    record.time = time;
    record.step = step;
    record.problem.clear();
    record.values.resize(options_.fields.size());
    const Box own = intersection(options_.region.cells, domain_.rank_box());
    for (std::size_t f = 0; f < options_.fields.size(); ++f) {
      Field& field = *options_.fields[f];
      if (options_.precision == domain_.precision()) gather(domain_, field, own, record.values[f]);
      else if (!gather_single(domain_, field, own, record.values[f]))
        record.problem = "values of '" + field.name() + "' are beyond those of single precision; leave precision out";
    }
  }

  void write(const Record& record) {
    if (file_->room() <= records_) work("cannot be extended", [&] { file_->hold(records_ + 1); });
    file_->write(records_, record);
    ++records_;
    work("has been written, but", [&] {
      if (xdmf_) xdmf_->append(record.time);
    });
  }

  void flush() {
    work("cannot be written", [&] { file_->flush(); });
  }

  void finish(bool done) {
    if (done && options_.deflate > 0 && records_ > 0) rewrite(records_, options_.deflate);
    else if (file_->longest() != records_) cut(records_);
  }

  void note(const std::string& name, const std::vector<double>& values) {
    work("cannot be written", [&] { file_->note(name, values); });
  }

 private:
  void work(const std::string& what, FunctionRef<void()> call) {
    together(communicator_, "output.file " + options_.file + " " + what, call);
  }
  [[noreturn]] void refuse(const std::string& why) const {
    throw ConfigError("output.file " + options_.file + " cannot be continued: " + why + "; give another output.file");
  }

  /// HDF5 wants ranks to shrink a data set together, and takes it amiss if one of them has written to it or read from it before:
  /// then they no longer agree on how long the file is, and closing it hangs. And shrinking leaves the cut chunk in every rank's
  /// cache, from where it would be written over what one rank writes next. So the file is closed and opened before and after.
  void cut(hsize_t records) {
    reopen();
    work("cannot be cut", [&] { file_->set_length(records); });
    reopen();
  }

  void reopen() {
    file_.reset();
    communicator_.barrier();
    file_.emplace(domain_, communicator_, options_.file, options_);
    work("cannot be opened again", [&] { file_->open(); });
  }

  /// Into a file beside, which takes the place of this one when it is complete: compressed, or, to go on, not.
  void rewrite(hsize_t records, int deflate) {
    const std::string beside = options_.file + ".tmp";
    std::optional<SeriesFile> next(std::in_place, domain_, communicator_, beside, options_);
    try {
      work("cannot be rewritten", [&] {
        next->create(attributes_, deflate);
        next->set_length(records);
      });
      const std::vector<double> times = file_->times();
      const std::vector<double> steps = file_->steps();
      Record record;
      for (hsize_t r = 0; r < records; ++r) {
        work("cannot be read", [&] { file_->read(r, record); });
        record.time = times[r];
        record.step = static_cast<Index>(steps[r]);
        next->write(r, record);
      }
      work("cannot be rewritten", [&] { next->flush(); });
    } catch (const RunError&) {
      next.reset();
      if (communicator_.root()) std::filesystem::remove(beside);
      throw;
    }
    next.reset();
    file_.reset();
    communicator_.barrier();
    work("cannot be replaced", [&] {
      if (communicator_.root()) std::filesystem::rename(beside, options_.file);
    });
    reopen();
  }

  Domain& domain_;
  SeriesOptions options_;
  Attributes attributes_;
  comm::WaitingCommunicator communicator_;  // messages of a background thread must not meet others
  std::optional<SeriesFile> file_;
  std::optional<Xdmf> xdmf_;  // of the root alone
  hsize_t records_ = 0;       // that are complete
};

Series::Series(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Series::Series(Series&&) noexcept = default;
Series& Series::operator=(Series&&) noexcept = default;
Series::~Series() = default;

Series::Series(Domain& domain, const SeriesOptions& options, const Attributes& attributes, Index expected)
    : impl_(new Impl(domain, options, attributes, domain.communicator().dup())) {
  impl_->create(expected);
}

Series Series::resume(Domain& domain, const SeriesOptions& options, const Attributes& attributes, Index records,
                      Index last_step) {
  std::unique_ptr<Impl> impl(new Impl(domain, options, attributes, domain.communicator().dup()));
  impl->resume(records, last_step);
  return Series(std::move(impl));
}

void Series::stage(double time, Index step, Record& record) const { impl_->stage(time, step, record); }
void Series::write(const Record& record) { impl_->write(record); }
void Series::flush() { impl_->flush(); }
void Series::finish(bool done) { impl_->finish(done); }
void Series::note(const std::string& name, const std::vector<double>& values) { impl_->note(name, values); }

double Series::record_bytes(const Grid& grid, const SeriesOptions& options) {
  double cells = 1;
  for (int a = grid.first_axis(); a < 3; ++a) cells *= static_cast<double>(options.region.cells.extent(a));
  return cells * static_cast<double>(bytes_of(options.precision)) * static_cast<double>(options.fields.size());
}

}  // namespace tessera::io
