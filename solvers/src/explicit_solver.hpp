// Explicit steppers, written once for all equations.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "tessera/core/boundary.hpp"
#include "tessera/core/halo.hpp"
#include "tessera/core/initial.hpp"
#include "tessera/solvers/solver.hpp"
#include "tessera/solvers/step_control.hpp"

namespace tessera {

/// Euler's method for an equation of one field, with a fixed step or by step doubling: one step against
/// two halves, of which the halves are kept (py-pde's adaptive Euler).
///
/// An Equation has
///     static constexpr Index reach                      ghost layers that an evaluation reads
///     static constexpr const char* field_name
///     std::string describe() const
///     double spectral_bound(double amplitude) const     of the linearised right-hand side, for |values| up to amplitude
///     template <class MakeRow> void evaluate(const Block&, Array& values, double time, const MakeRow&)
/// where make_row(i, j) gives a function f(k, rate) that is called for every cell of row (i, j): what a
/// stepper does with a rate is part of the equation's last sweep.
template <class Equation>
class ExplicitSolver final : public Solver {
 public:
  ExplicitSolver(Domain& domain, Equation equation, const StepOptions& options, const Config& initial,
                 const Parameters& parameters)
      : domain_(domain),
        equation_(std::move(equation)),
        options_(options),
        next_step_(options.step),
        now_(domain, Equation::field_name, Location::cells, Equation::reach),
        next_(domain, Equation::field_name, Location::cells, Equation::reach),
        exchange_(domain, {Location::cells}, Equation::reach),
        faults_(domain.blocks().size(), Fault{none, none}),
        errors_(domain.blocks().size()) {
    fill_initial(domain, now_, initial, parameters);
    if (options.adaptive) {
      half_.emplace(domain, Equation::field_name, Location::cells, Equation::reach);
      full_.emplace(domain, Equation::field_name, Location::cells, Equation::reach);
    }
  }

  State state() override { return {{&now_}, {{"steps", &steps_}, {"next_step", &next_step_}}}; }
  double fixed_step() const override { return options_.adaptive ? 0 : options_.step; }
  double advance(double time, double limit) override { return options_.adaptive ? adapt(time, limit) : step(time); }

  /// Euler is stable on the real axis down to -2.
  double stable_step() const override {
    double amplitude = 0;
    for (const Block& block : domain_.blocks()) {
      for_each_row(block.local(), [&](Index i, Index j) {
        const double* row = now_[block].row(i, j);
        for (Index k = 0; k < block.cells.extent(2); ++k) amplitude = std::max(amplitude, std::fabs(row[k]));
      });
    }
    return 2 / equation_.spectral_bound(amplitude);
  }

  std::optional<Fault> fault() const override {
    Fault first{none, none};
    for (const Fault& fault : faults_) {
      if (fault.step < first.step || (fault.step == first.step && fault.cell < first.cell)) first = fault;
    }
    return first.step == none ? std::nullopt : std::optional(first);
  }

  std::string describe() const override {
    std::ostringstream text;
    text << equation_.describe() << "; Euler, ";
    if (options_.adaptive) text << "adaptive, tolerance " << options_.tolerance << ", first step " << options_.step;
    else text << "step " << options_.step;
    return text.str();
  }

 private:
  static constexpr Index none = std::numeric_limits<Index>::max();

  struct alignas(64) BlockError {  // on a cache line of its own
    double largest = 0;
    bool finite = true;
  };

  double step(double time) {
    const double dt = options_.step;
    Field* const exchanged[] = {&now_};
    exchange_.run(
        exchanged, [](const Block&) {},
        [&](const Block& block) {
          Array& c = now_[block];
          Array& out = next_[block];
          equation_.evaluate(block, c, time, [&](Index i, Index j) {
            return [dt, c_row = c.row(i, j), out_row = out.row(i, j)](Index k, double rate) {
              out_row[k] = c_row[k] + dt * rate;
            };
          });
          look_for_fault(block, out);
        });
    now_.swap_values(next_);
    ++steps_;
    return steps_ * dt;  // not summed up: no drift
  }

  void look_for_fault(const Block& block, const Array& values) {
    Fault& fault = faults_[static_cast<std::size_t>(block.number)];
    if (fault.step != none) return;
    for_each_row(block.local(), [&](Index i, Index j) {
      const double* row = values.row(i, j);
      bool finite = true;
      for (Index k = 0; k < block.cells.extent(2); ++k)
        finite &= std::fabs(row[k]) <= std::numeric_limits<double>::max();
      if (finite || fault.step != none) return;
      Index k = 0;
      while (std::isfinite(row[k])) ++k;
      fault = {static_cast<Index>(steps_) + 1,
               domain_.grid().number({block.global(0, i), block.global(1, j), block.global(2, k)})};
    });
  }

