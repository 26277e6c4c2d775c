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
///     void add_stages(Stages&, c, inputs, outputs, const Finish&) const
/// which adds stages that evaluate the right-hand side for c; the last one reads `inputs` and writes `outputs` as the
/// Finish wants it: what a stepper does with a rate is part of the equation's last kernel.
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
        exchange_(domain, {Location::cells}, Equation::reach),
        faults_(domain.blocks().size(), Fault{none, none}),
        findings_(domain.blocks().size()) {
    fill_initial(domain, now_, initial, parameters);
    if (!options.adaptive) {
      euler_.emplace(domain, make_stages({{&options_.step}, false, findings_.data()}));
      in_place_ = euler_->in_place(0, 1);
      if (!in_place_) next_.emplace(domain, Equation::field_name, Location::cells, Equation::reach);
      return;
    }
    next_.emplace(domain, Equation::field_name, Location::cells, Equation::reach);
    half_.emplace(domain, Equation::field_name, Location::cells, Equation::reach);
    full_.emplace(domain, Equation::field_name, Location::cells, Equation::reach);
    both_.emplace(domain, make_stages({{&full_step_, &half_step_}, false, findings_.data()}));
    second_.emplace(domain, make_stages({{&half_step_}, true, findings_.data()}));
  }

  State state() override { return {{&now_}, {{"steps", &steps_}, {"next_step", &next_step_}}}; }
  double fixed_step() const override { return options_.adaptive ? 0 : options_.step; }
  Reached advance(double time, double limit, Index /*most*/) override {
    return {options_.adaptive ? adapt(time, limit) : step(time), 1};
  }

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

  /// External quantities: c, what is compared, if anything, and the outputs.
  Stages make_stages(const Finish& finish) const {
    Stages stages(domain_.grid().dimensions());
    const Stages::Quantity c = stages.external();
    std::vector<Stages::Input> inputs;
    if (finish.compared) inputs.push_back({stages.external(), {}});
    std::vector<Stages::Quantity> outputs;
    for (std::size_t i = 0; i < finish.steps.size(); ++i) outputs.push_back(stages.external());
    equation_.add_stages(stages, c, inputs, outputs, finish);
    return stages;
  }

  /// Exchanges the ghosts of `from` and evaluates.
  template <std::size_t Others>
  void evaluate(Sweep& sweep, Field& from, const std::array<Field*, Others>& others, double time) {
    Field* const exchanged[] = {&from};
    exchange_.run(
        exchanged, [](const Block&) {},
        [&](const Block& block) {
          findings_[static_cast<std::size_t>(block.number)] = {};
          equation_.boundary().apply(block, from[block], Equation::reach, time);
          std::array<Array*, Others + 1> arrays{&from[block]};
          for (std::size_t i = 0; i < Others; ++i) arrays[i + 1] = &(*others[i])[block];
          sweep.run(block, arrays, time);
        });
  }

  double step(double time) {
    evaluate<1>(*euler_, now_, {in_place_ ? &now_ : &*next_}, time);
    if (!in_place_) now_.swap_values(*next_);
    for (const Block& block : domain_.blocks()) {
      if (!findings_[static_cast<std::size_t>(block.number)].finite) look_for_fault(block, now_[block]);
    }
    ++steps_;
    return steps_ * options_.step;  // not summed up: no drift
  }

  void look_for_fault(const Block& block, const Array& values) {
    Fault& fault = faults_[static_cast<std::size_t>(block.number)];
    if (fault.step != none) return;
    for_each_row(block.local(), [&](Index i, Index j) {
      const double* row = values.row(i, j);
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        if (std::isfinite(row[k]) || fault.step != none) continue;
        fault = {static_cast<Index>(steps_) + 1,
                 domain_.grid().number({block.global(0, i), block.global(1, j), block.global(2, k)})};
      }
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
    evaluate<2>(*both_, now_, {&*full_, &*half_}, time);
    evaluate<2>(*second_, *half_, {&*full_, &*next_}, time + half_step_);
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
  Field now_;
  bool in_place_ = false;      // a fixed step writes over what it has read
  std::optional<Field> next_;  // where not
  std::optional<Field> half_;
  std::optional<Field> full_;
  HaloExchange exchange_;
  std::vector<Fault> faults_;
  std::vector<BlockFindings> findings_;
  double full_step_ = 0;
  double half_step_ = 0;
  std::optional<Sweep> euler_;   // c + step r
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
