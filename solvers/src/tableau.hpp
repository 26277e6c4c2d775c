// Explicit Runge-Kutta methods by their coefficients.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluations.hpp"

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

Tableau euler_tableau();
/// Euler's method by step doubling: one step against two halves of it, of which the halves are kept. That is the midpoint's
/// tableau with equal weights.
Tableau doubled_euler_tableau();
/// Kutta 1901 (Z. Math. Phys. 46): the classical method of fourth order.
Tableau rk4_tableau();
/// Fehlberg 1969 (NASA TR R-315, table III, formula 2): the result of fourth order, and the difference to that of fifth.
Tableau rkf45_tableau();

/// Steps of a tableau as stages. Registers: 0 is the state; temporaries and, last, the result follow.
class TableauSteps {
 public:
  /// `steps` of them, one behind the other. With an error estimate, if `adaptive`; `use`: of the results.
  TableauSteps(System& system, const Tableau& tableau, int steps, bool adaptive, Sum::Use use);

  /// Collective: from one state to another, which may be the same one if in_place().
  void run(FieldSet& from, FieldSet& to, std::span<const double> starts, double length);
  bool in_place() const { return evaluations_.in_place(0, result_); }
  Evaluations& evaluations() { return evaluations_; }
  /// Sets that run() needs besides these two.
  std::size_t memory() const { return own_.size(); }

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
