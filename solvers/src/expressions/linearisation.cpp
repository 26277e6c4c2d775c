#include "linearisation.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "evaluation.hpp"
#include "functions.hpp"
#include "tessera/core/initial.hpp"

namespace tessera::expressions {
namespace {

using Complex = std::complex<double>;
using Matrix = Eigen::MatrixXcd;

constexpr std::size_t samples = 32;
constexpr std::size_t most_eigenvalues = 12;  // of a matrix larger than that, the sums of rows

/// Derivatives of a node by a wave in each field, and how large its values may be.
class Sample {
 public:
  Sample(const Plan& plan, const Stencil& stencil)
      : plan_(plan),
        stencil_(stencil),
        roots_(all_roots(plan)),
        evaluate_(plan.graph, roots_),
        differences_(plan.graph.size()),
        by_wave_(plan.graph.size()) {
    integrals_.resize(plan.integrals.size());
  }

  /// Values of the fields, of differences and of all nodes. `random(n)`: the nth number from -1 to 1.
  template <class Random>
  void set_values(Place place, const std::vector<double>& amplitudes, const Random& random) {
    std::size_t n = 0;
    fields_.clear();
    for (const double amplitude : amplitudes) fields_.push_back(amplitude * random(n++));
    place.fields = fields_;
    place.integrals = integrals_;
    // A temporary's amplitude is not known; that it has somewhere is a measure.
    std::vector<double> of_quantity = amplitudes;
    of_quantity.resize(plan_.fields + plan_.temporaries.size(), 1);
    for (std::size_t t = 0; t < plan_.temporaries.size(); ++t) {
      place.differences = differences_;
      evaluate_.run(place);
      of_quantity[plan_.fields + t] = std::fabs(evaluate_.value(plan_.temporaries[t].root));
      set_differences(of_quantity, random, n);
    }
    set_differences(of_quantity, random, n);
    place.differences = differences_;
    evaluate_.run(place);
  }

  /// What a wave with these angles from cell to cell, along each dimension, is multiplied by.
  Matrix matrix(const std::array<double, 3>& angles) {
    const auto fields = static_cast<Eigen::Index>(plan_.fields);
    of_quantity_.assign(plan_.fields + plan_.temporaries.size(), Eigen::VectorXcd::Zero(fields));
    for (Eigen::Index f = 0; f < fields; ++f) of_quantity_[static_cast<std::size_t>(f)](f) = 1;
    std::vector<bool> done(plan_.graph.size());
    const auto differentiate = [&](Id root) {
      for_each_node(plan_.graph, root, done, [&](Id id) { by_wave_[id] = derivative(id, angles); });
      return by_wave_[root];
    };
    for (std::size_t t = 0; t < plan_.temporaries.size(); ++t)
      of_quantity_[plan_.fields + t] = differentiate(plan_.temporaries[t].root);
    Matrix result(fields, fields);
    for (Eigen::Index f = 0; f < fields; ++f)
      result.row(f) = differentiate(plan_.rates[static_cast<std::size_t>(f)]).transpose();
    return result;
  }

 private:
  static std::vector<Id> all_roots(const Plan& plan) {
    std::vector<Id> roots = plan.rates;
    for (const Plan::Temporary& temporary : plan.temporaries) roots.push_back(temporary.root);
    return roots;
  }

  /// Slopes up to amplitude / spacing, as those of a resolved field, and second differences likewise.
  template <class Random>
  void set_differences(const std::vector<double>& of_quantity, const Random& random, std::size_t from) {
    for (const Id id : evaluate_.order()) {
      const Node& node = plan_.graph[id];
      if (!is_difference(node.op)) continue;
      const double amplitude = of_quantity[static_cast<std::size_t>(node.boundary)];
      const double factor = node.op == Op::flux ? of_quantity[static_cast<std::size_t>(node.index)] : 1;
      const double steps = node.op == Op::first_central ? 2 : 1;
      differences_[id] = steps * amplitude * factor * random(from + id);
    }
  }

