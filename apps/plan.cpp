#include "plan.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "outputs.hpp"
#include "progress.hpp"

namespace tessera::apps {
namespace {

std::string megabytes(double bytes) {
  std::ostringstream text;
  text << std::setprecision(3) << bytes / 1e6 << " MB";
  return text.str();
}

/// Cells of blocks along an axis: "33..34".
std::string cells_of_block(const Domain& domain, int axis) {
  const Index thin = thinnest_block(domain.grid(), domain.layout(), axis);
  const Index thick = block_range(domain.grid(), domain.layout(), axis, 0).size();
  return std::to_string(thin) + (thick > thin ? ".." + std::to_string(thick) : "");
}

std::string extents(const Domain& domain) {
  std::string text;
  for (int a = domain.grid().first_axis(); a < 3; ++a) text += (text.empty() ? "" : " x ") + cells_of_block(domain, a);
  return text;
}

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

void print_table(const Domain& domain) {
  const Log& log = domain.log();
  const Grid& grid = domain.grid();
  log.info("layout in detail:\n  dimension      cells    ranks  threads  cells a block");
  for (int a = grid.first_axis(); a < 3; ++a) {
    std::ostringstream row;
    row << "  " << grid.name(a) << std::setw(19) << grid.cells(a) << std::setw(9) << domain.layout().ranks[at(a)]
        << std::setw(9) << domain.layout().threads[at(a)] << std::setw(15) << cells_of_block(domain, a);
    log.info(row.str());
  }
  constexpr int width = 78;
  const std::vector<std::string> map = map_of_blocks(domain, width);
  for (const std::string& line : map) log.info("  " + line);
  if (map.empty()) log.info("  (too many blocks for a map)");
}

/// This layout among the others of as many ranks and threads.
void compare_layouts(const Domain& domain) {
  const Grid& grid = domain.grid();
  const Layout& own = domain.layout();
  const std::vector<Layout> all = layouts(grid, own.rank_count(), own.thread_count(), 1);
  if (all.size() < 2) return;
  const auto same = [&](const Layout& other) { return other.ranks == own.ranks && other.threads == own.threads; };
  const auto cost = [&](const Layout& layout) {
    std::ostringstream text;
    text << describe(grid, layout) << ": " << exchange_cost(grid, layout);
    return text.str();
  };
  std::string text = "exchanged cells a layer of ghosts (those along " + std::string(1, grid.name(2)) +
                     " count twice): this layout " + std::to_string(exchange_cost(grid, own));
  constexpr int most = 3;
  int listed = 0;
  for (const Layout& layout : all) {
    if (same(layout) || listed == most) continue;
    text += (listed++ == 0 ? "; others: " : "; ") + cost(layout);
  }
  const Index least = exchange_cost(grid, all.front());
  text += exchange_cost(grid, own) == least ? ". None has less"
                                            : ". `layout: auto` would take " + describe(grid, all.front());
  domain.log().info(text);
}

/// Ghosts that are exchanged, for one own cell of the smallest block.
double ghosts_of_cell(const Domain& domain, Index layers) {
  double own = 1;
  double all = 1;
  for (int a = domain.grid().first_axis(); a < 3; ++a) {
    const auto cells = static_cast<double>(thinnest_block(domain.grid(), domain.layout(), a));
    own *= cells;
    all *= cells + (domain.exchanged(a) ? 2 * static_cast<double>(layers) : 0);
  }
  return all / own - 1;
}

void warn_of_thin_blocks(const Plan& plan) {
  const Index layers = plan.solver.state().fields.front()->ghosts();
  const double ghosts = ghosts_of_cell(plan.domain, layers);
  if (ghosts <= 1 || plan.domain.layout().rank_count() * plan.domain.layout().thread_count() == 1) return;
  std::ostringstream text;
  text << std::setprecision(2) << "blocks of " << extents(plan.domain) << " cells with " << layers
       << " layer(s) of ghosts have " << ghosts
       << " ghosts a cell, which are exchanged and in part computed twice: the run may be "
       << "slower than with fewer ranks or threads";
  plan.domain.log().warn(text.str());
}

/// How far the first steps came.
struct Timing {
  Index steps = 0;
  double time = 0;     // of the solution
  double seconds = 0;  // without the first step, which touches memory for the first time
};

/// Collective: the first steps, for about half a second.
Timing time_steps(const Plan& plan) {
  constexpr double enough = 0.5;
  plan.solver.prepare();
  Reached now = plan.solver.advance(0, plan.schedule.end(), plan.schedule.steps_left(0));
  Timing timing;
  const double begin = comm::wtime();
  for (Index calls = 1; timing.seconds < enough; calls *= 2) {
    for (Index call = 0; call < calls && !plan.schedule.finished(now.time, now.steps); ++call) {
      const Reached reached = plan.solver.advance(now.time, plan.schedule.end(), plan.schedule.steps_left(now.steps));
      timing.time += reached.time - now.time;
      timing.steps += reached.steps;
      now = {reached.time, now.steps + reached.steps};
    }
    timing.seconds = plan.domain.max(comm::wtime() - begin);
    if (plan.schedule.finished(now.time, now.steps)) break;
  }
  for (const Field* field : plan.solver.state().fields) {
    if (const Index cell = first_not_finite(plan.domain, *field); cell >= 0) {
      throw RunError(field->name() + " is not finite in " + plan.domain.grid().describe(plan.domain.grid().cell(cell)) +
                     " after " + std::to_string(now.steps) + " steps; look at the initial data and the step");
    }
  }
  return timing;
}

void print_time(const Plan& plan) {
  const Log& log = plan.domain.log();
  if (log.verbosity() == Verbosity::quiet) return;
  Timing timing;
  try {
    timing = time_steps(plan);
  } catch (const RunError& error) {
    log.warn(std::string("the first steps were tried, and fail: ") + error.what());
    return;
  }
  if (timing.steps == 0) return;
  const double per_step = timing.seconds / static_cast<double>(timing.steps);
  std::ostringstream text;
  text << "expected time: ";
  if (plan.schedule.steps() >= 0)
    text << "about " << duration(per_step * static_cast<double>(plan.schedule.steps())) << " for "
         << plan.schedule.steps() << " steps";
  else if (std::isfinite(plan.schedule.end()))
    text << "about " << duration(timing.seconds * plan.schedule.end() / timing.time)
         << " to t = " << plan.schedule.end() << " if steps stay as they are, "
         << timing.time / static_cast<double>(timing.steps) << " on average (they adapt)";
  else text << "unknown, as the end is";
  text << std::setprecision(3) << "; without output. Measured: " << timing.steps << " steps of " << duration(per_step)
       << ", " << static_cast<double>(plan.domain.grid().cells()) / per_step / 1e6 << " million cells a second";
  log.info(text.str());
}

}  // namespace

std::vector<std::string> map_of_blocks(const Domain& domain, int width) {
  const Grid& grid = domain.grid();
  const Layout& layout = domain.layout();
  std::vector<int> axes;
  for (int a = grid.first_axis(); a < 3; ++a) axes.push_back(a);
  if (axes.size() == 3) {  // without the one that is cut least, the last of such
    const auto least =
        std::min_element(axes.rbegin(), axes.rend(), [&](int a, int b) { return layout.blocks(a) < layout.blocks(b); });
    axes.erase(std::next(least).base());
  }
  const int right = axes[0];
  const int up = axes.size() > 1 ? axes[1] : -1;
  const int columns = layout.blocks(right);
  const int rows = up < 0 ? 1 : layout.blocks(up);

  const auto label = [&](int column, int row) {
    std::array<int, 3> position{};
    position[at(right)] = column;
    if (up >= 0) position[at(up)] = row;
    const BlockAddress address = domain.address_of(position);
    return std::to_string(address.rank) + (layout.thread_count() > 1 ? "." + std::to_string(address.number) : "");
  };
  std::size_t wide = 0;
  if (columns > width || rows > width) return {};
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) wide = std::max(wide, label(column, row).size() + 2);
  }
  if (columns * (static_cast<int>(wide) + 1) + 1 > width || 2 * rows + 1 > width / 2) return {};

  // Between ranks lines are drawn, between the threads of a rank dots.
  const auto between_ranks = [&](int axis, int boundary) { return boundary % layout.threads[at(axis)] == 0; };
  const auto border = [&](int boundary) {
    std::string line;
    const char stroke = up < 0 || between_ranks(up, boundary) ? '-' : '.';
    for (int column = 0; column < columns; ++column) line += "+" + std::string(wide, stroke);
    return line + "+";
  };
  std::vector<std::string> lines;
  if (up >= 0) lines.emplace_back(1, grid.name(up));
  for (int row = rows - 1; row >= 0; --row) {
    lines.push_back(border(row + 1));
    std::string line;
    for (int column = 0; column < columns; ++column) {
      std::string text = label(column, row);
      const std::size_t before = (wide - text.size()) / 2;
      line += (between_ranks(right, column) ? "|" : ":") + std::string(before, ' ') + text +
              std::string(wide - before - text.size(), ' ');
    }
    lines.push_back(line + "|");
  }
  lines.push_back(border(0) + " " + grid.name(right) + "   " + (layout.thread_count() > 1 ? "rank.thread" : "ranks"));
  return lines;
}

