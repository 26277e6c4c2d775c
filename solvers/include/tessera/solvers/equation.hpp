/// An equation du/dt = f(u, x, t) of one or more fields, as steppers see it: a few facts, and the stages that evaluate f.
///
/// docs/adding-an-equation.md walks through a complete one.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tessera/core/boundary.hpp"
#include "tessera/core/config.hpp"
#include "tessera/core/stages.hpp"

namespace tessera {

/// Where the eigenvalues of the linearised right-hand side may lie: real parts from -real (some may be a little positive,
/// where something grows), imaginary parts up to +-imaginary.
struct Spectrum {
  double real = 0;
  double imaginary = 0;  // of waves; 0 where there are none
  /// Where imaginary parts come with negative real ones, if that is known: the largest |eigenvalue|^2 / |real part|.
  std::optional<double> damped_waves = {};

  /// What bounds the steps of methods that are stable near the real axis alone, as Euler's, of which it is exact: steps up to 2 over
  /// this. Infinite where waves are not damped.
  double beside_real_axis() const {
    if (imaginary == 0) return real;
    return std::max(real, damped_waves.value_or(std::numeric_limits<double>::infinity()));
  }
};

struct Fusion;

/// What an equation is to add to a step: stages that read `fields` and write `rates`, one of each for every field.
struct Evaluation {
  Stages& stages;
  std::vector<Stages::Quantity> fields;
  std::vector<Stages::Quantity> rates;
  std::size_t moment;  // of the run, for the boundaries of temporaries
  const double* time;  // the same; to be followed when a kernel runs
  /// For each field, what the kernel that makes a rate may do with it at once instead of writing it; none: write it. Those that
  /// are done are to be taken out (fusion.hpp).
  std::vector<std::optional<Fusion>>* fusions;
};

class Equation {
 public:
  virtual ~Equation() = default;

  /// The fields' names.
  virtual std::vector<std::string> fields() const = 0;
  /// As a formula, with the coefficients' values.
  virtual std::string describe() const = 0;
  /// As those of Solver.
  virtual std::vector<std::string> details() const { return {}; }
  virtual std::string formula() const { return ""; }
  /// Collective, when a run begins, after stages have been added: what takes long is begun in the background, and
  /// waited for before the first evaluation.
  virtual void prepare() {}
  virtual void finish_preparing() {}
  /// A bound, for fields with values from -amplitudes to amplitudes.
  virtual Spectrum spectrum(const std::vector<double>& amplitudes) const = 0;
  /// Values that the fields tend to from small ones: a fixed step must be stable for them, too. None: unknown.
  virtual std::vector<double> expected_amplitudes() const { return {}; }
  /// Whether it is no bound, but an estimate.
  virtual bool spectrum_is_estimated() const { return false; }
  virtual void add_stages(const Evaluation& evaluation) const = 0;
  /// Adds stages that write, as `rates`, the densities of integrals over the domain that the rates depend on, as many as the entry
  /// says. Before each evaluation, set_integrals() is told them.
  virtual void add_densities(const Evaluation& /*evaluation*/) const {}
  virtual void set_integrals(std::span<const double> /*integrals*/) {}
  /// Adds stages that write the density of the energy (or whatever never grows or never changes) into a cells quantity. False if
  /// there is none.
  virtual bool add_energy(Stages& /*stages*/, const std::vector<Stages::Quantity>& /*fields*/,
                          Stages::Quantity /*density*/) const {
    return false;
  }
};

/// What equations are made from.
struct EquationInput {
  const Config& config;   // the whole
  const Config& section;  // the equation's own: its name with _ for -
  Domain& domain;
  const Parameters& parameters;
  Index ghosts;  // of the fields: so far out stages may run

  /// That of all fields: grid.boundary.
  Boundary grid_boundary() const;
  /// That of one: the section's `boundaries.NAME` or, without, grid.boundary.
  Boundary field_boundary(const std::string& name) const;
  /// That of a quantity between stages: `boundaries.NAME` or, without, that of the field `otherwise`; a zero derivative, where no
  /// field is named.
  Boundary boundary(const std::string& name, const std::string& otherwise = "") const;
  /// That of a key of any section; a zero derivative, where it is missing.
  Boundary own_boundary(const Config& of, const std::string& key) const;
};

/// What the file of an equation with kernels written by hand gives to the program: an object `entry` in the namespace tessera::equations::NAME, NAME being the
/// file's name.
struct EquationEntry {
  Index reach;  // ghost layers that an evaluation reads
  std::function<std::unique_ptr<Equation>(const EquationInput&)> make;
  std::size_t integrals = 0;  // over the domain, which an evaluation needs first
  /// For people: the differential equation with the coefficients' letters, in a line of Markdown; its coefficients, their
  /// meanings being these letters; and boundaries besides those of the fields.
  std::string formula = {};
  std::vector<ConfigKey> coefficients = {};
  std::string further_boundaries = {};
};

template <class Equation_>
std::unique_ptr<Equation> make_equation(const EquationInput& input) {
  return std::make_unique<Equation_>(input);
}

/// All equations, by their names, with - for _.
struct NamedEquation {
  std::string name;
  EquationEntry entry;
};
std::vector<NamedEquation> all_equations();

}  // namespace tessera