  Eigen::VectorXcd derivative(Id id, const std::array<double, 3>& angles) const {
    const Node& node = plan_.graph[id];
    const auto fields = static_cast<Eigen::Index>(plan_.fields);
    Eigen::VectorXcd sum = Eigen::VectorXcd::Zero(fields);
    const auto of = [&](std::size_t i) -> const Eigen::VectorXcd& { return by_wave_[node.operands[i]]; };
    const auto value = [&](std::size_t i) { return evaluate_.value(node.operands[i]); };
    if (is_difference(node.op)) {
      sum = factor(node, angles) * of_quantity_[static_cast<std::size_t>(node.boundary)];
      if (node.op == Op::flux) {
        // factor() is for a flux whose first operand is 1 on both sides.
        const auto of_factor = static_cast<std::size_t>(node.index);
        sum *= of_factor < plan_.fields ? fields_[of_factor]
                                        : evaluate_.value(plan_.temporaries[of_factor - plan_.fields].root);
      }
      return sum;
    }
    switch (node.op) {
      case Op::field: sum(node.index) = 1; break;
      case Op::sum:
        for (std::size_t i = 0; i < node.operands.size(); ++i) sum += node.factors[i] * of(i);
        break;
      case Op::product:
        for (std::size_t i = 0; i < node.operands.size(); ++i) {
          double slope = node.factors[i] * whole_power(value(i), static_cast<int>(node.factors[i]) - 1);
          for (std::size_t j = 0; j < node.operands.size(); ++j) {
            if (j != i) slope *= whole_power(value(j), static_cast<int>(node.factors[j]));
          }
          sum += slope * of(i);
        }
        break;
      case Op::square_root: sum = 0.5 / std::sqrt(value(0)) * of(0); break;
      case Op::absolute: sum = (value(0) < 0 ? -1.0 : 1.0) * of(0); break;
      case Op::minimum: sum = value(0) < value(1) ? of(0) : of(1); break;
      case Op::maximum: sum = value(0) > value(1) ? of(0) : of(1); break;
      case Op::choose: sum = value(0) != 0 ? of(1) : of(2); break;
      case Op::function: {
        const Function& function = functions()[static_cast<std::size_t>(node.index)];
        const double second = node.operands.size() > 1 ? value(1) : 0;
        sum = function.slope(value(0), second) * of(0);
        if (node.operands.size() > 1) sum += function.other_slope(value(0), second) * of(1);
        break;
      }
      default: break;  // no field, or steps
    }
    return sum;
  }

  /// What a difference multiplies a wave by.
  Complex factor(const Node& node, const std::array<double, 3>& angles) const {
    const double angle = angles[static_cast<std::size_t>(node.index) % 3];
    const Complex turned = std::polar(1.0, angle);
    switch (node.op) {
      case Op::first_central: return {0, 2 * std::sin(angle)};
      case Op::first_forward: return turned - 1.0;
      case Op::first_backward: return 1.0 - std::conj(turned);
      case Op::second: return 2 * std::cos(angle) - 2;
      default: break;
    }
    double sum = 0;
    for (int d = 0; d < stencil_.dimensions(); ++d) {
      const auto at = static_cast<std::size_t>(d);
      sum += stencil_.inverse_square[at] / stencil_.inverse_square[0] * (2 * std::cos(angles[at]) - 2);
    }
    if (node.op == Op::laplace && stencil_.points == 9) sum += std::cos(angles[0]) * std::cos(angles[1]) - 1;
    return node.op == Op::flux ? 2 * sum : sum;
  }

