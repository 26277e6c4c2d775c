#include "mpdata_sources.hpp"

#include <algorithm>

namespace tessera::mpdata {

Sources::Sources(const Config& config, Domain& domain, const Parameters& parameters)
    : domain_(domain), names_(config.at("initial").keys()) {
  const Config initial = config.at("initial");
  if (names_.empty()) initial.fail("name at least one field, for example psi");
  for (const std::string& name : names_) {
    if (const auto why = why_no_name(name))
      initial.at(name).fail(*why == "taken" ? "this name is taken; use another" : "a field's name " + *why);
    if (name == "time" || name == "step") initial.at(name).fail("this name is taken, in the output file; use another");
    if (parameters.contains(name)) initial.at(name).fail("a parameter has this name, too; use another");
  }
  const Config section = config.at("mpdata");
  for (const char* key : {"sources", "boundaries"}) {
    const Config of = section.section(key);
    for (const std::string& name : of.keys()) {
      if (std::find(names_.begin(), names_.end(), name) != names_.end()) continue;
      const auto near = nearest(name, names_);
      of.at(name).fail("there is no such field in `initial`" +
                       (near ? "; did you mean '" + *near + "'?" : std::string()));
    }
  }
  const Config sources = section.section("sources");
  none_ = sources.keys().empty();
  if (none_) return;
  std::vector<std::optional<Expression>> rates;
  for (const std::string& name : names_) {
    if (sources.has(name))
      rates.emplace_back(Expression(sources.at(name), domain.grid().dimensions(), true, parameters, names_));
    else rates.emplace_back();
  }
  rates_.assign(domain.blocks().size(), rates);
}

void Sources::apply(std::span<Field* const> fields, double time, double duration) {
  if (none_) return;
  domain_.phase([&](const Block& block) {
    domain_.seconds(block).time(Part::compute, [&] { apply(block, fields, time, duration); });
  });
}

void Sources::apply(const Block& block, std::span<Field* const> fields, double time, double duration) {
  const Grid& grid = domain_.grid();
  const std::vector<std::optional<Expression>>& rates = rates_[static_cast<std::size_t>(block.number)];
  const std::size_t count = fields.size();
  std::vector<double> values(count);
  std::vector<double> predicted(count);
  std::vector<double> first(count, 0);
  for_each_row(block.local(), [&](Index i, Index j) {
    std::array<double, 3> position{grid.centre(0, block.global(0, i)), grid.centre(1, block.global(1, j)), 0};
    for (Index k = 0; k < block.cells.extent(2); ++k) {
      position[2] = grid.centre(2, block.global(2, k));
      for (std::size_t f = 0; f < count; ++f) values[f] = (*fields[f])[block](i, j, k);
      for (std::size_t f = 0; f < count; ++f) {
        if (rates[f]) first[f] = (*rates[f])(position, time, values);
        predicted[f] = values[f] + duration * first[f];
      }
      for (std::size_t f = 0; f < count; ++f) {
        if (!rates[f]) continue;
        const double second = (*rates[f])(position, time + duration, predicted);
        (*fields[f])[block].set(i, j, k, values[f] + 0.5 * duration * (first[f] + second));
      }
    }
  });
}

}  // namespace tessera::mpdata