void print_plan(const Plan& plan) {
  const Domain& domain = plan.domain;
  const Log& log = domain.log();
  log.info("grid: " + domain.grid().describe());
  log.info("layout: " + describe(domain.grid(), domain.layout()) + ", blocks of " + extents(domain) +
           " cells; messages " + (domain.exchange().funneled ? "funneled" : "by each thread") +
           (domain.exchange().wait == comm::WaitPolicy::yield ? ", waits yield" : ""));
  log.info(plan.solver.describe());
  log.info("time: " + plan.schedule.describe());
  log.info("memory: " + megabytes(domain.max(domain.allocated())) + " a rank for fields" +
           (domain.precision() == Precision::float32 ? ", in single precision" : ""));
  if (plan.outputs.empty()) log.info("output: none (no output.file)");
  for (const OutputOptions& output : plan.outputs) {
    const double copies = static_cast<double>(staged_records(plan.background)) / domain.layout().rank_count();
    log.info("output: " + describe(output, plan.schedule, domain.grid()) +
             (plan.background
                  ? ", in the background, for about " +
                        megabytes(copies * io::Series::record_bytes(domain.grid(), output.series)) + " more a rank"
                  : ""));
  }
  if (!plan.checkpoint.file.empty()) log.info("checkpoint: " + plan.checkpoint.file);
  if (const std::string text = describe(plan.stop); !text.empty()) log.info("stops: " + text);
}

void print_details(const Plan& plan) {
  const Log& log = plan.domain.log();
  for (const std::string& detail : plan.solver.details()) log.info(detail);
  print_table(plan.domain);
  compare_layouts(plan.domain);
  warn_of_thin_blocks(plan);
  print_time(plan);
}

}  // namespace tessera::apps
