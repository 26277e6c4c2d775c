// An app of one's own: a solver in the driver of tessera's apps, with their command line, configuration, layouts, output and checkpoints.
//
// A front, where u = 0, moves at a given speed F along its normal: du/dt + F |grad u| = 0. First-order upwind differences of Godunov's kind
// (Rouy and Tourin 1992, SIAM J. Numer. Anal. 29), Euler's steps.
#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "tessera/apps/driver.hpp"
#include "tessera/core/boundary.hpp"
#include "tessera/core/halo.hpp"
#include "tessera/core/sweep.hpp"
#include "tessera/solvers/initial_state.hpp"

namespace {

using namespace tessera;

constexpr Index reach = 1;  // cells around one that a step reads
const ConfigKey speed = keys::number("speed", keys::positive, "1", "the front's speed, F");

/// A step, for the rows of a panel: operand 0 is read, operand 1 written. `factors`: F Delta t/Delta x of each dimension.
template <class Real, int Dimensions>
Kernel make_step(const std::array<double, 3>& factors) {
  return [factors](const Panel& panel) {
    const auto u = panel.operand<const Real>(0);
    const auto next = panel.operand<Real>(1);
    for (Index j = 0; j < panel.rows; ++j) {
      const Real* here = u(j);
      std::array<const Real*, at(Dimensions)> before, behind;
      std::array<Real, at(Dimensions)> factor;
      for (int d = 0; d < Dimensions; ++d) {
        before[at(d)] = u(j, along(Dimensions, d, -1));
        behind[at(d)] = u(j, along(Dimensions, d, 1));
        factor[at(d)] = static_cast<Real>(factors[at(d)]);
      }
      Real* to = next(j);
      for (Index k = 0; k < panel.length; ++k) {
        Real squares = 0;
        for (std::size_t d = 0; d < Dimensions; ++d) {
          const Real lowest = std::min(before[d][k], behind[d][k]);
          const Real slope = factor[d] * std::max(here[k] - lowest, Real{0});
          squares += slope * slope;
        }
        to[k] = here[k] - std::sqrt(squares);
      }
    }
  };
}

class Front final : public Solver {
 public:
  Front(const Config& config, Domain& domain, const Parameters& parameters)
      : domain_(domain),
        speed_(config.section("front").number(speed)),
        step_(config.at("time").at("step").number()),
        boundary_(domain, config.at("grid"), "boundary", parameters, {"derivative"}),
        u_(domain, "u", Location::cells, reach),
        next_(domain, "next", Location::cells, reach),
        exchange_(domain, {Location::cells}, reach),
        sweep_(domain, stages()) {
    fill_initial(domain, u_, config.at("initial").at("u"), parameters);
    if (step_ > stable_step()) {
      std::ostringstream what;
      what << "a step of " << step_ << " is not stable; at most " << stable_step() << " is on this grid";
      config.at("time").at("step").fail(what.str());
    }
  }

  /// All that a checkpoint needs, and what is written.
  State state() override { return {{&u_}, {{"steps", &steps_}}}; }
  double fixed_step() const override { return step_; }
  double stable_step() const override {
    double squares = 0;
    for (int axis = domain_.grid().first_axis(); axis < 3; ++axis)
      squares += std::pow(domain_.grid().spacing(axis), -2);
    return 1 / (speed_ * std::sqrt(squares));
  }
  Reached advance(double, double, Index) override {
    exchange_.run(
        std::array{&u_}, [](const Block&) {},
        [this](const Block& block) {
          boundary_.apply(block, u_[block], reach, reach, steps_ * step_);
          sweep_.run(block, std::array{&u_[block], &next_[block]});
        });
    u_.swap_values(next_);
    ++steps_;
    return {steps_ * step_, 1};  // not summed up: no drift
  }
  std::optional<Fault> fault() const override {
    for (const Block& block : domain_.blocks()) {
      const Index cell = first_not_finite(domain_.grid(), block, u_[block]);
      if (cell >= 0) return Fault{static_cast<Index>(steps_), cell};
    }
    return std::nullopt;
  }
  std::string describe() const override {
    std::ostringstream text;
    text << "front: du/dt + " << speed_ << " |grad u| = 0, step " << step_;
    return text.str();
  }

 private:
  Stages stages() const {
    const Grid& grid = domain_.grid();
    const int dimensions = grid.dimensions();
    std::array<double, 3> factors{};
    for (int d = 0; d < dimensions; ++d) factors[at(d)] = speed_ * step_ / grid.spacing(grid.first_axis() + d);
    Stages stages(dimensions, domain_.precision());
    const auto now = stages.external();
    const auto next = stages.external();
    const auto make = [&]<class Real, int Dimensions>() { return make_step<Real, Dimensions>(factors); };
    stages.add("front", {{now, Reach::around(dimensions, reach)}}, {next},
               specialise(domain_.precision(), dimensions, make));
    return stages;
  }

  Domain& domain_;
  double speed_;  // length per time
  double step_;
  double steps_ = 0;
  Boundary boundary_;
  Field u_, next_;
  HaloExchange exchange_;
  Sweep sweep_;
};

apps::Problem read(const Config&) {
  return {reach, [](const Config& config, Domain& domain, const Parameters& parameters) -> std::unique_ptr<Solver> {
            return std::make_unique<Front>(config, domain, parameters);
          }};
}

}  // namespace

int main(int argc, char** argv) {
  return apps::run(argc, argv, {"front", "a front that moves at a given speed, on MPI ranks x threads", false, read});
}
