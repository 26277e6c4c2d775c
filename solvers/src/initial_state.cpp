#include "tessera/solvers/initial_state.hpp"

#include <algorithm>
#include <cmath>

#include "tessera/core/initial.hpp"
#include "tessera/io/grid_file.hpp"

namespace tessera {
namespace {

/// Adds value(cell's number) to every cell.
template <class Value>
void add(Domain& domain, Field& field, const Value& value) {
  domain.phase([&](const Block& block) {
    Array& values = field[block];
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        const Index number = domain.grid().number({block.global(0, i), block.global(1, j), block.global(2, k)});
        values.set(i, j, k, values(i, j, k) + value(static_cast<std::uint64_t>(number)));
      }
    });
  });
}

/// After random numbers: the largest possible values may be rare.
void require_finite(Domain& domain, const Field& field, const Config& numbers) {
  if (first_not_finite(domain, field) >= 0)
    numbers.fail("makes values that are not finite" +
                 std::string(domain.precision() == Precision::float32 ? " in single precision" : "") +
                 "; use smaller numbers");
}

void add_random(Domain& domain, Field& field, const Config& config) {
  const auto seed = static_cast<std::uint64_t>(config.integer("seed"));
  if (config.has("uniform")) {
    const Config range = config.at("uniform");
    const auto bounds = range.items(2, "numbers [low, high]");
    const double low = bounds[0].number();
    const double high = bounds[1].number();
    if (!(low <= high)) range.fail("low must not be above high");
    if (!std::isfinite(high - low)) range.fail("the range is too wide for a double");
    add(domain, field, [=](std::uint64_t cell) { return low + (high - low) * uniform(seed, cell); });
    require_finite(domain, field, range);
  } else {
    const Config normals = config.at("normal");
    const auto numbers = normals.items(2, "numbers [mean, deviation]");
    const double mean = numbers[0].number();
    const double deviation = numbers[1].number();
    if (deviation < 0) numbers[1].fail("a deviation must be at least 0, found " + numbers[1].text());
    add(domain, field, [=](std::uint64_t cell) { return mean + deviation * normal(seed, cell); });
    require_finite(domain, field, normals);
  }
}

void read_file(Domain& domain, Field& field, const Config& config) {
  const io::GridFile file(domain, config.at("file"));
  const Config dataset = config.at("dataset");
  const Index records = file.records(dataset);
  std::optional<io::GridFile::Record> record;
  if (records > 0) {
    const Index complete = file.complete(records);
    if (complete == 0) dataset.fail("'" + dataset.text() + "': no record of it was completed");
    Index number = config.integer("record");
    if (number < -complete || number >= complete) {
      config.at("record").fail("there are " + std::to_string(complete) +
                               " records; give one from 0 on, or from -1, the last, backwards");
    }
    if (number < 0) number += complete;
    record = {number, records};
  }
  file.read(dataset, field, record);
  const Index bad = first_not_finite(domain, field);
  if (bad >= 0) dataset.fail("is not finite at " + domain.grid().describe(domain.grid().cell(bad)));
}

}  // namespace

void fill_initial(Domain& domain, Field& field, const Config& config, const Parameters& parameters) {
  const auto fill_expression = [&](const Config& text) {
    fill(domain, field, Expression(text, domain.grid().dimensions(), false, parameters), 0, 0);
  };
  if (!config.is_section()) return fill_expression(config);
  std::vector<std::string> found;
  for (const char* key : {"uniform", "normal", "file"}) {
    if (config.has(key)) found.emplace_back(key);
  }
  if (found.size() != 1)
    config.fail("expected one of uniform: [low, high], normal: [mean, deviation], and file: F with dataset: D, found " +
                (found.empty() ? "none" : found[0] + " and " + found[1]));
  if (found[0] == "file") {
    if (config.has("expression"))
      config.at("expression").fail("is added to random numbers only, not to what a file holds");
    return read_file(domain, field, config);
  }
  if (config.has("expression")) fill_expression(config.at("expression"));
  add_random(domain, field, config);
}

}  // namespace tessera
