#include "tessera/core/initial.hpp"

#include <cmath>
#include <sstream>

namespace tessera {
namespace {

void require_finite(Domain& domain, const Field& field, const std::string& place, const std::string& text) {
  if (field.location() != Location::cells) return;  // face fields are checked by who reads them
  const Index bad = first_not_finite(domain, field);
  if (bad >= 0) {
    throw ConfigError(place + ": '" + text + "' is not finite at " + domain.grid().describe(domain.grid().cell(bad)) +
                      "; keep the expression finite everywhere, e.g. with cond ? a : b");
  }
}

}  // namespace

void fill(Domain& domain, Field& field, const Expression& expression, double time, Index ghosts) {
  fill(domain, field, ghosts,
       [expression, time](const std::array<double, 3>& position) { return expression(position, time); });
  require_finite(domain, field, expression.place(), expression.text());
}

double uniform(std::uint64_t seed, std::uint64_t cell) {
  const auto mix = [](std::uint64_t z) {
    z += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  };
  return static_cast<double>(mix(mix(seed) ^ cell) >> 11) * 0x1p-53;
}

void fill_initial(Domain& domain, Field& field, const Config& config, const Parameters& parameters) {
  const Grid& grid = domain.grid();
  if (!config.is_section()) {
    fill(domain, field, Expression(config, grid.dimensions(), false, parameters), 0, 0);
    return;
  }
  const auto bounds = config.at("uniform").items(2, "numbers [low, high]");
  const double low = bounds[0].number();
  const double high = bounds[1].number();
  if (!(low <= high)) config.at("uniform").fail("low must not be above high");
  if (!std::isfinite(high - low)) config.at("uniform").fail("the range is too wide for a double");
  const auto seed = static_cast<std::uint64_t>(config.integer("seed", 0));
  domain.phase([&](const Block& block) {
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        const Index number = grid.number({block.global(0, i), block.global(1, j), block.global(2, k)});
        field[block].set(i, j, k, low + (high - low) * uniform(seed, static_cast<std::uint64_t>(number)));
      }
    });
  });
}

}  // namespace tessera