  double adapt(double time, double limit) {
    while (true) {
      const bool clipped = next_step_ >= limit - time;
      const double dt = clipped ? limit - time : next_step_;
      const double error = try_step(time, dt) / options_.tolerance;
      const bool accepted = error <= 1;
      // A step that was cut short at an output says little of the next: the one planned before stays.
      if (!accepted || !clipped) next_step_ = std::min(dt * step_factor(error), largest_step);
      if (accepted) {
        now_.swap_values(next_);
        ++steps_;
        return clipped ? limit : time + dt;
      }
      if (next_step_ < smallest_step) {
        std::ostringstream what;
        what << "step " << steps_ + 1 << " at t = " << time << ": the step fell below " << smallest_step
             << " without reaching time.tolerance = " << options_.tolerance
             << (std::isnan(error) ? " (the solution is not finite)" : "")
             << "; loosen the tolerance or look at the initial data";
        throw RunError(what.str());
      }
    }
  }

  /// Collective: one step and two halves from now_; leaves the halves' result in next_, returns the largest
  /// difference, NaN if anything was not finite.
  double try_step(double time, double dt) {
    const double half_dt = 0.5 * dt;
    Field* const first[] = {&now_};
    exchange_.run(
        first, [](const Block&) {},
        [&](const Block& block) {
          Array& c = now_[block];
          equation_.evaluate(block, c, time, [&, dt, half_dt](Index i, Index j) {
            return [dt, half_dt, c_row = c.row(i, j), half = (*half_)[block].row(i, j),
                    full = (*full_)[block].row(i, j)](Index k, double rate) {
              full[k] = c_row[k] + dt * rate;
              half[k] = c_row[k] + half_dt * rate;
            };
          });
        });
    Field* const second[] = {&*half_};
    exchange_.run(
        second, [](const Block&) {},
        [&](const Block& block) {
          Array& c = (*half_)[block];
          Array& out = next_[block];
          equation_.evaluate(block, c, time + half_dt, [&, half_dt](Index i, Index j) {
            return [half_dt, c_row = c.row(i, j), out_row = out.row(i, j)](Index k, double rate) {
              out_row[k] = c_row[k] + half_dt * rate;
            };
          });
          errors_[static_cast<std::size_t>(block.number)] = difference(block, out, (*full_)[block]);
        });
    std::array<double, 2> worst{0, 0};
    for (const BlockError& error : errors_) {
      worst[0] = std::max(worst[0], error.largest);
      worst[1] = std::max(worst[1], error.finite ? 0.0 : 1.0);
    }
    domain_.communicator().allreduce(comm::in_place, worst, comm::Operator::max);
    return worst[1] > 0 ? std::numeric_limits<double>::quiet_NaN() : worst[0];
  }

  static BlockError difference(const Block& block, const Array& a, const Array& b) {
    constexpr Index lanes = 8;  // independent maxima, so that the loop is vectorised
    std::array<double, lanes> largest{};
    bool finite = true;
    for_each_row(block.local(), [&](Index i, Index j) {
      const double* a_row = a.row(i, j);
      const double* b_row = b.row(i, j);
      const auto look = [&](Index k, std::size_t lane) {
        const double d = std::fabs(a_row[k] - b_row[k]);
        largest[lane] = d > largest[lane] ? d : largest[lane];
        finite &= d <= std::numeric_limits<double>::max();  // a maximum alone would lose a NaN
      };
      const Index n = block.cells.extent(2);
      Index k = 0;
      for (; k + lanes <= n; k += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) look(k + static_cast<Index>(lane), lane);
      }
      for (; k < n; ++k) look(k, 0);
    });
    return {*std::max_element(largest.begin(), largest.end()), finite};
  }

  Domain& domain_;
  Equation equation_;
  StepOptions options_;
  double next_step_;
  double steps_ = 0;
  Field now_;
  Field next_;
  std::optional<Field> half_;
  std::optional<Field> full_;
  HaloExchange exchange_;
  std::vector<Fault> faults_;
  std::vector<BlockError> errors_;
};

/// Collective: refuses a fixed step above the stability limit for the initial data, or above `limit`.
inline void require_stable(const Domain& domain, const Solver& solver, const Config& time, double limit) {
  if (solver.fixed_step() == 0) return;
  limit = domain.min(std::min(solver.stable_step(), limit));
  if (solver.fixed_step() <= limit) return;
  std::ostringstream what;
  what << "a step of " << solver.fixed_step() << " is not stable: Euler allows at most " << limit
       << " on this grid; use that or less, or `tolerance` for adaptive steps";
  time.at("step").fail(what.str());
}

}  // namespace tessera
