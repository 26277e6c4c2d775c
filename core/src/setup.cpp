#include "tessera/core/setup.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace tessera {
namespace {

std::vector<int> read_counts(const Config& layout, const char* key, int dimensions, int otherwise) {
  if (!layout.has(key)) return std::vector<int>(static_cast<std::size_t>(dimensions), otherwise);
  std::vector<int> counts;
  for (const Config& item : layout.at(key).items(dimensions, "numbers, one a dimension")) {
    const Index count = item.integer();
    if (count != -1 && (count < 1 || count > 1000000))
      item.fail("expected a number of at least 1, or -1 for the program to choose; found " + item.text());
    counts.push_back(static_cast<int>(count));
  }
  return counts;
}

/// With fewer, a thread would wait for others about as long as it computes.
constexpr Index least_cells_of_thread = 4096;

/// Refuses cells that double precision cannot tell apart, or whose spacing's square is 0 or not finite.
void require_spacing(const Config& pair, const std::array<double, 2>& bounds, Index cells) {
  const auto [lower, upper] = bounds;
  const double spacing = (upper - lower) / static_cast<double>(cells);
  const double square = spacing * spacing;
  const bool apart = lower + 0.5 * spacing > lower && upper - 0.5 * spacing < upper;
  if (apart && std::isnormal(square) && std::isnormal(1 / square)) return;
  std::ostringstream what;
  what << "cells would be " << spacing << " wide, which double precision does not resolve; use other units of length";
  pair.fail(what.str());
}

}  // namespace

Grid read_grid(const Config& config, bool periodic_by_default) {
  const Config grid = config.at("grid");
  if (!grid.is_section()) grid.fail("expected a section of keys");
  const Config shape_config = grid.at("shape");
  std::vector<Index> shape;
  double cells = 1;
  for (const Config& item : shape_config.items()) {
    shape.push_back(item.integer());
    cells *= static_cast<double>(shape.back());
  }
  if (shape.empty() || shape.size() > 3)
    shape_config.fail("a grid has 1 to 3 dimensions, found " + std::to_string(shape.size()));
  if (cells > 9e15) shape_config.fail("more cells than can be numbered");
  const int dimensions = static_cast<int>(shape.size());

  std::vector<std::array<double, 2>> bounds;
  if (grid.has("bounds")) {
    for (const Config& pair : grid.at("bounds").items(dimensions, "pairs [lower, upper], one a dimension")) {
      const auto ends = pair.items(2, "numbers [lower, upper]");
      bounds.push_back({ends[0].number(), ends[1].number()});
      if (!(bounds.back()[0] < bounds.back()[1])) pair.fail("the lower bound must be below the upper one");
      require_spacing(pair, bounds.back(), shape[bounds.size() - 1]);
    }
  } else {
    for (Index n : shape) bounds.push_back({0, static_cast<double>(n)});
  }
  const Ends ends = read_ends(grid, dimensions, periodic_by_default);
  int poles = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (!ends.polar[d][0] && !ends.polar[d][1]) continue;
    const Config boundary = grid.at("boundary");
    if (++poles > 1) boundary.fail("one dimension can be polar, not several");
    if (d == 0 || !ends.periodic[d - 1])
      boundary.fail("a polar dimension, the latitude, comes after a periodic one, the longitude");
    if (shape[d - 1] % 2 != 0)
      shape_config.fail("the longitude has " + std::to_string(shape[d - 1]) +
                        " cells; it needs an even number, so that across a pole there is a cell for each");
  }
  return Grid(shape, bounds, ends.periodic, ends.polar);
}

Layout read_layout(const Config& config, const Grid& grid, int rank_count, const Machine& machine, Index reach) {
  const Config section = config.section("layout");
  LayoutRequest request{read_counts(section, "ranks", grid.dimensions(), -1),
                        read_counts(section, "threads", grid.dimensions(), 1)};
  Layout layout;
  if (const auto problem = choose_layout(grid, request, rank_count, machine.fair_share, reach, layout)) {
    (section.has(problem->key) ? section.at(problem->key) : section).fail(problem->what);
  }
  if (section.has("threads")) return layout;
  // As many as a rank may have, or as blocks are thick enough for: one is.
  const bool automatic = config.has("layout") && config.at("layout").is_scalar();
  const Index worthwhile = std::max<Index>(grid.cells() / rank_count / least_cells_of_thread, 1);
  const int most =
      automatic ? static_cast<int>(std::min<Index>(machine.fair_share, worthwhile)) : machine.cpus_per_task;
  std::fill(request.threads.begin(), request.threads.end(), -1);
  for (int threads = most; threads > 1; --threads) {
    if (!choose_layout(grid, request, rank_count, threads, reach, layout)) break;
  }
  return layout;
}

