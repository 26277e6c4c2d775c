#include "mpdata_sources.hpp"

#include <algorithm>

#include "field_names.hpp"

namespace tessera::mpdata {
namespace {

/// In expressions of sources.
std::string gradient(const std::string& field, const Grid& grid, int axis) { return field + "_" + grid.name(axis); }

std::vector<std::string> read_names(const Config& initial, const Grid& grid, const Parameters& parameters) {
  std::map<std::string, std::string> taken{{"courant", "in the history"}, {"divergence", "in the history"}};
  for (const std::string& name : initial.keys()) {
    for (int axis = grid.first_axis(); axis < 3; ++axis)
      taken[gradient(name, grid, axis)] = "by the gradient of " + name;
  }
  return read_field_names(initial, parameters, taken);
}

/// Refuses keys that are no fields.
void require_fields(const Config& section, const std::vector<std::string>& names) {
  for (const std::string& name : section.keys()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const auto near = nearest(name, names);
    section.at(name).fail("there is no such field in `initial`" +
                          (near ? "; did you mean '" + *near + "'?" : std::string()));
  }
}

}  // namespace

Sources::Sources(const Config& config, Domain& domain, const Parameters& parameters)
    : domain_(domain), names_(read_names(config.at("initial"), domain.grid(), parameters)) {
  const Grid& grid = domain.grid();
  const Config section = config.at("mpdata");
  require_fields(section.section("boundaries"), names_);
  const Config sources = section.section("sources");
  require_fields(sources, names_);
  none_ = sources.keys().empty();
  if (none_) return;

  std::vector<std::string> variables = names_;
  for (const std::string& name : names_) {
    for (int axis = grid.first_axis(); axis < 3; ++axis) variables.push_back(gradient(name, grid, axis));
  }
  std::vector<std::optional<Expression>> rates(names_.size());
  std::vector<bool> used(variables.size() - names_.size(), false);  // gradients
  for (std::size_t f = 0; f < names_.size(); ++f) {
    if (!sources.has(names_[f])) continue;
    rates[f].emplace(sources.at(names_[f]), grid.dimensions(), true, parameters, variables);
    for (std::size_t g = 0; g < used.size(); ++g) used[g] = used[g] || rates[f]->uses_field(names_.size() + g);
  }
  rate_.assign(domain.blocks().size(), rates);
  const auto dimensions = static_cast<std::size_t>(grid.dimensions());
  for (std::size_t g = 0; g < used.size(); ++g) {
    if (used[g]) gradients_.push_back({g / dimensions, grid.first_axis() + static_cast<int>(g % dimensions)});
  }
  const auto count = std::count_if(rates.begin(), rates.end(), [](const auto& rate) { return rate.has_value(); });
  for (auto* list : {&predicted_, &first_, &second_}) {
    for (std::ptrdiff_t n = 0; n < count; ++n) list->emplace_back(domain, "source", Location::cells, 1);
  }
  std::size_t n = 0;
  for (const auto& rate : rates) {
    firsts_.push_back(rate ? &first_[n] : nullptr);
    seconds_.push_back(rate ? &second_[n] : nullptr);
    if (rate) ++n;
  }
  if (!gradients_.empty()) exchange_.emplace(domain, std::vector<Location>(names_.size(), Location::cells), 1);
}

void Sources::apply(std::span<Field* const> fields, double time, double duration, const Close& close) {
  if (none_) return;
  std::vector<Field*> predicted(fields.begin(), fields.end());
  for (std::size_t f = 0, n = 0; f < fields.size(); ++f) {
    if (firsts_[f] != nullptr) predicted[f] = &predicted_[n++];
  }
  // to = from + share (first [+ second])
  const auto add = [&](const Block& block, std::size_t f, Field& to, double share, bool both) {
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        const double rate = (*firsts_[f])[block](i, j, k) + (both ? (*seconds_[f])[block](i, j, k) : 0);
        to[block].set(i, j, k, (*fields[f])[block](i, j, k) + share * rate);
      }
    });
  };
  exchange(fields, time, close, [&](const Block& block) {
    evaluate(block, fields, time, firsts_);
    for (std::size_t f = 0; f < fields.size(); ++f) {
      if (firsts_[f] != nullptr) add(block, f, *predicted[f], duration, false);
    }
  });
  exchange(predicted, time + duration, close,
           [&](const Block& block) { evaluate(block, predicted, time + duration, seconds_); });
  domain_.phase([&](const Block& block) {
    for (std::size_t f = 0; f < fields.size(); ++f) {
      if (firsts_[f] != nullptr) add(block, f, *fields[f], 0.5 * duration, true);
    }
  });
}

/// Calls `afterwards` for every block, if there are gradients once the ghosts that they need are filled.
void Sources::exchange(std::span<Field* const> fields, double time, const Close& close,
                       HaloExchange::Phase afterwards) {
  if (!exchange_) {
    domain_.phase(afterwards);
    return;
  }
  exchange_->run(
      fields, [](const Block&) {},
      [&](const Block& block) {
        for (std::size_t f = 0; f < fields.size(); ++f) close(block, f, (*fields[f])[block], time);
        afterwards(block);
      });
}

void Sources::evaluate(const Block& block, std::span<Field* const> fields, double time,
                       const std::vector<Field*>& rates) {
  const Grid& grid = domain_.grid();
  const auto dimensions = static_cast<std::size_t>(grid.dimensions());
  const auto& expressions = rate_[static_cast<std::size_t>(block.number)];
  std::vector<double> values(fields.size() * (1 + dimensions), 0);  // and gradients
  for_each_row(block.local(), [&](Index i, Index j) {
    std::array<double, 3> position{grid.centre(0, block.global(0, i)), grid.centre(1, block.global(1, j)), 0};
    for (Index k = 0; k < block.cells.extent(2); ++k) {
      position[2] = grid.centre(2, block.global(2, k));
      for (std::size_t f = 0; f < fields.size(); ++f) values[f] = (*fields[f])[block](i, j, k);
      for (const auto& [field, axis] : gradients_) {
        Index3 below{i, j, k};
        Index3 above = below;
        --below[static_cast<std::size_t>(axis)];
        ++above[static_cast<std::size_t>(axis)];
        const Array& of = (*fields[field])[block];
        values[fields.size() + field * dimensions + static_cast<std::size_t>(axis - grid.first_axis())] =
            (of(above[0], above[1], above[2]) - of(below[0], below[1], below[2])) / (2 * grid.spacing(axis));
      }
      for (std::size_t f = 0; f < fields.size(); ++f) {
        if (rates[f] != nullptr) (*rates[f])[block].set(i, j, k, (*expressions[f])(position, time, values));
      }
    }
  });
}

}  // namespace tessera::mpdata
