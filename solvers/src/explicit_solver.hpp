// Explicit steppers, written once for all equations.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "explicit_finish.hpp"
#include "tessera/core/boundary.hpp"
#include "tessera/core/halo.hpp"
#include "tessera/core/initial.hpp"
#include "tessera/core/sweep.hpp"
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
///     const Boundary& boundary() const                  of the field
///     void add_stages(Stages&, c, inputs, outputs, const Finish&, moment) const
/// which adds stages that evaluate, at one of the sweep's moments, the right-hand side for c; the last one reads `inputs`
/// and writes `outputs` as the Finish wants it: what a stepper does with a rate is part of the equation's last kernel.
template <class Equation>
class ExplicitSolver final : public Solver {
 public:
  ExplicitSolver(Domain& domain, Equation equation, const StepOptions& options, const Config& initial,
                 const Parameters& parameters)
      : domain_(domain),
        equation_(std::move(equation)),
        options_(options),
        next_step_(options.step),
        at_once_(options.adaptive ? 1 : steps_at_once(domain, Equation::reach, domain.outgrows_cache())),
        ghosts_(at_once_ * Equation::reach),
        now_(domain, Equation::field_name, Location::cells, ghosts_),
        exchange_(domain, {Location::cells}, ghosts_),
        faults_(domain.blocks().size(), Fault{none, none}),
        findings_(domain.blocks().size() * static_cast<std::size_t>(at_once_)),
        moments_(static_cast<std::size_t>(at_once_)) {
    fill_initial(domain, now_, initial, parameters);
    const auto add_field = [&](std::optional<Field>& field) {
      field.emplace(domain, Equation::field_name, Location::cells, ghosts_);
    };
    if (options.adaptive) {
      for (auto* field : {&next_, &half_, &full_}) add_field(*field);
      both_.emplace(domain, make_stages({{&full_step_, &half_step_}, false, findings_.data()}, 1));
      second_.emplace(domain, make_stages({{&half_step_}, true, findings_.data()}, 1));
      return;
    }
    const Finish finish{{&options_.step}, false, findings_.data()};
    euler_.emplace(domain, make_stages(finish, 1));
    if (at_once_ > 1) many_.emplace(domain, make_stages(finish, at_once_));
    in_place_ = euler_->in_place(0, 1) && (!many_ || many_->in_place(0, 1));
    if (!in_place_) add_field(next_);
  }

  State state() override { return {{&now_}, {{"steps", &steps_}, {"next_step", &next_step_}}}; }
  double fixed_step() const override { return options_.adaptive ? 0 : options_.step; }
  Reached advance(double time, double limit, Index most) override {
    if (options_.adaptive) return {adapt(time, limit), 1};
    return most >= at_once_ && many_ ? step(*many_, at_once_) : step(*euler_, 1);
  }

