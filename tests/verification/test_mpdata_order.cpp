// Orders of accuracy, conservation and positivity of MPDATA.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <sstream>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr double pi = std::numbers::pi;

std::string config(int dimensions, int n, int steps, const std::string& psi, const std::string& courant,
                   const std::string& options) {
  std::string shape = std::to_string(n);
  std::string bounds = "[0, 1]";
  for (int d = 1; d < dimensions; ++d) {
    shape += ", " + std::to_string(n);
    bounds += ", [0, 1]";
  }
  return "grid: {shape: [" + shape + "], bounds: [" + bounds + "]}\ninitial: {psi: \"" + psi +
         "\"}\ntime: {steps: " + std::to_string(steps) + "}\nmpdata: {courant: " + courant + ", " + options + "}\n";
}

Outcome run(const std::string& text, int dimensions) { return *run_mpdata(text, serial(dimensions), test::self()); }

/// L2 error of a product of sines carried with Courant numbers c over n steps: by c of the period.
double error(int dimensions, int n, const std::string& options) {
  const double courant[] = {0.3, 0.2, -0.25};
  const char* names[] = {"x", "y", "z"};
  std::string psi = "2 + 1";
  std::string list;
  for (int d = 0; d < dimensions; ++d) {
    psi += std::string("*sin(2*pi*") + names[d] + ")";
    list += (d > 0 ? ", " : "") + std::to_string(courant[d]);
  }
  const Outcome outcome = run(config(dimensions, n, n, psi, "[" + list + "]", options), dimensions);
  double sum = 0;
  for (std::size_t cell = 0; cell < outcome.values.size(); ++cell) {
    double exact = 1;
    std::size_t rest = cell;
    for (int d = dimensions - 1; d >= 0; --d) {
      const double x = (static_cast<double>(rest % static_cast<std::size_t>(n)) + 0.5) / n;
      exact *= std::sin(2 * pi * (x - courant[d]));
      rest /= static_cast<std::size_t>(n);
    }
    sum += std::pow(outcome.values[cell] - 2 - exact, 2);
  }
  return std::sqrt(sum / static_cast<double>(outcome.values.size()));
}

double order(int dimensions, int n, const std::string& options) {
  const double order = std::log2(error(dimensions, n / 2, options) / error(dimensions, n, options));
  MESSAGE(dimensions, "-D, {", options, "}: order ", order, " from ", n / 2, " to ", n, " cells");
  return order;
}

}  // namespace

TEST_CASE("smooth oblique flow: second order with 2 iterations, in every dimension") {
  CHECK(order(1, 256, "iterations: 2") >= 1.95);
  CHECK(order(2, 128, "iterations: 2") >= 1.95);
  CHECK(order(3, 64, "iterations: 2") >= 1.95);
  CHECK(order(2, 128, "iterations: 2, infinite_gauge: true") >= 1.95);
  CHECK(order(3, 64, "iterations: 2, infinite_gauge: true") >= 1.95);
  CHECK(order(2, 128, "iterations: 3") >= 1.95);
}

TEST_CASE("upwind is first order: the measure can tell") {
  const double upwind = order(2, 128, "iterations: 1");
  CHECK(upwind > 0.8);
  CHECK(upwind < 1.2);
}

TEST_CASE("without cross terms oblique flow is not second order") {
  CHECK(order(2, 128, "iterations: 2, dimensionally_split: true") < 1.5);
}

TEST_CASE("third order in uniform flow") {
  CHECK(order(1, 256, "iterations: 2, third_order: true, infinite_gauge: true") >= 2.9);
  CHECK(order(2, 128, "iterations: 2, third_order: true, infinite_gauge: true") >= 2.95);
  CHECK(order(3, 64, "iterations: 2, third_order: true, infinite_gauge: true") >= 2.9);
  CHECK(order(2, 128, "iterations: 3, third_order: true") >= 2.9);
  CHECK(order(3, 64, "iterations: 3, third_order: true") >= 2.9);
  CHECK(order(2, 128, "iterations: 2, third_order: true, divergence_form: true, infinite_gauge: true") >= 2.9);
  CHECK(order(3, 64, "iterations: 2, third_order: true, divergence_form: true") >= 2.9);
}