  const Plan& plan_;
  const Stencil& stencil_;
  std::vector<Id> roots_;
  Evaluator evaluate_;
  std::vector<double> fields_;
  std::vector<double> integrals_;  // 0
  std::vector<double> differences_;
  std::vector<Eigen::VectorXcd> by_wave_;
  std::vector<Eigen::VectorXcd> of_quantity_;
};

void include(Spectrum& spectrum, const Complex& eigenvalue) {
  if (!std::isfinite(eigenvalue.real()) || !std::isfinite(eigenvalue.imag())) return;
  spectrum.real = std::max(spectrum.real, std::fabs(eigenvalue.real()));
  spectrum.imaginary = std::max(spectrum.imaginary, std::fabs(eigenvalue.imag()));
  // What grows does so with any step.
  const double size = std::abs(eigenvalue);
  const double rounding = 1e-9 * size;
  if (std::fabs(eigenvalue.imag()) <= rounding || eigenvalue.real() > rounding) return;
  const bool damped = eigenvalue.real() < -rounding;
  spectrum.damped_waves = damped ? std::max(*spectrum.damped_waves, -size * size / eigenvalue.real())
                                 : std::numeric_limits<double>::infinity();
}

void include(Spectrum& spectrum, const Matrix& matrix) {
  if (!matrix.allFinite()) return;
  if (static_cast<std::size_t>(matrix.rows()) <= most_eigenvalues) {
    const Eigen::VectorXcd eigenvalues = Eigen::ComplexEigenSolver<Matrix>(matrix, false).eigenvalues();
    for (const Complex& eigenvalue : eigenvalues) include(spectrum, eigenvalue);
  } else {  // Gershgorin's discs
    for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
      const double radius = matrix.row(row).cwiseAbs().sum() - std::abs(matrix(row, row));
      include(spectrum, Complex(std::fabs(matrix(row, row).real()) + radius, std::fabs(matrix(row, row).imag())));
    }
  }
}

/// Of what is 0 up to rounding.
double cleaned(double value, double other) { return value < 1e-9 * other ? 0 : value; }

}  // namespace

Linearisation::Linearisation(const Plan& plan, const Stencil& stencil, const Grid& grid)
    : plan_(plan), stencil_(stencil), grid_(grid) {}

const Spectrum& Linearisation::spectrum(const std::vector<double>& amplitudes) {
  constexpr double steps = 4;  // to a factor of 2
  std::vector<double> rounded;
  for (const double a : amplitudes)
    rounded.push_back(std::exp2(std::ceil(steps * std::log2(std::max(a, 1e-6))) / steps));
  if (rounded != known_) spectrum_ = find(rounded);
  known_ = rounded;
  return spectrum_;
}

Spectrum Linearisation::find(const std::vector<double>& amplitudes) const {
  constexpr std::uint64_t seed = 1;
  Spectrum spectrum;
  spectrum.damped_waves = 0;
  Sample sample(plan_, stencil_);
  for (std::size_t s = 0; s < samples; ++s) {
    // The ends of the ranges and the middle, then numbers between.
    const auto random = [&](std::size_t n) {
      if (s == 0) return 1.0;
      if (s == 1) return 0.0;
      const double u = 2 * uniform(seed + s, n) - 1;
      return s < samples / 2 ? (u < 0 ? -1.0 : 1.0) : u;
    };
    Place place;
    for (int d = 0; d < grid_.dimensions(); ++d) {
      const int axis = grid_.first_axis() + d;
      place.position[static_cast<std::size_t>(d)] =
          grid_.lower(axis) +
          (grid_.upper(axis) - grid_.lower(axis)) * 0.5 * (1 + random(1000 + static_cast<std::size_t>(d)));
    }
    sample.set_values(place, amplitudes, random);
    constexpr int angles = 4;  // from 0 to the shortest wave
    const int dimensions = grid_.dimensions();
    for (int w = 0; w < std::pow(angles + 1, dimensions); ++w) {
      std::array<double, 3> wave{};
      for (int d = 0, rest = w; d < dimensions; ++d, rest /= angles + 1)
        wave[static_cast<std::size_t>(d)] = std::numbers::pi * (rest % (angles + 1)) / angles;
      include(spectrum, sample.matrix(wave));
    }
  }
  return {cleaned(spectrum.real, spectrum.imaginary), cleaned(spectrum.imaginary, spectrum.real),
          spectrum.damped_waves};
}

}  // namespace tessera::expressions