  /// Euler is stable on the real axis down to -2.
  double stable_step() const override {
    double amplitude = 0;
    for (const Block& block : domain_.blocks()) {
      for_each_row(block.local(), [&](Index i, Index j) {
        for (Index k = 0; k < block.cells.extent(2); ++k)
          amplitude = std::max(amplitude, std::fabs(std::as_const(now_)[block](i, j, k)));
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

  /// External quantities: c, what is compared, if anything, and the outputs of the last step.
  Stages make_stages(const Finish& finish, int steps) const {
    Stages stages(domain_.grid().dimensions(), domain_.precision());
    Stages::Quantity c = stages.external();
    std::vector<Stages::Input> inputs;
    if (finish.compared) inputs.push_back({stages.external(), {}});
    std::vector<Stages::Quantity> outputs;
    for (std::size_t i = 0; i < finish.steps.size(); ++i) outputs.push_back(stages.external());
    for (int step = 0; step < steps; ++step) {
      Finish mine = finish;
      const auto moment = static_cast<std::size_t>(step);
      mine.findings += moment * domain_.blocks().size();
      const bool last = step + 1 == steps;
      const Stages::Quantity between = last ? 0 : stages.temporary(Location::cells, &equation_.boundary(), moment + 1);
      equation_.add_stages(stages, c, inputs, last ? outputs : std::vector{between}, mine, moment);
      c = between;
    }
    return stages;
  }

  /// Exchanges the ghosts of `from` and evaluates, at the moments of moments_.
  template <std::size_t Others>
  void evaluate(Sweep& sweep, Field& from, const std::array<Field*, Others>& others) {
    Field* const exchanged[] = {&from};
    const auto run = [&](const Block& block, Sweep::Cells cells) {
      std::array<Array*, Others + 1> arrays{&from[block]};
      for (std::size_t i = 0; i < Others; ++i) arrays[i + 1] = &(*others[i])[block];
      sweep.run(block, arrays, moments_, cells);
    };
    exchange_.run(
        exchanged,
        [&](const Block& block) {
          for (std::size_t step = 0; step < moments_.size(); ++step) findings(step, block) = {};
          run(block, Sweep::Cells::inner);
        },
        [&](const Block& block) {
          equation_.boundary().apply(block, from[block], ghosts_, 1, moments_.front());
          run(block, Sweep::Cells::outer);
        });
  }

  BlockFindings& findings(std::size_t step, const Block& block) {
    return findings_[step * domain_.blocks().size() + static_cast<std::size_t>(block.number)];
  }

  Reached step(Sweep& sweep, int steps) {
    for (std::size_t step = 0; step < moments_.size(); ++step)
      moments_[step] = (steps_ + static_cast<double>(step)) * options_.step;  // not summed up: no drift
    evaluate<1>(sweep, now_, {in_place_ ? &now_ : &*next_});
    if (!in_place_) now_.swap_values(*next_);
    for (const Block& block : domain_.blocks()) look_for_fault(block);
    steps_ += steps;
    return {steps_ * options_.step, steps};
  }

  /// Notes the first step that left anything but finite values, with a cell that has one (after all steps of the sweep).
  void look_for_fault(const Block& block) {
    Fault& fault = faults_[static_cast<std::size_t>(block.number)];
    std::size_t step = 0;
    while (step < moments_.size() && findings(step, block).finite) ++step;
    if (step == moments_.size() || fault.step != none) return;
    fault.step = static_cast<Index>(steps_) + static_cast<Index>(step) + 1;
    const Index cell = first_not_finite(domain_.grid(), block, now_[block]);
    if (cell >= 0) fault.cell = cell;
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
        now_.swap_values(*next_);
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
    full_step_ = dt;
    half_step_ = 0.5 * dt;
    moments_ = {time};
    evaluate<2>(*both_, now_, {&*full_, &*half_});
    moments_ = {time + half_step_};
    evaluate<2>(*second_, *half_, {&*full_, &*next_});
    std::array<double, 2> worst{0, 0};
    for (const BlockFindings& found : findings_) {
      worst[0] = std::max(worst[0], found.largest);
      worst[1] = std::max(worst[1], found.finite ? 0.0 : 1.0);
    }
    domain_.communicator().allreduce(comm::in_place, worst, comm::Operator::max);
    return worst[1] > 0 ? std::numeric_limits<double>::quiet_NaN() : worst[0];
  }

  Domain& domain_;
  Equation equation_;
  StepOptions options_;
  double next_step_;
  double steps_ = 0;
  int at_once_;  // steps of one exchange and sweep
  Index ghosts_;
  Field now_;
  bool in_place_ = false;      // a fixed step writes over what it has read
  std::optional<Field> next_;  // where not
  std::optional<Field> half_;
  std::optional<Field> full_;
  HaloExchange exchange_;
  std::vector<Fault> faults_;
  std::vector<BlockFindings> findings_;  // of each step of a sweep and block
  std::vector<double> moments_;          // the times of a sweep's steps
  double full_step_ = 0;
  double half_step_ = 0;
  std::optional<Sweep> euler_;   // c + step r
  std::optional<Sweep> many_;    // at_once_ of these
  std::optional<Sweep> both_;    // c + full step r, c + half step r
  std::optional<Sweep> second_;  // c + half step r, compared
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
