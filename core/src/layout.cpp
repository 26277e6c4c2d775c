#include "tessera/core/layout.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace tessera {
namespace {

using Parts = std::array<int, 3>;

std::string describe(const Grid& grid, const Parts& parts) {
  std::string text;
  for (int a = grid.first_axis(); a < 3; ++a) text += (text.empty() ? "" : " x ") + std::to_string(parts[at(a)]);
  return text;
}

/// Cells along an axis that must be in a block for the exchange of `reach` layers to work.
bool thick_enough(const Grid& grid, const Layout& layout, int axis, Index reach) {
  const bool exchanges = grid.periodic(axis) || axis == grid.polar_axis() || layout.blocks(axis) > 1;
  return thinnest_block(grid, layout, axis) >= (exchanges ? std::max<Index>(reach, 1) : 1);
}

bool works(const Grid& grid, const Layout& layout, Index reach) {
  for (int a = grid.first_axis(); a < 3; ++a) {
    if (!thick_enough(grid, layout, a, reach)) return false;
  }
  return true;
}

/// Calls f with every way to write `total` as a product of the free entries (-1) of `request`.
void for_each_factorisation(const Grid& grid, const Parts& request, int total,
                            const std::function<void(const Parts&)>& f) {
  std::vector<int> free;
  for (int a = grid.first_axis(); a < 3; ++a) {
    if (request[at(a)] == -1) free.push_back(a);
  }
  Parts parts = request;
  const std::function<void(std::size_t, int)> place = [&](std::size_t next, int rest) {
    if (next == free.size()) {
      if (rest == 1) f(parts);
      return;
    }
    // From large to small, so that of equal surfaces the one that cuts the first dimension comes first.
    for (int n = rest; n >= 1; --n) {
      if (rest % n != 0) continue;
      parts[at(free[next])] = n;
      place(next + 1, rest / n);
    }
  };
  place(0, total);
}

int fixed_product(const Parts& parts) {
  Index product = 1;
  for (int n : parts) product = std::min<Index>(product * (n == -1 ? 1 : n), std::numeric_limits<int>::max());
  return static_cast<int>(product);
}

bool has_free(const Parts& parts) { return std::count(parts.begin(), parts.end(), -1) > 0; }

Parts to_axes(const Grid& grid, const std::vector<int>& numbers) {
  Parts parts{1, 1, 1};
  for (std::size_t d = 0; d < numbers.size(); ++d) parts[at(grid.first_axis()) + d] = numbers[d];
  return parts;
}

/// Calls f with every layout of these counts that works.
void for_each_layout(const Grid& grid, const Parts& ranks, int rank_count, const Parts& threads, int thread_count,
                     Index reach, const std::function<void(const Layout&)>& f) {
  for_each_factorisation(grid, ranks, rank_count / fixed_product(ranks), [&](const Parts& r) {
    for_each_factorisation(grid, threads, thread_count / fixed_product(threads), [&](const Parts& t) {
      if (const Layout layout{r, t}; works(grid, layout, reach)) f(layout);
    });
  });
}

/// The layout of least exchange cost with these counts, if there is one that works.
std::optional<Layout> best_layout(const Grid& grid, const Parts& ranks, int rank_count, const Parts& threads,
                                  int thread_count, Index reach) {
  std::optional<Layout> best;
  Index least = std::numeric_limits<Index>::max();
  for_each_layout(grid, ranks, rank_count, threads, thread_count, reach, [&](const Layout& layout) {
    const Index cost = exchange_cost(grid, layout);
    if (cost >= least) return;
    least = cost;
    best = layout;
  });
  return best;
}

}  // namespace

Range cut(Index cells, int parts, int part) {
  const Index size = cells / parts;
  const Index larger = cells % parts;
  const Index lower = part * size + std::min<Index>(part, larger);
  return {lower, lower + size + (part < larger ? 1 : 0)};
}

Range block_range(const Grid& grid, const Layout& layout, int axis, int position) {
  const int threads = layout.threads[at(axis)];
  const Range rank = cut(grid.cells(axis), layout.ranks[at(axis)], position / threads);
  const Range thread = cut(rank.size(), threads, position % threads);
  return {rank.lower + thread.lower, rank.lower + thread.upper};
}

