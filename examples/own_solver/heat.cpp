// A program of one's own on tessera's core: heat on a periodic square, du/dt = lap u, by Euler's steps, with ranks and threads.
//
// A cosine is an eigenvector of the differences, so that all steps together multiply it by a known number: that is checked.
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "tessera/comm/environment.hpp"
#include "tessera/core/halo.hpp"
#include "tessera/core/initial.hpp"
#include "tessera/core/summary.hpp"
#include "tessera/core/sweep.hpp"

namespace {

using namespace tessera;

/// u + factor (the sum of its four neighbours - 4 u), for the rows of a panel: operand 0 is read, operand 1 written.
Kernel euler_step(double factor) {
  return [factor](const Panel& panel) {
    const auto u = panel.operand<const double>(0);
    const auto next = panel.operand<double>(1);
    for (Index j = 0; j < panel.rows; ++j) {
      const double* here = u(j);
      const double* before = u(j, along(2, 0, -1));
      const double* behind = u(j, along(2, 0, 1));
      double* to = next(j);
      for (Index k = 0; k < panel.length; ++k)
        to[k] = here[k] + factor * (before[k] + behind[k] + here[k - 1] + here[k + 1] - 4 * here[k]);
    }
  };
}

/// After so many steps of factor Delta t/Delta x^2; returns the largest error, the same on every rank.
double largest_error(Domain& domain, int steps, double factor) {
  Stages stages(2);
  const auto u_now = stages.external();
  const auto u_next = stages.external();
  stages.add("heat", {{u_now, Reach::around(2, 1)}}, {u_next}, euler_step(factor));
  Sweep sweep(domain, std::move(stages));

  Field u(domain, "u", Location::cells, sweep.depth());
  Field next(domain, "next", Location::cells, sweep.depth());
  HaloExchange exchange(domain, {Location::cells}, sweep.depth());
  constexpr double pi = std::numbers::pi;
  const auto wave = [](const std::array<double, 3>& place) { return std::cos(2 * pi * (place[1] + place[2])); };
  fill(domain, u, 0, wave);

  for (int step = 0; step < steps; ++step) {
    exchange.run(
        std::array{&u}, [](const Block&) {},
        [&](const Block& block) {
          sweep.run(block, std::array{&u[block], &next[block]});
        });
    u.swap_values(next);
  }

  const Grid& grid = domain.grid();
  double growth = 1;  // of a step
  for (int axis = grid.first_axis(); axis < 3; ++axis)
    growth -= 4 * factor * std::pow(std::sin(pi * grid.spacing(axis)), 2);
  fill(domain, next, 0, [&](const std::array<double, 3>& place) { return std::pow(growth, steps) * wave(place); });
  domain.phase([&](const Block& block) {
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k)
        next[block].set(i, j, k, next[block](i, j, k) - u[block](i, j, k));
    });
  });
  return find_extremes(domain, next).magnitude();
}

}  // namespace

int main(int argc, char** argv) {
  const comm::Environment environment(argc, argv, comm::ThreadLevel::multiple, comm::ThreadLevel::funneled);
  const comm::WaitingCommunicator world = comm::world().dup().waiting(comm::WaitPolicy::yield);
  const Grid grid({96, 96}, {{0, 1}, {0, 1}}, {true, true});
  Layout layout;
  // As many ranks as there are, placed as is best, with two threads each along y.
  if (const auto problem = choose_layout(grid, {{-1, -1}, {1, 2}}, world.size(), 2, 1, layout)) {
    if (world.root()) std::fprintf(stderr, "error: %s: %s\n", problem->key, problem->what.c_str());
    return 2;
  }
  ExchangeOptions options;
  options.funneled = environment.thread_level() < comm::ThreadLevel::multiple;
  options.wait = comm::WaitPolicy::yield;
  Domain domain(grid, layout, world, options, Log(world.root(), Verbosity::normal));

  const double error = largest_error(domain, 100, 0.2);
  if (world.root()) std::printf("%s: largest error %.1e\n", describe(grid, layout).c_str(), error);
  return error < 1e-12 ? 0 : 1;
}
