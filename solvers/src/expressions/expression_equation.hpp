// Equations as expressions as an Equation.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "equations.hpp"
#include "formula.hpp"
#include "kernel_library.hpp"
#include "linearisation.hpp"
#include "places.hpp"
#include "plan.hpp"
#include "stage_kernel.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera::expressions {

/// Those of a configuration, read for how far around a cell they read.
NamedEquation find_equations(const Config& config);

class ExpressionEquation final : public Equation {
 public:
  ExpressionEquation(const EquationInput& input, Equations equations);

  std::vector<std::string> fields() const override { return equations_.fields; }
  std::string describe() const override;
  std::vector<std::string> details() const override;
  std::string formula() const override;
  Spectrum spectrum(const std::vector<double>& amplitudes) const override;
  std::vector<double> expected_amplitudes() const override { return equations_.amplitudes; }
  bool spectrum_is_estimated() const override { return !given_spectrum_ && equations_.title.empty(); }
  void add_stages(const Evaluation& evaluation) const override;
  void add_densities(const Evaluation& evaluation) const override;
  void set_integrals(std::span<const double> integrals) override;
  bool add_energy(Stages& stages, const std::vector<Stages::Quantity>& fields, Stages::Quantity density) const override;
  void prepare() override { library_.start(); }
  void finish_preparing() override { library_.ready(); }

 private:
  /// The rates as formulas, each no longer than `most` characters.
  std::string rates(std::size_t most) const;
  std::string written(Id id, std::size_t most) const {
    return expressions::formula(equations_.graph, id, equations_.fields, most);
  }
  const Boundary* boundary_of(int number) const;
  void add_roots(const Evaluation& evaluation, const std::vector<Id>& roots) const;

  Domain& domain_;
  Equations equations_;
  Stencil stencil_;
  Noise noise_;
  Plan plan_;
  Boundary of_operators_;  // where bc_ops has none
  Boundary zero_derivative_;
  std::deque<Boundary> own_;  // by number of bc_ops
  std::vector<double> integrals_;
  std::optional<Spectrum> given_spectrum_;
  mutable Linearisation linearisation_;
  mutable Places places_;
  mutable KernelLibrary library_;
};

}  // namespace tessera::expressions
