// Explicit Runge-Kutta methods by their coefficients.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluations.hpp"
#include "tessera/solvers/step_control.hpp"

namespace tessera {

/// k_i = f(y + h sum_j a[i][j] k_j, t + c[i] h), y' = y + h sum b[i] k_i, error h sum e[i] k_i (Butcher's tableau). A stage's a
/// are those of the stages before it.
struct Tableau {
  std::string name;
  std::vector<std::vector<double>> a;
  std::vector<double> b, c;
  std::vector<double> error;  // none: no estimate
  double stable_real;         // stable for eigenvalues times step down to minus this,
  double stable_imaginary;    // and up to this on the imaginary axis
};

/// That of the stepper euler, rk4 or rkf45.
Tableau tableau_of(const StepOptions& options);

/// Steps of a tableau as stages. Registers: 0 is the state; temporaries and, last, the result follow.
class TableauSteps {
 public:
  /// `steps` of them, one behind the other. With an error estimate, if `adaptive`; `use`: of the results; `weights`: Stage::weights.
  TableauSteps(System& system, const Tableau& tableau, int steps, bool adaptive, Sum::Use use,
               const double* weights = nullptr);

  /// Collective: from one state to another, which may be the same one if in_place().
  void run(FieldSet& from, FieldSet& to, std::span<const double> starts, double length);
  bool in_place() const { return evaluations_.in_place(0, result_); }
  Evaluations& evaluations() { return evaluations_; }

 private:
  Tableau tableau_;
  std::vector<double> scaled_;  // coefficients times the step
  std::vector<double> moments_;
  Register result_ = 0;
  std::vector<Stage> stages_;
  Evaluations evaluations_;
  std::vector<FieldSet> own_;
  std::vector<FieldSet*> registers_;
};

}  // namespace tessera
