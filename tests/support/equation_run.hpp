// A run of an equation from a configuration's text, beside what is known of its solution: whole exact solutions, rates of single
// states, and amplitudes of modes, of which the discrete ones are known to rounding.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "run.hpp"

namespace tessera::test {

/// Those that the grid has not are 0.
struct Place {
  double x = 0, y = 0, z = 0;
};
using Function = std::function<double(const Place&, double time)>;

struct Errors {
  double max;
  double l2;  // root of the mean of the squares
};

/// A number for a configuration, with all its digits.
inline std::string exact(double number) {
  std::ostringstream text;
  text.precision(17);
  text << number;
  return text.str();
}

/// What the second difference of a sine or cosine with wave number k makes of it, with the sign changed: the discrete k^2.
inline double square_of(double k, double spacing) { return std::pow(2 / spacing * std::sin(k * spacing / 2), 2); }

/// On all ranks, each of two threads where there is more than one rank.
class EquationRun {
 public:
  explicit EquationRun(const std::string& text) : config_(Config::parse(text, "test")) {
    const NamedEquation equation = find_equation(config_);
    const Grid grid = read_grid(config_, false);
    const auto dimensions = static_cast<std::size_t>(grid.dimensions());
    Case layout{std::vector(dimensions, -1), std::vector(dimensions, 1)};
    if (patient_world().size() > 1) layout.threads[0] = 2;
    domain_ = make_domain(grid, layout, equation.entry.reach, patient_world(), read_precision(config_));
    if (!domain_) throw std::runtime_error("blocks are too thin for this equation: give the grid more cells");
    solver_ = make_explicit_solver(equation, config_, *domain_,
                                   read_parameters(config_.section("parameters"), config_.has("equations")));
    config_.require_all_read();
  }

  double time() const { return time_; }
  const Grid& grid() const { return domain_->grid(); }
  /// Of a dimension.
  double spacing(int d) const { return grid().spacing(grid().first_axis() + d); }

  /// What the Laplacian makes of a mode with these wave numbers, with the sign changed: the discrete k^2.
  double square(std::initializer_list<double> wave_numbers) const {
    double sum = 0;
    int d = 0;
    for (const double k : wave_numbers) sum += square_of(k, spacing(d++));
    return sum;
  }

  /// The largest fixed step that is not refused; collective.
  double stable_step() const { return solver_->stable_step(); }

  void step(int count = 1) {
    for (Index done = 0; done < count;) {
      const Reached reached = solver_->advance(time_, 1e300, count - done);
      time_ = reached.time;
      done += reached.steps;
    }
  }
  /// With adaptive steps.
  void advance_to(double end) {
    while (time_ < end) time_ = solver_->advance(time_, end, 1).time;
  }

  /// The whole field on every rank, row-major.
  std::vector<double> values(std::size_t field = 0) { return whole(*domain_, *solver_->state().fields.at(field)); }
  /// A function in the same order.
  std::vector<double> sampled(const Function& function) const {
    std::vector<double> all;
    for (Index n = 0; n < grid().cells(); ++n) {
      const std::array<double, 3> axes = grid().position(grid().cell(n));
      Place place;
      const std::array<double*, 3> coordinates{&place.x, &place.y, &place.z};
      for (int a = grid().first_axis(); a < 3; ++a)
        *coordinates[static_cast<std::size_t>(a - grid().first_axis())] = axes[static_cast<std::size_t>(a)];
      all.push_back(function(place, time_));
    }
    return all;
  }
  Errors errors(const Function& exact, std::size_t field = 0) { return difference(values(field), sampled(exact)); }

  /// One step of Euler's method: the largest difference of what it adds per time from `rates`, one for each field and all taken
  /// before the step, over the largest rate.
  double rate_error(const std::vector<Function>& rates) {
    std::vector<std::vector<double>> before, expected;
    for (std::size_t f = 0; f < rates.size(); ++f) {
      before.push_back(values(f));
      expected.push_back(sampled(rates[f]));
    }
    const double start = time_;
    step();
    double worst = 0;
    for (std::size_t f = 0; f < rates.size(); ++f) {
      std::vector<double> added = values(f);
      for (std::size_t i = 0; i < added.size(); ++i) added[i] = (added[i] - before[f][i]) / (time_ - start);
      const double largest = difference(expected[f], std::vector<double>(expected[f].size(), 0)).max;
      worst = std::max(worst, difference(added, expected[f]).max / largest);
    }
    return worst;
  }

  /// A column of the history.
  double diagnostic(const std::string& name) {
    for (const Diagnostic& one : solver_->diagnostics()) {
      if (one.name == name) return one.value;
    }
    throw std::runtime_error("the history has no column " + name);
  }

 private:
  static Errors difference(const std::vector<double>& a, const std::vector<double>& b) {
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
    return {largest_difference(a, b), std::sqrt(squares / static_cast<double>(a.size()))};
  }

  Config config_;
  std::unique_ptr<Domain> domain_;
  std::unique_ptr<Solver> solver_;
  double time_ = 0;
};

/// The observed order of convergence, in both norms, from errors(cells) and errors(2 * cells).
template <class ErrorsOf>
Errors order_in_space(const ErrorsOf& errors, int cells) {
  const Errors coarse = errors(cells);
  const Errors fine = errors(2 * cells);
  return {std::log2(coarse.max / fine.max), std::log2(coarse.l2 / fine.l2)};
}

/// The order is 2 in both norms, within a part of it.
template <class ErrorsOf>
void check_second_order(const ErrorsOf& errors, int cells, double tolerance) {
  const Errors observed = order_in_space(errors, cells);
  CHECK(observed.max == doctest::Approx(2).epsilon(tolerance));
  CHECK(observed.l2 == doctest::Approx(2).epsilon(tolerance));
}

/// What the central first difference of a sine with wave number k makes of it: the discrete k.
inline double slope_of(double k, double spacing) { return std::sin(k * spacing) / spacing; }

/// Kutta's classical method, as `stepper: rk4`, for amplitudes y' = rate(y): with the steps of a run the same up to rounding.
template <std::size_t N, class Rate>
std::array<double, N> kutta(std::array<double, N> y, double step, int steps, const Rate& rate) {
  const auto moved = [](const std::array<double, N>& from, double by, const std::array<double, N>& along) {
    std::array<double, N> to = from;
    for (std::size_t i = 0; i < N; ++i) to[i] += by * along[i];
    return to;
  };
  for (int n = 0; n < steps; ++n) {
    const auto k1 = rate(y);
    const auto k2 = rate(moved(y, step / 2, k1));
    const auto k3 = rate(moved(y, step / 2, k2));
    const auto k4 = rate(moved(y, step, k3));
    for (std::size_t i = 0; i < N; ++i) y[i] += step / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  }
  return y;
}

}  // namespace tessera::test
