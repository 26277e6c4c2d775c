#include <algorithm>
#include <cctype>

#include "tessera/core/setup.hpp"
#include "tessera/solvers/mpdata.hpp"

namespace tessera::mpdata {
namespace {

bool mentions(const Config& config, const std::string& word) {
  if (config.is_scalar()) return config.text() == word;
  if (config.is_list()) {
    const auto items = config.items();
    return std::any_of(items.begin(), items.end(), [&](const Config& item) { return mentions(item, word); });
  }
  const auto keys = config.keys();
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return mentions(config.at(key), word); });
}

/// Whether an expression names one of these.
bool names_any(const std::string& expression, const std::vector<std::string>& names) {
  const auto in_word = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  for (auto begin = expression.begin(); begin != expression.end();) {
    begin = std::find_if(begin, expression.end(), in_word);
    const auto end = std::find_if_not(begin, expression.end(), in_word);
    if (std::find(names.begin(), names.end(), std::string(begin, end)) != names.end()) return true;
    begin = end;
  }
  return false;
}

/// Products of denominators, of three in double and of two in single precision, must not underflow to 0.
double read_epsilon(const Config& section, Precision precision) {
  const double epsilon = section.number("epsilon");
  if (precision == Precision::float32 && epsilon < 1e-18) {
    const Config key = section.at("epsilon");
    key.fail("must be at least 1e-18 in single precision, found " + key.text() + ": " +
             config_key("mpdata.epsilon").advice);
  }
  return epsilon;
}

/// What would do nothing, or not what its name says.
void refuse_nonsense(const Config& section, const Options& options, std::size_t dimensions) {
  struct Rule {
    const char* key;
    bool broken;
    const char* why;
  };
  const bool corrects = options.iterations > 1;
  const char* nothing = "has no effect with iterations: 1, which is upwind without corrections; leave it out";
  const Rule rules[] = {
      {"nonoscillatory", options.nonoscillatory && !corrects, nothing},
      {"infinite_gauge", options.infinite_gauge && !corrects, nothing},
      {"third_order", options.third_order && !corrects, nothing},
      {"divergent_flow", options.divergent_flow && !corrects, nothing},
      {"dpdc", options.dpdc && !corrects, nothing},
      {"absolute", options.absolute && !corrects, nothing},
      {"dimensionally_split", options.dimensionally_split && !corrects, nothing},
      {"dimensionally_split", options.dimensionally_split && dimensions == 1,
       "has no effect in one dimension, which has no cross terms; leave it out"},
      {"third_order", options.third_order && options.dimensionally_split,
       "needs the cross terms that dimensionally_split leaves out; use one of the two"},
      {"absolute", options.absolute && options.infinite_gauge,
       "has no effect with infinite_gauge, which takes fields of either sign as they are; use one of the two"},
      {"divergence_form", options.divergence_form && !corrects, nothing},
      {"divergence_form", options.divergence_form && options.dimensionally_split,
       "is not defined without the cross terms that dimensionally_split leaves out; use one of the two"},
      {"divergent_flow", options.divergent_flow && options.divergence_form, "is part of divergence_form; leave it out"},
      {"dpdc", options.dpdc && options.divergence_form,
       "is derived from the other form of the corrections; use it without divergence_form"},
      {"dpdc", options.dpdc && dimensions > 1,
       "is defined in one dimension only (Beason and Margolin 1988); use more iterations"},
  };
  for (const Rule& rule : rules) {
    if (rule.broken) section.at(rule.key).fail(rule.why);
  }
}

}  // namespace

Options read_options(const Config& config) {
  const Config section = config.at("mpdata");
  if (!section.is_section()) section.fail("expected a section of keys");
  Options options;
  options.iterations = static_cast<int>(section.integer("iterations"));
  options.nonoscillatory = section.flag("nonoscillatory");
  options.infinite_gauge = section.flag("infinite_gauge");
  options.dimensionally_split = section.flag("dimensionally_split");
  options.absolute = section.flag("absolute");
  options.third_order = section.flag("third_order");
  options.divergent_flow = section.flag("divergent_flow");
  options.divergence_form = section.flag("divergence_form");
  options.dpdc = section.flag("dpdc");
  options.epsilon = read_epsilon(section, read_precision(config));
  const Config grid = config.at("grid");
  options.diffuses = section.has("diffusion") || section.has("diffusivity");
  if (section.has("velocity")) {
    const Config velocity = section.at("velocity");
    for (const Config& item : velocity.is_list() ? velocity.items() : std::vector{velocity})
      options.coupled =
          options.coupled || (item.is_scalar() && names_any(item.text(), config.section("initial").keys()));
  }
  refuse_nonsense(section, options, grid.at("shape").items().size());
  if (options.diffuses && grid.has("boundary") && mentions(grid.at("boundary"), "polar")) {
    section.at(section.has("diffusion") ? "diffusion" : "diffusivity")
        .fail(
            "is along each coordinate by itself, which is not the diffusion of a sphere; leave it out, or the polar "
            "boundary");
  }
  options.extrapolated = (grid.has("boundary") && mentions(grid.at("boundary"), "extrapolated")) ||
                         (section.has("boundaries") && mentions(section.at("boundaries"), "extrapolated"));
  return options;
}

}  // namespace tessera::mpdata
