// libFuzzer target: whatever the text, reading a configuration gives a value or a ConfigError.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tessera/core/expression.hpp"
#include "tessera/core/setup.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  try {
    const Config config = Config::parse(std::string(data, data + size), "fuzz");
    const Parameters parameters = read_parameters(config.section("parameters"));
    const Grid grid = read_grid(config, true);
    const Machine machine{1, 4, 4, 4, "0-3"};
    read_layout(config, grid, 4, machine, 2);
    const Config initial = config.section("initial");
    for (const std::string& key : initial.keys())
      Expression(initial.at(key), grid.dimensions(), false, parameters)({}, 0);
    config.require_all_read();
  } catch (const ConfigError&) {
  }
  return 0;
}
