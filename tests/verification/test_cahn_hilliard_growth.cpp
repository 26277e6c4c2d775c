// Cahn-Hilliard against its dispersion relation: a small mode of wave number k on a mean value m grows at
// the rate k^2 (1 - 3 m^2) - w k^4 - r (Cahn 1961, Acta Metall. 9, with the source's rate r).
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

double amplitude(const std::vector<double>& values, double mean) {
  double sum = 0;
  for (double v : values) sum += (v - mean) * (v - mean);
  return std::sqrt(sum);
}

double measured_rate(const std::string& grid_and_start, int dimensions, double mean, double end) {
  const auto run = [&](double until) {
    return run_cahn_hilliard(
               grid_and_start + "cahn_hilliard: {interface_width: 1.3, rate: 0.004, target: " + std::to_string(mean) +
                   "}\ntime: {step: 0.00025, steps: " + std::to_string(static_cast<int>(std::lround(until / 0.00025))) +
                   "}\n",
               serial(dimensions), test::self())
        ->values;
  };
  return std::log(amplitude(run(end), mean) / amplitude(run(0), mean)) / end;
}

double theory(double k2, double mean) { return k2 * (1 - 3 * mean * mean) - 1.3 * k2 * k2 - 0.004; }

}  // namespace

TEST_CASE("growth rate of one Fourier mode, within 1% of theory") {
  const double pi = std::numbers::pi;
  const double k = 2 * pi / 16;
  const std::string line = "grid: {shape: [64], bounds: [[0, 16]], boundary: periodic}\n";
  CHECK(measured_rate(line + "initial: {c: \"0.1 + 1e-6*cos(2*pi*x/16)\"}\n", 1, 0.1, 4) ==
        doctest::Approx(theory(k * k, 0.1)).epsilon(0.01));
  // A mode that decays, short enough for the spacing h to show: there (2/h sin(k h/2))^2 stands for k^2.
  const double discrete = std::pow(2 / 0.25 * std::sin(3 * k * 0.25 / 2), 2);
  CHECK(measured_rate(line + "initial: {c: \"1e-6*cos(6*pi*x/16)\"}\n", 1, 0, 2) ==
        doctest::Approx(theory(discrete, 0)).epsilon(0.001));
  // An oblique one in 2-D, with different spacings.
  CHECK(measured_rate("grid: {shape: [48, 32], bounds: [[0, 16], [0, 16]], boundary: periodic}\n"
                      "initial: {c: \"1e-6*cos(2*pi*(x + y)/16)\"}\n",
                      2, 0, 2) == doctest::Approx(theory(2 * k * k, 0)).epsilon(0.01));
  // Half a wave between walls with zero derivative.
  CHECK(measured_rate("grid: {shape: [32], bounds: [[0, 8]]}\ninitial: {c: \"1e-6*cos(pi*x/8)\"}\n", 1, 0, 4) ==
        doctest::Approx(theory(k * k, 0)).epsilon(0.01));
}

TEST_CASE("without a source the mean value is conserved to rounding") {
  for (const char* boundary : {"periodic", "{derivative: 0}"}) {
    const std::string text = std::string("grid: {shape: [24, 20], boundary: ") + boundary +
                             "}\ninitial: {c: {uniform: [-0.4, 0.6], seed: 2}}\ntime: {tolerance: 1e-3, end: 5}\n";
    const auto values = run_cahn_hilliard(text, serial(2), test::self())->values;
    const std::string start = std::string("grid: {shape: [24, 20], boundary: ") + boundary +
                              "}\ninitial: {c: {uniform: [-0.4, 0.6], seed: 2}}\ntime: {tolerance: 1e-3, steps: 0}\n";
    const auto before = run_cahn_hilliard(start, serial(2), test::self())->values;
    CHECK(std::accumulate(values.begin(), values.end(), 0.0) ==
          doctest::Approx(std::accumulate(before.begin(), before.end(), 0.0)).epsilon(1e-12));
  }
}