Index thinnest_block(const Grid& grid, const Layout& layout, int axis) {
  return grid.cells(axis) / layout.ranks[at(axis)] / layout.threads[at(axis)];
}

std::optional<LayoutProblem> choose_layout(const Grid& grid, const LayoutRequest& request, int rank_count,
                                           int thread_count, Index reach, Layout& result) {
  const Parts ranks = to_axes(grid, request.ranks);
  const Parts threads = to_axes(grid, request.threads);
  const Parts any = to_axes(grid, std::vector<int>(static_cast<std::size_t>(grid.dimensions()), -1));

  const int asked = fixed_product(ranks);
  if (has_free(ranks) ? rank_count % asked != 0 : rank_count != asked) {
    std::string what = std::string(has_free(ranks) ? "a multiple of " : "") + std::to_string(asked) +
                       " rank(s) is needed, but mpiexec started " + std::to_string(rank_count) + ". Start ";
    what += has_free(ranks) ? "such a number" : "mpiexec -n " + std::to_string(asked);
    if (const auto other = best_layout(grid, any, rank_count, any, 1, reach)) {
      what += ", or ask for " + describe(grid, other->ranks);
    }
    return LayoutProblem{"ranks", what + ", or write -1 for the program to choose"};
  }
  if (fixed_product(threads) > 1024)  // several thousand end in a crash of oneTBB
    return LayoutProblem{"threads", "more than 1024 threads a rank; ask for as many as a rank has cores"};
  if (!has_free(threads)) thread_count = fixed_product(threads);
  thread_count = std::max(1, thread_count / fixed_product(threads)) * fixed_product(threads);

  if (const auto best = best_layout(grid, ranks, rank_count, threads, thread_count, reach)) {
    result = *best;
    return std::nullopt;
  }

  // What would work: the most ranks with these threads, else the most with one thread.
  const char* culprit = best_layout(grid, ranks, rank_count, any, 1, reach) ? "threads" : "ranks";
  std::string what = std::to_string(rank_count) + " rank(s) x " + std::to_string(thread_count) + " thread(s) cut " +
                     describe(grid, Parts{static_cast<int>(grid.cells(0)), static_cast<int>(grid.cells(1)),
                                          static_cast<int>(grid.cells(2))}) +
                     " cells into blocks thinner than the " + std::to_string(std::max<Index>(reach, 1)) +
                     " cell(s) that a block needs along a dimension that is cut, periodic or polar. ";
  // More parts than cells never work: no need to try them.
  const int most = static_cast<int>(std::min<Index>(grid.cells(), std::numeric_limits<int>::max()));
  for (int r = std::min(rank_count, most); r >= 1; --r) {
    for (int t = std::min(thread_count, most / r); t >= 1; --t) {
      if (const auto largest = best_layout(grid, any, r, any, t, reach)) {
        return LayoutProblem{culprit,
                             what + "The largest that works with at most these: " + tessera::describe(grid, *largest)};
      }
    }
  }
  return LayoutProblem{"ranks", what + "No layout works: use a larger grid or one of fewer dimensions"};
}

Index exchange_cost(const Grid& grid, const Layout& layout) {
  Index sum = 0;
  for (int a = grid.first_axis(); a < 3; ++a) {
    const Index cuts = layout.blocks(a) > 1 ? layout.blocks(a) - (grid.periodic(a) ? 0 : 1) : 0;
    const Index strided = a == 2 && grid.first_axis() < 2 ? strided_surface : 1;
    sum += strided * cuts * (grid.cells() / grid.cells(a));
  }
  return sum;
}

std::vector<Layout> layouts(const Grid& grid, int rank_count, int thread_count, Index reach) {
  const Parts any = to_axes(grid, std::vector<int>(static_cast<std::size_t>(grid.dimensions()), -1));
  std::vector<Layout> all;
  for_each_layout(grid, any, rank_count, any, thread_count, reach,
                  [&](const Layout& layout) { all.push_back(layout); });
  std::stable_sort(all.begin(), all.end(),
                   [&](const Layout& a, const Layout& b) { return exchange_cost(grid, a) < exchange_cost(grid, b); });
  return all;
}

std::string describe(const Grid& grid, const Layout& layout) {
  return describe(grid, layout.ranks) + " rank(s) of " + describe(grid, layout.threads) + " thread(s)";
}

}  // namespace tessera
