#include "tessera/core/initial.hpp"

#include <cmath>
#include <numbers>

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

double normal(std::uint64_t seed, std::uint64_t cell) {
  const double radius = std::sqrt(-2 * std::log(1 - uniform(seed, 2 * cell)));
  return radius * std::cos(2 * std::numbers::pi * uniform(seed, 2 * cell + 1));
}

}  // namespace tessera