TEST_CASE("in flow that varies and has divergence: first order, second and third with the forms for it") {
  // With u = v/(1 + 0.4 cos(2 pi x)), s(x) = x + 0.4/(2 pi) sin(2 pi x) obeys ds/dx = v/u, and f(s - v t)/u solves
  // d psi/dt + d(u psi)/dx = 0, as do products of such solutions in more dimensions.
  const double speed[] = {0.2, 0.15, -0.2};
  const auto varying_error = [&](int dimensions, int n, const std::string& options) {
    const char* names[] = {"x", "y", "z"};
    std::string psi = "1";
    std::string list;
    for (int d = 0; d < dimensions; ++d) {
      const std::string x = std::string("2*pi*") + names[d];
      psi += "*(2 + sin(" + x + " + 0.4*sin(" + x + ")))*(1 + 0.4*cos(" + x + "))";
      list += (d > 0 ? ", \"" : "\"") + std::to_string(speed[d]) + "/(1 + 0.4*cos(" + x + "))\"";
    }
    const Outcome outcome = run(config(dimensions, n, n, psi, "[" + list + "]", options), dimensions);
    double sum = 0;
    for (std::size_t cell = 0; cell < outcome.values.size(); ++cell) {
      double exact = 1;
      std::size_t rest = cell;
      for (int d = dimensions - 1; d >= 0; --d) {
        const double x = 2 * pi * (static_cast<double>(rest % static_cast<std::size_t>(n)) + 0.5) / n;
        exact *= (2 + std::sin(x + 0.4 * std::sin(x) - 2 * pi * speed[d])) * (1 + 0.4 * std::cos(x));
        rest /= static_cast<std::size_t>(n);
      }
      sum += std::pow(outcome.values[cell] - exact, 2);
    }
    return std::sqrt(sum / static_cast<double>(outcome.values.size()));
  };
  const auto varying_order = [&](int dimensions, int n, const std::string& options) {
    const double order = std::log2(varying_error(dimensions, n / 2, options) / varying_error(dimensions, n, options));
    MESSAGE("varying flow, ", dimensions, "-D, {", options, "}: order ", order, " from ", n / 2, " to ", n, " cells");
    return order;
  };
  CHECK(varying_order(1, 256, "iterations: 2") < 1.3);
  const int cells[] = {256, 128, 48};
  for (int d = 1; d <= 3; ++d) {
    const int n = cells[d - 1];
    CHECK(varying_order(d, n, "iterations: 2, divergent_flow: true") >= 1.9);
    CHECK(varying_order(d, n, "iterations: 2, divergent_flow: true, infinite_gauge: true") >= 1.9);
    CHECK(varying_order(d, n, "iterations: 2, divergence_form: true") >= 1.9);
    CHECK(varying_order(d, n, "iterations: 2, divergence_form: true, third_order: true") >= 2.85);
    CHECK(varying_order(d, n, "iterations: 2, divergence_form: true, third_order: true, infinite_gauge: true") >= 2.85);
  }
}

TEST_CASE("sources: second order in time, together with advection") {
  // a' = w b, b' = -w a while both are carried along: at the end they are turned by an angle w t.
  const auto turned_error = [](int n) {
    const double w = 1.5;
    const std::string text =
        "grid: {shape: [" + std::to_string(n) +
        "], bounds: [[0, 1]]}\ninitial: {a: \"2 + sin(2*pi*x)\", b: 0}\nmpdata: {velocity: 0.4, "
        "iterations: 2, infinite_gauge: true, sources: {a: \"1.5*b\", b: \"-1.5*a\"}}\ntime: {step: " +
        std::to_string(1.0 / n) + ", steps: " + std::to_string(n) + "}\n";
    const Outcome outcome = run(text, 1);
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      const double start = 2 + std::sin(2 * pi * ((static_cast<double>(i) + 0.5) / n - 0.4));
      sum += std::pow(outcome.values[i] - start * std::cos(w), 2);
      sum += std::pow(outcome.values[i + static_cast<std::size_t>(n)] + start * std::sin(w), 2);
    }
    return std::sqrt(sum / n);
  };
  const double order = std::log2(turned_error(32) / turned_error(64));
  MESSAGE("sources: order ", order);
  CHECK(order >= 1.95);
}

TEST_CASE("Burgers' equation before the shock: second order") {
  const auto burgers_error = [](int n, double step) {
    const double t = 0.2;
    std::ostringstream text;
    text.precision(17);
    text << "grid: {shape: [" << n
         << "], bounds: [[-1, 1]]}\ninitial: {psi: \"-sin(pi*x)\"}\nmpdata: {velocity: \"psi/2\", "
         << "infinite_gauge: true, divergent_flow: true}\ntime: {step: " << step << ", steps: " << std::lround(t / step)
         << "}\n";
    const Outcome outcome = run(text.str(), 1);
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const double x = -1 + 2 * (i + 0.5) / n;
      double from = x;  // x = from + psi(from) t
      for (int newton = 0; newton < 50; ++newton)
        from -= (from - t * std::sin(pi * from) - x) / (1 - t * pi * std::cos(pi * from));
      sum += std::pow(outcome.values[static_cast<std::size_t>(i)] + std::sin(pi * from), 2);
    }
    return std::sqrt(sum / n);
  };
  const double order = std::log2(burgers_error(64, 0.005) / burgers_error(128, 0.0025));
  MESSAGE("Burgers: order ", order);
  CHECK(order >= 1.9);
}

