// A term of an equation that is an expression of place and time, and maybe of the fields.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera {

class Source {
 public:
  /// `fields`: names that the expression may use besides x y z t and the parameters.
  Source(const EquationInput& input, const Config& expression, const std::vector<std::string>& fields = {});

  /// Adds a stage that evaluates it into a temporary: one that depends on neither time nor fields is read from memory.
  /// This object must stay where it is.
  Stages::Quantity add_stage(const Evaluation& evaluation) const;
  /// The largest sum over the fields of |derivatives by a field|, of samples in the middle of the grid with values from -amplitudes to
  /// amplitudes, and a tenth more; these rounded up to a power of 2, so that it is seldom found anew.
  double slope(const std::vector<double>& amplitudes) const;
  const std::string& text() const { return expression_.text(); }

 private:
  template <class Real>
  void evaluate(const Panel& panel, double time) const;

  Domain* domain_;
  Expression expression_;
  std::size_t fields_;
  std::vector<Expression> of_block_;
  std::optional<Field> steady_;
  mutable std::vector<double> sampled_;  // amplitudes
  mutable double slope_ = 0;
};

}  // namespace tessera
