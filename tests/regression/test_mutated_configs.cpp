// 10,000 configurations with mistakes in them: what --check does accepts each of them or says what is wrong, in bounded time and
// memory, and what it accepts runs. TESSERA_MUTATED_SEED chooses others; with TESSERA_MUTATED_FOLDER some are written there, and
// nothing else is done.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "fuzz/all_apps.hpp"
#include "fuzz/guard.hpp"
#include "fuzz/mutations.hpp"

using namespace tessera;

namespace {

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

/// A folder to be in while it lives. Nothing is printed as an error: warnings are many.
class Sandbox {
 public:
  Sandbox() : before_(std::filesystem::current_path()), errors_(dup(STDERR_FILENO)) {
    std::string name = (std::filesystem::temp_directory_path() / "tessera-mutated-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::filesystem::current_path(folder_);
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDERR_FILENO);
    close(nothing);
  }
  ~Sandbox() {
    dup2(errors_, STDERR_FILENO);
    close(errors_);
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  bool empty() const { return std::filesystem::is_empty(folder_); }
  void clear() {
    const std::vector<std::filesystem::path> all{std::filesystem::directory_iterator(folder_), {}};
    for (const auto& path : all) std::filesystem::remove_all(path);
  }

 private:
  std::filesystem::path before_, folder_;
  int errors_;
};

/// Grids that need more are refused, as on a small machine. Nothing enforces it.
void pretend_little_memory() {
  constexpr rlim_t bytes = rlim_t{1} << 27U;
  const rlimit limit{bytes, RLIM_INFINITY};
  REQUIRE(setrlimit(RLIMIT_RSS, &limit) == 0);
}

void write_some(const std::filesystem::path& folder, test::Mutations& mutations) {
  for (int n = 0; n < 50; ++n) {
    const test::Mutated mutated = mutations.next();
    std::ofstream(folder / (std::to_string(n) + "." + mutated.app + ".yaml")) << mutated.text;
  }
}

int run(const test::Mutated& mutated, bool check, const std::vector<std::string>& overrides = {}) {
  static const comm::WaitingCommunicator everyone = comm::world().dup().waiting(comm::WaitPolicy::spin);
  apps::CommandLine line;
  line.config = "mutated.yaml";
  line.check = check;
  line.verbosity = Verbosity::quiet;
  const Config config = Config::parse(mutated.text, line.config, overrides);
  return apps::run_configured(test::all_apps().at(mutated.app), line, config, everyone, comm::query_thread());
}

/// Three steps of what was accepted.
void begin(const test::Mutated& mutated) {
  std::vector<std::string> overrides{"time.steps=3", "time.end=", "time.wall_seconds="};
  if (Config::parse(mutated.text, "").has("output")) overrides.emplace_back("output.interval=");
  try {
    run(mutated, false, overrides);
  } catch (const RunError&) {     // such as values that are not finite
  } catch (const ConfigError&) {  // without its end, it may have another step
  }
}

}  // namespace

TEST_CASE("mutated configurations are accepted and run, or refused with a message") {
  constexpr int count = 10000;
  constexpr unsigned most_seconds = 60;  // for one; a sanitizer on a busy machine takes long
  const auto seed = static_cast<unsigned>(std::stoul(variable("TESSERA_MUTATED_SEED", "1")));
  test::Mutations mutations(variable("TESSERA_CONFIGS", "configs"), seed);
  if (const std::string folder = variable("TESSERA_MUTATED_FOLDER", ""); !folder.empty())
    return write_some(folder, mutations);

  std::cout << "seed " << seed << std::endl;
  pretend_little_memory();
  int accepted = 0;
  Sandbox sandbox;
  const test::Guard guard;
  for (int n = 0; n < count; ++n) {
    const test::Mutated mutated = mutations.next();
    const std::string described = "# " + mutated.app + ", number " + std::to_string(n) + "\n" + mutated.text;
    test::Guard::begin(described, most_seconds);
    std::string problem;
    bool refused = false;
    try {
      run(mutated, true);
    } catch (const ConfigError&) {
      refused = true;
    } catch (const std::exception& error) {
      problem = error.what();
    }
    if (!sandbox.empty()) problem = "--check leaves a file";
    try {
      if (!refused && problem.empty()) begin(mutated);
    } catch (const std::exception& error) {
      problem = "was accepted: " + std::string(error.what());
    }
    test::Guard::end();
    sandbox.clear();
    accepted += refused ? 0 : 1;
    if (!problem.empty()) FAIL(problem << ":\n" << described);
  }
  std::cout << accepted << " of " << count << " accepted" << std::endl;
  CHECK(accepted > count / 20);
  CHECK(accepted < count / 2);
}