TEST_CASE("diffusion: a wave that travels and fades") {
  // psi = 2 + exp(-mu k^2 t) sin(k (x - u t)), k = 2 pi: the donor-cell form of diffusion is corrected with the rest.
  const auto fading_error = [](int n, const std::string& options) {
    const double mu = 0.01;
    const double courant = 0.2;
    const double step = courant / n;  // u = 1
    const std::string text =
        "grid: {shape: [" + std::to_string(n) +
        "], bounds: [[0, 1]]}\ninitial: {psi: \"2 + sin(2*pi*x)\"}\nmpdata: {velocity: 1, diffusivity: 0.01, " +
        options + "}\ntime: {step: " + std::to_string(step) + ", steps: " + std::to_string(n) + "}\n";
    const Outcome outcome = run(text, 1);
    const double t = step * n;
    double sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      const double x = (static_cast<double>(i) + 0.5) / n;
      const double exact = 2 + std::exp(-mu * 4 * pi * pi * t) * std::sin(2 * pi * (x - t));
      sum += std::pow(outcome.values[i] - exact, 2);
    }
    return std::sqrt(sum / n);
  };
  for (const char* options : {"iterations: 1", "iterations: 2"}) {
    const double order = std::log2(fading_error(16, options) / fading_error(32, options));
    MESSAGE("diffusion, {", std::string(options), "}: error ", fading_error(32, options), ", order ", order);
  }
  CHECK(fading_error(32, "iterations: 2") < 0.3 * fading_error(32, "iterations: 1"));
}

TEST_CASE("second order with a coordinate factor") {
  // With G = 1 + 0.4 sin and a constant GC, d(G psi)/dt + C dpsi/dx = 0 (C in cells a step): psi is carried
  // along characteristics dx/dt = C/G, so that s(x) = x - 0.4/(2 pi) (cos(2 pi x) - 1) moves with speed C.
  const auto g_error = [](int n) {
    const double courant = 0.25;
    const auto s = [](double x) { return x - 0.4 / (2 * pi) * (std::cos(2 * pi * x) - 1); };
    const Outcome outcome = run(config(1, n, n, "2 + sin(2*pi*(x - 0.4/(2*pi)*(cos(2*pi*x) - 1)))", "0.25",
                                       "iterations: 2, g_factor: \"1 + 0.4*sin(2*pi*x)\""),
                                1);
    double sum = 0;
    for (int i = 0; i < n; ++i) {
      const double exact = 2 + std::sin(2 * pi * (s((i + 0.5) / n) - courant));
      sum += std::pow(outcome.values[static_cast<std::size_t>(i)] - exact, 2);
    }
    return std::sqrt(sum / n);
  };
  CHECK(std::log2(g_error(128) / g_error(256)) >= 1.95);
}

TEST_CASE("mass is conserved to rounding and positive fields stay positive") {
  const std::string cone = "max(0, 1 - sqrt((x - 0.5)^2 + (y - 0.72)^2)/0.2)";
  const std::string swirl = "[\"0.45*sin(2*pi*y)\", \"-0.45*sin(2*pi*x)\"]";
  for (const char* options :
       {"iterations: 1", "iterations: 2", "iterations: 4", "iterations: 2, nonoscillatory: true",
        "iterations: 3, nonoscillatory: true", "iterations: 2, nonoscillatory: true, infinite_gauge: true"}) {
    CAPTURE(options);
    const Outcome before = run(config(2, 48, 0, cone, swirl, options), 2);
    const Outcome after = run(config(2, 48, 100, cone, swirl, options), 2);
    const double mass = std::accumulate(before.values.begin(), before.values.end(), 0.0);
    CHECK(std::accumulate(after.values.begin(), after.values.end(), 0.0) == doctest::Approx(mass).epsilon(1e-13));
    CHECK(*std::min_element(after.values.begin(), after.values.end()) >= 0);
    if (std::string(options).find("nonoscillatory") != std::string::npos) {
      CHECK(*std::max_element(after.values.begin(), after.values.end()) <=
            *std::max_element(before.values.begin(), before.values.end()));
    }
  }
}

TEST_CASE("nonoscillatory holds for fields of either sign, with and without infinite gauge") {
  const std::string wave = "sign(sin(2*pi*x))*0.8 + 0.1";
  for (const char* gauge : {"false", "true"}) {
    const Outcome outcome = run(
        config(1, 64, 50, wave, "0.4", std::string("iterations: 2, nonoscillatory: true, infinite_gauge: ") + gauge),
        1);
    CHECK(*std::min_element(outcome.values.begin(), outcome.values.end()) >= -0.7 - 1e-14);
    CHECK(*std::max_element(outcome.values.begin(), outcome.values.end()) <= 0.9 + 1e-14);
  }
}
