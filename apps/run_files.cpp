#include "run_files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "history.hpp"
#include "tessera/io/checkpoint.hpp"
#include "tessera/io/series.hpp"

namespace tessera::apps {
namespace {

/// A file that the run reads or writes.
struct RunFile {
  std::string key;    // that names it
  std::string place;  // of the key
  std::string name;
};

/// Those of all keys `file` below a section, but of `without`.
void add_files(const Config& config, const std::string& path, const std::vector<std::string>& without,
               std::vector<RunFile>& files) {
  if (config.is_list()) {
    for (const Config& item : config.items()) add_files(item, path, without, files);
  }
  if (!config.is_section()) return;
  for (const std::string& key : config.keys()) {
    if (!config.has(key)) continue;
    const std::string name = path.empty() ? key : path + "." + key;
    const Config value = config.at(key);
    if (std::find(without.begin(), without.end(), name) != without.end()) continue;
    if (key == "file" && value.is_scalar()) files.push_back({name, value.place(), value.text()});
    else add_files(value, name, without, files);
  }
}

/// Whatever links and dots lead there.
std::filesystem::path canonical(const std::string& name) {
  std::error_code error;
  const auto path = std::filesystem::absolute(name, error);
  const auto found = std::filesystem::weakly_canonical(path, error);
  return error ? path.lexically_normal() : found;
}

}  // namespace

void require_different_files(const Config& config, const CommandLine& line,
                             const comm::WaitingCommunicator& communicator) {
  std::vector<RunFile> files{{"the configuration itself", "", line.config}};
  if (!line.resume_file.empty()) files.push_back({"--resume", "", line.resume_file});
  add_files(config, "", {"output", "checkpoint", "history"}, files);
  const std::size_t read = files.size();
  const std::vector<std::pair<std::string, std::vector<std::string> (*)(const std::string&)>> sections{
      {"output", io::files_of_series}, {"checkpoint", io::files_of_checkpoint}, {"history", files_of_history}};
  for (const auto& [section, files_of] : sections) {
    for (const Config& entry : config.sections(section)) {
      if (!entry.has("file")) continue;
      const Config key = entry.at("file");
      for (const std::string& file : files_of(key.text())) files.push_back({section + ".file", key.place(), file});
    }
  }
  const Config time = config.section("time");
  if (time.has("stop_file"))
    files.push_back({"time.stop_file", time.at("stop_file").place(), time.at("stop_file").text()});
  std::string problem;
  for (std::size_t w = read; w < files.size() && communicator.root(); ++w) {
    for (std::size_t other = 0; other < w; ++other) {
      const bool goes_on = files[w].key == "checkpoint.file" && files[other].key == "--resume";
      if (goes_on || canonical(files[w].name) != canonical(files[other].name)) continue;
      problem = files[w].place + ": '" + files[w].name + "' is the same as " + files[other].key +
                (files[w].key == "time.stop_file" ? ", which would be removed" : ", and would be written over it") +
                "; name another file";
    }
  }
  communicator.bcast_resizing(problem);
  if (!problem.empty()) throw ConfigError(problem);
}

}  // namespace tessera::apps
