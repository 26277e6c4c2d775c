#include "tessera/io/series.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "chunks.hpp"
#include "completeness.hpp"
#include "series_file.hpp"
#include "staging.hpp"
#include "tessera/core/failure.hpp"
#include "together.hpp"
#include "xdmf.hpp"

namespace tessera::io {

class Series::Impl {
 public:
  Impl(Domain& domain, const SeriesOptions& options, const Attributes& attributes)
      : domain_(domain),
        options_(options),
        attributes_(attributes),
        communicator_(domain.communicator().dup()),
        file_(domain_, communicator_, options_.file, options_) {
    const Grid& grid = domain.grid();
    bool is_point = true;
    for (int a = 0; a < 3; ++a) is_point = is_point && !options_.region.keeps(grid, a);
    if (communicator_.root() && !is_point) xdmf_.emplace(grid, options_);
  }

  void create(Index expected) {
    file_.create(attributes_, expected);
    show({});
  }

  void resume(Index records, Index last_step) {
    if (const std::string why = file_.open(); !why.empty()) refuse(why);
    const std::vector<double>& times = file_.times();
    const std::vector<double>& steps = file_.steps();
    const auto keep = static_cast<std::size_t>(records);
    const std::size_t complete = count_complete(times);
    if (complete < keep || (keep > 0 && steps[keep - 1] > static_cast<double>(last_step))) {
      refuse("it has " + std::to_string(complete) +
             " records, and is not the file of the run that wrote the checkpoint: " + std::to_string(records) +
             " up to step " + std::to_string(last_step));
    }
    const std::vector<double> kept(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(keep));
    if (file_.compressed()) expand(keep);
    else file_.finish(keep, {});
    records_ = keep;
    show(kept);
  }

  void stage(double time, Index step, Record& record) {
    record.time = time;
    record.step = step;
    record.problem.clear();
    record.values.resize(options_.fields.size());
    for (std::size_t f = 0; f < options_.fields.size(); ++f) {
      std::size_t part = 0;
      file_.layout().for_each_part(whole_pieces, [&](const Box& box, const Index3&) {
        if (record.values[f].size() <= part) record.values[f].emplace_back();
        const std::string why = copy(f, box, record.values[f][part++]);
        if (!why.empty()) record.problem = why;
      });
      record.values[f].resize(part);
    }
  }

  void write(const Record& record) {
    file_.write(records_, record);
    note(record.time);
  }

  void write(double time, Index step) {
    if (options_.collective) {
      stage(time, step, record_);
      return write(record_);
    }
    constexpr Index most = 1 << 17;  // cells: what is copied stays in the cache
    file_.write(records_, time, step, most,
                [&](std::size_t field, std::size_t, const Box& box) { return pieces(field, box); });
    note(time);
  }

  void flush() { file_.flush(); }

  void finish(bool done, const Notes& notes) {
    if (done && options_.deflate > 0) file_.compress(records_, notes, attributes_, options_.deflate);
    else file_.finish(records_, notes);
  }

 private:
  /// A box of a field, in the region's numbering. Returns why it cannot be written, or nothing.
  std::string copy(std::size_t number, Box box, std::vector<std::byte>& values) const {
    box = shifted(box, options_.region.cells.lower, 1);
    Field& field = *options_.fields[number];
    if (options_.precision == domain_.precision()) gather(domain_, field, box, values);
    else if (!gather_single(domain_, field, box, values))
      return "values of '" + field.name() + "' are beyond those of single precision; leave precision out";
    return "";
  }

  /// The same, where it lies or copied into the buffer. Throws std::runtime_error if it cannot be written.
  Pieces pieces(std::size_t number, const Box& box) {
    if (options_.precision == domain_.precision())
      return pieces_of(domain_, *options_.fields[number], shifted(box, options_.region.cells.lower, 1), buffer_);
    const std::string why = copy(number, box, buffer_);
    if (!why.empty()) throw std::runtime_error(why);
    return {buffer_};
  }

  /// A record that is in the file.
  void note(double time) {
    ++records_;
    work("has been written, but", [&] {
      if (xdmf_) xdmf_->append(time);
    });
  }

  void work(const std::string& what, FunctionRef<void()> call) {
    together(communicator_, "output.file " + options_.file + " " + what, call, without_limit);
  }
  [[noreturn]] void refuse(const std::string& why) const {
    throw ConfigError("output.file " + options_.file + " cannot be continued: " + why + "; give another output.file");
  }
  void show(const std::vector<double>& times) {
    work("is there, but", [&] {
      if (xdmf_) xdmf_->begin(times);
    });
  }

  /// Makes a file of compressed records one that can be written to.
  void expand(std::size_t records) {
    const std::string beside = temporary_of(options_.file);
    try {
      SeriesFile next(domain_, communicator_, beside, options_);
      next.create(attributes_, static_cast<Index>(records));
      Record record;
      for (std::size_t r = 0; r < records; ++r) {
        work("cannot be read", [&] { file_.read(r, next, record); });
        record.time = file_.times()[r];
        record.step = static_cast<Index>(file_.steps()[r]);
        next.write(r, record);
      }
      next.finish(records, {});
      next.flush();
      work("cannot be replaced", [&] {
        if (!communicator_.root()) return;
        std::filesystem::rename(beside, options_.file);
        sync_folder_of(options_.file);
      });
    } catch (const RunError&) {
      if (communicator_.root()) remove_temporary(options_.file);
      throw;
    }
    if (const std::string why = file_.open(); !why.empty()) refuse(why);
  }

  Domain& domain_;
  SeriesOptions options_;
  Attributes attributes_;
  comm::WaitingCommunicator communicator_;  // messages of a background thread must not meet others
  SeriesFile file_;
  std::optional<Xdmf> xdmf_;  // of the root alone
  std::size_t records_ = 0;   // that are complete
  std::vector<std::byte> buffer_;
  Record record_;  // where ranks write together
};

Series::Series(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Series::Series(Series&&) noexcept = default;
Series& Series::operator=(Series&&) noexcept = default;
Series::~Series() = default;

Series::Series(Domain& domain, const SeriesOptions& options, const Attributes& attributes, Index expected)
    : impl_(new Impl(domain, options, attributes)) {
  impl_->create(expected);
}

Series Series::resume(Domain& domain, const SeriesOptions& options, const Attributes& attributes, Index records,
                      Index last_step) {
  std::unique_ptr<Impl> impl(new Impl(domain, options, attributes));
  impl->resume(records, last_step);
  return Series(std::move(impl));
}

void Series::stage(double time, Index step, Record& record) const { impl_->stage(time, step, record); }
void Series::write(const Record& record) { impl_->write(record); }
void Series::write(double time, Index step) { impl_->write(time, step); }
void Series::flush() { impl_->flush(); }
void Series::finish(bool done, const Notes& notes) { impl_->finish(done, notes); }

double Series::record_bytes(const Grid& grid, const SeriesOptions& options) {
  double cells = 1;
  for (int a = grid.first_axis(); a < 3; ++a) cells *= static_cast<double>(options.region.cells.extent(a));
  return cells * static_cast<double>(bytes_of(options.precision)) * static_cast<double>(options.fields.size());
}

std::vector<std::string> files_of_series(const std::string& file) {
  const std::string xdmf = xdmf_beside(file);
  return {file, temporary_of(file), journal_of(file), xdmf, temporary_of(xdmf)};
}

}  // namespace tessera::io
