#include "output_options.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "tessera/io/file_check.hpp"

namespace tessera::apps {
namespace {

std::vector<Field*> read_fields(const Config& output, const State& state) {
  if (!output.has("fields")) return state.fields;
  const Config list = output.at("fields");
  if (list.items().empty()) list.fail("name at least one field, or leave the key out for all");
  std::vector<std::string> names;
  for (const Field* field : state.fields) names.push_back(field->name());
  std::vector<Field*> fields;
  for (const Config& item : list.items()) {
    const std::string name = item.one_of(names);
    Field* field = state.fields[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
    if (std::find(fields.begin(), fields.end(), field) != fields.end()) item.fail("'" + name + "' is named twice");
    fields.push_back(field);
  }
  return fields;
}

/// Of fields, axes and the time.
io::Attributes read_units(const Config& output, const Grid& grid, const std::vector<Field*>& fields) {
  io::Attributes units;
  if (!output.has("units")) return units;
  const Config section = output.at("units");
  const auto take = [&](const std::string& name) {
    if (section.has(name)) units[name] = section.at(name).text();
  };
  take("time");
  for (int a = grid.first_axis(); a < 3; ++a) take(std::string(1, grid.name(a)));
  for (const Field* field : fields) take(field->name());
  return units;
}

io::SeriesOptions read_series(const Config& output, const Domain& domain, const State& state) {
  io::SeriesOptions options;
  options.file = output.at("file").text();
  options.fields = read_fields(output, state);
  options.region = io::read_region(output, domain.grid());
  options.precision = domain.precision();
  if (output.has("precision") && output.at("precision").choice() == "single") options.precision = Precision::float32;
  else if (output.has("precision") && domain.precision() == Precision::float32)
    output.at("precision").fail("fields are in single precision; leave this out");
  options.units = read_units(output, domain.grid(), options.fields);
  options.deflate = static_cast<int>(output.integer("deflate"));
  options.collective = output.choice("writes") == "collective";
  return options;
}

}  // namespace

std::vector<OutputOptions> read_outputs(const Config& config, const Domain& domain, const State& state,
                                        const Schedule& schedule) {
  std::vector<OutputOptions> outputs;
  for (const Config& entry : config.sections("output")) {
    if (entry.keys().empty()) continue;
    outputs.push_back({read_series(entry, domain, state), OutputTimes(entry, schedule)});
    io::require_writable(entry.at("file"), io::files_of_series(outputs.back().series.file), domain.communicator());
  }
  return outputs;
}

bool read_background(const Config& config, const Domain& domain, const Machine& machine, comm::ThreadLevel level) {
  const Config layout = config.section("layout");
  const std::string choice = layout.choice("background");
  const bool possible = level == comm::ThreadLevel::multiple;
  if (choice == "true" && !possible) {
    layout.at("background")
        .fail(std::string("this MPI gives thread level ") + comm::to_string(level) + ", not multiple; leave it out");
  }
  const int needed = machine.ranks_on_node * (domain.layout().thread_count() + 1);
  const bool spare = machine.cores_on_node >= needed && machine.cores_of_rank > domain.layout().thread_count();
  const bool spare_everywhere = domain.min(Index{spare}) == 1;
  return choice == "true" || (choice == "auto" && possible && spare_everywhere);
}

std::string describe(const OutputOptions& output, const Schedule& schedule, const Grid& grid) {
  const Index records = output.times.records(schedule);
  std::ostringstream text;
  text << output.series.file << ", ";
  if (records >= 0) text << records << " ";
  text << "records of " << std::setprecision(3) << io::Series::record_bytes(grid, output.series) / 1e6 << " MB";
  return text.str();
}

}  // namespace tessera::apps
