// One advected field: psi, and what its steps need.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mpdata_flow.hpp"
#include "tessera/core/halo.hpp"
#include "tessera/core/summary.hpp"
#include "tessera/core/sweep.hpp"
#include "tessera/solvers/solver.hpp"

namespace tessera::mpdata {

/// How a step is exchanged.
struct Plan {
  bool deep;     // one exchange of all ghosts that the passes need, else one for each pass
  int at_once;   // steps of one exchange and sweep
  Index ghosts;  // layers
};
/// Collective: what is fastest; `several` steps at once only if nothing else happens between them.
Plan make_plan(Domain& domain, const Options& options, const Walls& walls, bool several);

class AdvectedField {
 public:
  /// `flow` must outlive the field.
  AdvectedField(const std::string& name, Domain& domain, const Options& options, const Plan& plan, Flow& flow,
                Boundary boundary);

  Field& psi() noexcept { return psi_; }
  /// Whether there were values of both signs at the beginning.
  bool changes_sign() const { return first_least_ < 0 && first_largest_ > 0; }
  /// Sets ghosts beyond walls as Boundary::apply does.
  void close(const Block& block, Array& values, Index reach, Index layers, double time) const {
    walls_.psi.apply(block, values, reach, layers, time);
  }
  /// Of a sweep over a block where the plan is deep; its ghosts from neighbours must be filled before the outer cells. `moments`: the
  /// beginnings of the sweep's steps and the last one's end.
  void run(const Block& block, bool many, std::span<const double> moments, Sweep::Cells cells);
  /// When all blocks have run.
  void finish(bool many);
  /// Collective: a step with its exchanges, where the plan is not deep.
  void step_by_pass(std::span<const double> moments);

  /// The own values of psi.
  void copy_to(Field& field);
  /// Remembers the extremes that `diagnostics` compares with.
  void remember_extremes();
  /// Collective.
  void add_diagnostics(std::vector<Diagnostic>& diagnostics);
  void add_numbers(std::map<std::string, double*>& numbers);

 private:
  /// Whether a pass starts from Courant numbers that another one left, by pass.
  bool kept(int pass) const { return pass > 2 || (pass == 2 && options_.diffuses); }
  void run_sweep(Sweep& sweep, const Block& block, int pass, Field& from, Field& to, std::span<const double> moments,
                 Sweep::Cells cells);

  Domain& domain_;
  const Options& options_;
  Plan plan_;
  Flow& flow_;
  Walls walls_;
  Field psi_;
  std::optional<Field> next_;                        // unless all sweeps write over what they have read
  std::optional<Field> third_;                       // by pass, where the limiter needs psi of the step's beginning
  std::array<std::vector<Field>, 2> antidiffusive_;  // by pass: of odd and even passes
  std::vector<Sweep> sweeps_;                        // a step and at_once steps, or a pass each
  std::vector<bool> in_place_;                       // of each sweep
  std::optional<HaloExchange> exchange_psi_;         // by pass
  std::optional<HaloExchange> exchange_all_;         // psi and the antidiffusive Courant numbers
  double first_least_ = 0;                           // of psi at the beginning of all
  double first_largest_ = 0;
};

}  // namespace tessera::mpdata
