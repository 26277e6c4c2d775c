// Time steppers, written once for all equations.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluations.hpp"
#include "tessera/solvers/solver.hpp"
#include "tessera/solvers/step_control.hpp"

namespace tessera {

class Stepper {
 public:
  virtual ~Stepper() = default;

  /// As those of Solver.
  virtual Reached advance(double time, double limit, Index most) = 0;
  virtual std::optional<Fault> fault() const { return std::nullopt; }
  virtual std::vector<Diagnostic> diagnostics() const = 0;
  /// What a restart needs besides the state itself, and has to be taken up again after one.
  virtual std::map<std::string, double*> numbers() = 0;
  virtual std::vector<Field*> memory() { return {}; }
  /// The method, and how steps are chosen.
  virtual std::string describe() const = 0;
  /// The largest fixed step with which it is stable; infinity where it adapts.
  virtual double stable_step(const Spectrum& spectrum) const = 0;
};

/// Those of StepOptions::stepper. `state` must outlive them.
std::unique_ptr<Stepper> make_fixed_stepper(System& system, FieldSet& state, const StepOptions& options);
std::unique_ptr<Stepper> make_adaptive_stepper(System& system, FieldSet& state, const StepOptions& options);
std::unique_ptr<Stepper> make_stabilised_stepper(System& system, FieldSet& state, const StepOptions& options);

/// Evaluations of a step; of a stabilised method, which has as many as it needs, those that one sweep should do.
int evaluations_per_step(const StepOptions& options);

}  // namespace tessera
