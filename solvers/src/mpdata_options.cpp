#include "tessera/solvers/mpdata.hpp"

namespace tessera::mpdata {

Options read_options(const Config& config) {
  const Config section = config.at("mpdata");
  if (!section.is_section()) section.fail("expected a section of keys");
  Options options;
  if (section.has("iterations")) {
    const Config iterations = section.at("iterations");
    options.iterations = static_cast<int>(iterations.at_least(1));
    if (options.iterations > 100) iterations.fail("more than 100 passes are a mistake; 2 to 4 are usual");
  }
  options.nonoscillatory = section.flag("nonoscillatory", false);
  options.infinite_gauge = section.flag("infinite_gauge", false);
  options.dimensionally_split = section.flag("dimensionally_split", false);
  if (section.has("epsilon")) options.epsilon = section.at("epsilon").positive();
  const Config time = config.at("time");
  if (time.has("step")) options.step = time.at("step").positive();
  return options;
}

}  // namespace tessera::mpdata
