// libFuzzer target: whatever the text, what --check does ends with a plan or with a ConfigError.
#include <cstddef>
#include <cstdint>

#include "all_apps.hpp"
#include "tessera/core/setup.hpp"

namespace {

using namespace tessera;

std::string app_of(const Config& config) {
  if (config.has("equation")) return "pde";
  return config.has("mpdata") ? "mpdata" : "cahn-hilliard";
}

/// Much is allowed to take its time.
bool is_quick(const Config& config) {
  double threads = 1;
  if (const Config layout = config.section("layout"); layout.has("threads")) {
    for (const Config& item : layout.at("threads").items()) threads *= item.number();
  }
  constexpr double most_threads = 4;
  constexpr std::size_t most_fields = 5;
  constexpr Index most_iterations = 5;
  return threads <= most_threads && config.section("initial").keys().size() <= most_fields &&
         config.section("mpdata").integer("iterations") <= most_iterations;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  static comm::Environment environment(*argc, *argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const comm::WaitingCommunicator everyone = comm::world().dup().waiting(comm::WaitPolicy::spin);
  apps::CommandLine line;
  line.config = "fuzz";
  line.check = true;
  line.verbosity = Verbosity::quiet;
  try {
    const std::string text(data, data + size);
    const Config whole = Config::parse(text, line.config);
    const Grid grid = read_grid(whole, true);
    if (!is_quick(whole)) return 0;
    const char* const small[] = {"grid.shape=[12]", "grid.shape=[12, 12]", "grid.shape=[6, 6, 6]"};
    const Config config = Config::parse(text, line.config, {small[grid.dimensions() - 1]});
    apps::run_configured(test::all_apps().at(app_of(config)), line, config, everyone, comm::query_thread());
  } catch (const ConfigError&) {
  }
  return 0;
}