Precision read_precision(const Config& config) {
  return config.choice("precision") == "single" ? Precision::float32 : Precision::float64;
}

void limit_memory(const Config& config, Domain& domain, const Machine& machine) {
  constexpr double gigabyte = 1e9;
  const double memory = domain.min(usable_memory(machine));
  const Config shape = config.at("grid").at("shape");
  const auto complaint = [&](const std::string& what) {
    std::ostringstream text;
    text << std::setprecision(3) << shape.place() << ": " << what << " more than the " << memory / gigabyte
         << " GB of memory that a rank may have here (" << machine.ranks_on_node
         << " rank(s) a node); use a smaller grid, or more nodes";
    return text.str();
  };
  const double two = domain.max(2 * static_cast<double>(domain.rank_box().cells() * bytes_of(domain.precision())));
  if (two > memory) throw ConfigError(complaint("two fields of this grid alone need"));
  domain.limit_memory(memory, complaint("the fields of this run need"));
}

ExchangeOptions read_exchange(const Config& config, const Layout& layout, const Machine& machine,
                              const comm::WaitingCommunicator& communicator, comm::ThreadLevel level, const Log& log) {
  const Config section = config.section("layout");
  ExchangeOptions options;
  const std::string messages = section.choice("messages");
  const bool multiple = level == comm::ThreadLevel::multiple;
  if (messages == "multiple" && !multiple) {
    section.at("messages")
        .fail(std::string("this MPI gives thread level ") + comm::to_string(level) + ", not multiple; use funneled");
  }
  options.funneled = messages == "funneled" || !multiple;
  if (!multiple && layout.thread_count() > 1) {
    log.warn(std::string("this MPI gives thread level ") + comm::to_string(level) +
             ": messages go through the main thread of each rank");
  }
  if (section.choice("exchange") == "pass") options.depth = ExchangeOptions::Depth::pass;

  if (!section.has("threads") && layout.thread_count() < machine.cpus_per_task) {
    log.warn("Slurm gives each rank " + std::to_string(machine.cpus_per_task) +
             " CPUs (SLURM_CPUS_PER_TASK), but so many threads would cut the grid into blocks too thin; " +
             std::to_string(layout.thread_count()) + " thread(s) are used");
  }
  const int threads = machine.ranks_on_node * layout.thread_count();
  const bool crowded = communicator.allreduce(threads > machine.cores_on_node ? 1 : 0, comm::Operator::max) == 1;
  const bool bound =
      communicator.allreduce(layout.thread_count() > machine.cores_of_rank ? 1 : 0, comm::Operator::max) == 1;
  const long installed = sysconf(_SC_NPROCESSORS_ONLN);
  const std::string unbound =
      installed > machine.cores_on_node
          ? ". The node has " + std::to_string(installed) +
                " cores: Open MPI binds ranks to single ones unless it is started with --bind-to none"
          : "";
  if (crowded) {
    log.warn(std::to_string(machine.ranks_on_node) + " rank(s) x " + std::to_string(layout.thread_count()) +
             " thread(s) = " + std::to_string(threads) + " threads on a node where the job may use " +
             std::to_string(machine.cores_on_node) + " core(s) (rank 0: cores " + machine.mask +
             "); waits give their core away, and the run will be slower than with fewer" + unbound);
  } else if (bound) {
    log.warn("a rank's " + std::to_string(layout.thread_count()) + " threads are bound to " +
             std::to_string(machine.cores_of_rank) + " core(s) (rank 0: cores " + machine.mask +
             "); with Open MPI, start with --map-by slot:PE=" + std::to_string(layout.thread_count()) +
             " or --bind-to none");
  }
  const std::string wait = section.choice("wait");
  const bool yield = wait == "yield" || (wait == "auto" && (crowded || bound));
  options.wait = yield ? comm::WaitPolicy::yield : comm::WaitPolicy::spin;
  return options;
}

SweepOptions read_sweep(const Config& config) {
  const Config section = config.section("layout");
  SweepOptions options;
  if (section.choice("sweep") == "plain") options.order = SweepOptions::Order::plain;
  if (section.has("steps_at_once")) options.steps_at_once = static_cast<int>(section.at("steps_at_once").integer());
  constexpr Index kib = 1024;
  options.overlap = section.flag("overlap");
  options.cache = section.has("cache") ? section.at("cache").integer() * kib : usable_cache();
  return options;
}

}  // namespace tessera
