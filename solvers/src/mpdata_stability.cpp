// Whether a flow leaves in every cell what upwind steps need.
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "mpdata_flow.hpp"

namespace tessera::mpdata {

Flow::Faces Flow::faces_of(const Block& block, const Index3& cell, int dimension) const {
  if (uniform_) return {(*uniform_)[at(dimension)], (*uniform_)[at(dimension)]};
  Index3 above = cell;
  ++above[at(domain_.grid().first_axis() + dimension)];
  const Array& c = courant_[at(dimension)][block];
  return {c(cell[0], cell[1], cell[2]), c(above[0], above[1], above[2])};
}

/// What leaves a cell in a step, over what is in it.
double Flow::outgoing(const Block& block, const Index3& cell) const {
  const Grid& grid = domain_.grid();
  const auto g = [&](const Index3& c) { return g_ ? (*g_)[block](c[0], c[1], c[2]) : 1.0; };
  double sum = 0;
  for (int d = 0; d < grid.dimensions(); ++d) {
    const auto [lower, upper] = faces_of(block, cell, d);
    if (!std::isfinite(lower) || !std::isfinite(upper)) return std::numeric_limits<double>::quiet_NaN();
    sum += std::fmax(upper, 0) - std::fmin(lower, 0);
    if (!diffusion_) continue;
    Index3 below = cell;
    Index3 above = cell;
    --below[at(grid.first_axis() + d)];
    ++above[at(grid.first_axis() + d)];
    // Its Courant numbers are twice the diffusion at most, on either side.
    sum += 2 * (*diffusion_)[at(d)] * (g(cell) + 0.5 * (g(below) + g(above)));
  }
  return sum / g(cell);
}

double Flow::divergence(const Block& block, const Index3& cell) const {
  double sum = 0;
  for (int d = 0; d < domain_.grid().dimensions(); ++d) {
    const auto [lower, upper] = faces_of(block, cell, d);
    sum += upper - lower;
  }
  return std::fabs(sum) / (g_ ? (*g_)[block](cell[0], cell[1], cell[2]) : 1.0);
}

/// Collective: infinity if it is not finite anywhere.
double Flow::largest(double (Flow::*of)(const Block&, const Index3&) const) {
  std::vector<double> largest(domain_.blocks().size(), 0);
  domain_.phase([&](const Block& block) {
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        const double value = (this->*of)(block, {i, j, k});
        double& most = largest[at(block.number)];
        most = std::isfinite(value) ? std::max(most, value) : std::numeric_limits<double>::infinity();
      }
    });
  });
  return domain_.max(*std::max_element(largest.begin(), largest.end()));
}

double Flow::largest_outgoing() { return largest(&Flow::outgoing); }

double Flow::largest_divergence() { return largest(&Flow::divergence); }

/// Collective.
void Flow::require_positive_g(const Config& key) {
  constexpr Index none = std::numeric_limits<Index>::max();
  const Grid& grid = domain_.grid();
  std::vector<Index> first(domain_.blocks().size(), none);
  domain_.phase([&](const Block& block) {
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        if ((*g_)[block](i, j, k) > 0) continue;
        const Index cell = grid.number({block.global(0, i), block.global(1, j), block.global(2, k)});
        first[at(block.number)] = std::min(first[at(block.number)], cell);
      }
    });
  });
  const Index cell = domain_.min(*std::min_element(first.begin(), first.end()));
  if (cell != none)
    key.fail("not above 0 in " + grid.describe(grid.cell(cell)) + "; it is a density or a volume factor");
}

/// Collective: that of the first cell that has one.
Flow::Problem Flow::find_problem() {
  constexpr Index none = std::numeric_limits<Index>::max();
  const double rounding = domain_.precision() == Precision::float32 ? 1e-6 : 1e-12;
  std::vector<Problem> found(domain_.blocks().size(), {none, Problem::What::none, 0});
  domain_.phase([&](const Block& block) {
    Problem& problem = found[at(block.number)];
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2) && problem.cell == none; ++k) {
        const double sum = outgoing(block, {i, j, k});
        if (sum <= limit_ + rounding) continue;
        const Index cell = domain_.grid().number({block.global(0, i), block.global(1, j), block.global(2, k)});
        problem = {cell, std::isnan(sum) ? Problem::What::not_finite : Problem::What::too_large, sum};
      }
    });
  });
  const auto local =
      std::min_element(found.begin(), found.end(), [](const Problem& a, const Problem& b) { return a.cell < b.cell; });
  const Index first = domain_.min(local->cell);
  if (first == none) return {none, Problem::What::none, 0};
  // The rank that owns the cell knows; sharing it makes all ranks complain alike.
  const bool mine = local->cell == first;
  const int what = domain_.communicator().allreduce(mine ? static_cast<int>(local->what) : 0, comm::Operator::max);
  const double sum =
      domain_.max(mine && !std::isnan(local->sum) ? local->sum : -std::numeric_limits<double>::infinity());
  return {first, static_cast<Problem::What>(what), sum};
}

std::string Flow::describe(const Problem& problem) const {
  const Grid& grid = domain_.grid();
  const std::string where = grid.describe(grid.cell(problem.cell));
  std::ostringstream what;
  if (problem.what == Problem::What::not_finite)
    return "not finite at a face of " + where + "; correct the " + (file_ ? "data in the file" : "expressions");
  what << "the outgoing Courant numbers " << (diffusion_ ? "and diffusion " : "") << (g_ ? "over G " : "")
       << "add up to " << problem.sum << " in " << where << ", but at most "
       << (limit_ == 1 ? "1 is stable" : "courant_limit is allowed") << "; use a smaller step"
       << (for_a_step_ ? ", and with it smaller Courant numbers" : "");
  return what.str();
}

void Flow::require_stable(double time) {
  const Problem problem = find_problem();
  if (problem.what == Problem::What::none) return;
  std::ostringstream what;
  what << "mpdata: at t = " << time << ": " << describe(problem);
  throw RunError(what.str());
}

}  // namespace tessera::mpdata
