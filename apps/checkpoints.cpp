#include "checkpoints.hpp"

#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>
#include <sstream>

#include "configuration_changes.hpp"
#include "tessera/core/failure.hpp"
#include "tessera/io/file_check.hpp"

namespace tessera::apps {
namespace {

/// That reads back as the same number.
std::string exact(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string describe_step(double step) {
  return step > 0 ? "a fixed step of " + exact(step) : std::string("adapted steps");
}

std::string quoted(const std::string& text) { return text.empty() ? "none" : "'" + text + "'"; }

void require_numbers(const io::CheckpointData& data, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!data.numbers.contains(name))
      throw io::OtherCheckpoint("it has no number '" + name + "': was time.stepper another one, or the program?");
  }
}

bool same_file(const std::string& one, const std::string& other) {
  std::error_code error;
  return one == other || std::filesystem::equivalent(one, other, error);
}

}  // namespace

CheckpointOptions read_checkpoint_options(const Config& config, const comm::WaitingCommunicator& communicator) {
  const Config section = config.section("checkpoint");
  if (section.keys().empty()) return {};
  const Config key = section.at("file");
  CheckpointOptions options{key.text()};
  if (section.has("every_seconds")) options.every_seconds = section.at("every_seconds").number();
  if (section.has("every")) options.every = section.at("every").integer();
  io::require_writable(key, io::files_of_checkpoint(options.file), communicator);
  return options;
}

std::string find_checkpoint(const CommandLine& line, const CheckpointOptions& options,
                            const comm::WaitingCommunicator& communicator) {
  std::string file = line.resume_file.empty() ? options.file : line.resume_file;
  if (file.empty())
    throw ConfigError("--resume: no file given and no checkpoint.file in the configuration; name the checkpoint");
  if (!io::exists(file, communicator) && !io::exists(io::previous_checkpoint(file), communicator)) {
    const std::string earlier = io::earlier_checkpoint(file);
    throw ConfigError("--resume: there is no checkpoint " + file +
                      (io::exists(earlier, communicator) ? ", only that of an earlier run, " + earlier : "") +
                      "; start without --resume, or name the right file");
  }
  return file;
}

Checkpoints::Checkpoints(Domain& domain, Solver& solver, const CheckpointOptions& options,
                         const io::CheckpointData& identity)
    : domain_(domain), solver_(solver), state_(solver.state()), options_(options), identity_(identity) {}

/// Of a checkpoint that is whole.
void Checkpoints::require_fit(const std::string& file, const io::CheckpointData& data) const {
  if (data.program != identity_.program) {
    throw io::OtherCheckpoint("it was written by '" + data.program + "', this is '" + identity_.program + "'");
  }
  const std::string before = value_of(data.settings, "equation");
  const std::string now = value_of(identity_.settings, "equation");
  const bool other_parameters = !now.empty() && same_keys(data.settings, identity_.settings, "equations.");
  if (before != now && !other_parameters)
    throw io::OtherCheckpoint("its equation is " + quoted(before) + ", the configuration's is " + quoted(now));
  require_numbers(data, {"step", "fixed_step"});
  if (const double step = data.numbers.at("fixed_step"); step != solver_.fixed_step()) {
    throw ConfigError("--resume: " + file + " was written with " + describe_step(step) +
                      ", the configuration asks for " + describe_step(solver_.fixed_step()) + "; " +
                      (step > 0 ? "write time.step: " + exact(step) : "keep time.tolerance as it was"));
  }
}

Checkpoints::Numbers Checkpoints::resume(const std::string& file, const std::vector<std::string>& names) {
  std::vector<std::string> needed = names;
  for (const auto& number : state_.numbers) needed.push_back(number.first);
  io::CheckpointData data;
  std::optional<double> broken_at;  // the step of a broken one
  // Why it cannot be used, or empty.
  const auto read = [&](const std::string& name) -> std::string {
    if (!io::exists(name, domain_.communicator())) return "it is not there";
    try {
      data = io::read_checkpoint(domain_, name, state_.all_fields(), [&](const io::CheckpointData& head) {
        require_fit(name, head);
        if (!broken_at) broken_at = head.numbers.at("step");
      });
      require_numbers(data, needed);
      return "";
    } catch (const io::BrokenCheckpoint& error) {
      return error.what();
    } catch (const io::OtherCheckpoint& error) {
      throw ConfigError("--resume: " + name + " cannot be used: " + error.what());
    }
  };
  std::string used = file;
  if (const std::string why = read(file); !why.empty()) {
    const std::string step_lost = broken_at ? " of step " + exact(*broken_at) : "";
    used = io::previous_checkpoint(file);
    if (const std::string why_not_used = read(used); !why_not_used.empty()) {
      throw ConfigError("--resume: " + file + " cannot be used: " + why + "; nor can " + used +
                        ", the one before: " + why_not_used + "; start without --resume, or name a good checkpoint");
    }
    domain_.log().warn(file + step_lost + " cannot be used: " + why + "; going on from " + used +
                       ", the one before, of step " + exact(data.numbers.at("step")));
  }
  for (const auto& [name, value] : state_.numbers) *value = data.numbers.at(name);
  if (same_file(used, options_.file)) previous_ = io::Previous::replace;
  else if (same_file(used, io::previous_checkpoint(options_.file))) previous_ = io::Previous::keep;
  from_earlier_ = same_file(used, io::earlier_checkpoint(options_.file));
  std::ostringstream text;
  text << "resumed from " << used << " at step " << exact(data.numbers.at("step"))
       << ", t = " << data.numbers.at("time");
  domain_.log().info(text.str());
  tell_changes(domain_.log(), used, data.settings, identity_.settings);
  if (data.versions != identity_.versions)
    domain_.log().info(used + " was written by another build; the last bits may differ from an unbroken run's");
  return data.numbers;
}

void Checkpoints::begin() {
  last_seconds_ = comm::wtime();
  if (!wanted()) return;
  io::clear_unfinished_checkpoint(domain_, options_.file);
  // --resume must not take it for this run's, if this one is killed before it has written its own.
  if (previous_ == io::Previous::remove && !from_earlier_ && io::set_checkpoint_aside(domain_, options_.file)) {
    domain_.log().info("the checkpoint of an earlier run is now " + io::earlier_checkpoint(options_.file) +
                       ", until the first of this one");
  }
}

Index Checkpoints::steps_left(Index step) const {
  return options_.every > 0 ? options_.every - step % options_.every : std::numeric_limits<Index>::max();
}

bool Checkpoints::due_by_clock() const {
  return options_.every_seconds > 0 && comm::wtime() - last_seconds_ >= options_.every_seconds;
}

void Checkpoints::write(const Numbers& numbers) {
  if (numbers.at("step") == last_step_) return;
  io::CheckpointData data = identity_;
  data.numbers = numbers;
  for (const auto& [name, value] : state_.numbers) data.numbers[name] = *value;
  data.numbers["fixed_step"] = solver_.fixed_step();
  io::write_checkpoint(domain_, options_.file, state_.all_fields(), data, previous_);
  previous_ = io::Previous::replace;
  last_seconds_ = comm::wtime();
  last_step_ = numbers.at("step");
}

}  // namespace tessera::apps
