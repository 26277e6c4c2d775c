// Whether the error of a step can be tolerated.
#pragma once

#include <string>
#include <vector>

#include "evaluations.hpp"
#include "tessera/core/failure.hpp"
#include "tessera/core/summary.hpp"
#include "tessera/solvers/step_control.hpp"

namespace tessera {

/// An error is measured by tolerance + relative_tolerance times half the range of the field's values before the step: a constant that
/// is added to a field changes nothing.
class ErrorTest {
 public:
  ErrorTest(System& system, const FieldSet& state, const StepOptions& options)
      : system_(system),
        state_(state),
        options_(options),
        half_range_(system.size()),
        amplitude_(system.size()),
        weights_(system.size()) {}

  /// Looks at the state, if it has not yet. Collective.
  void begin();
  /// What findings have to be made with: see Stage::weights.
  const double* weights() const { return options_.root_mean_square ? weights_.data() : nullptr; }
  /// The largest of the fields' errors, over what is tolerated; NaN if anything was not finite.
  double error(const std::vector<Findings>& findings);
  /// The step was accepted: these are the new state's extremes.
  void accept(const std::vector<Findings>& findings);
  /// The largest magnitude of each field's values.
  const std::vector<double>& amplitudes() const { return amplitude_; }
  /// Throws RunError: steps became too small.
  [[noreturn]] void give_up(double time, Index step, const std::vector<Findings>& findings) const;
  /// "adaptive, tolerance 0.0001".
  std::string describe() const;

 private:
  void note(std::size_t field, const Extremes& extremes);
  double tolerated(std::size_t field) const {
    return options_.tolerance + options_.relative_tolerance * half_range_[field];
  }

  System& system_;
  const FieldSet& state_;
  StepOptions options_;
  bool begun_ = false;
  std::vector<double> half_range_, amplitude_, weights_;  // of each field
};

}  // namespace tessera
