#include "functions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera::expressions {
namespace {

template <class Real, class Value>
void row(Real* result, const Real* a, const Real* /*b*/, std::size_t count, void* /*of*/) {
  for (std::size_t i = 0; i < count; ++i) result[i] = Value()(a[i]);
}
template <class Real, class Value>
void row_of_two(Real* result, const Real* a, const Real* b, std::size_t count, void* /*of*/) {
  for (std::size_t i = 0; i < count; ++i) result[i] = Value()(a[i], b[i]);
}

template <class Value, class Slope>
Function one(const char* name, Value /*value*/, Slope /*slope*/) {
  return {name,
          1,
          [](double a, double) { return Value()(a); },
          [](double a, double) { return Slope()(a); },
          [](double, double) { return 0.0; },
          row<double, Value>,
          row<float, Value>};
}
template <class Value, class Slope, class OtherSlope>
Function two(const char* name, Value /*value*/, Slope /*slope*/, OtherSlope /*other*/) {
  return {name,
          2,
          [](double a, double b) { return Value()(a, b); },
          [](double a, double b) { return Slope()(a, b); },
          [](double a, double b) { return OtherSlope()(a, b); },
          row_of_two<double, Value>,
          row_of_two<float, Value>};
}

double reciprocal(double a) { return 1 / a; }

}  // namespace

const std::vector<Function>& functions() {
  using std::numbers::inv_sqrtpi;
  using std::numbers::ln10;
  using std::numbers::ln2;
  static const std::vector<Function> all{
      one(
          "sin", [](auto a) { return std::sin(a); }, [](double a) { return std::cos(a); }),
      one(
          "cos", [](auto a) { return std::cos(a); }, [](double a) { return -std::sin(a); }),
      one(
          "tan", [](auto a) { return std::tan(a); }, [](double a) { return reciprocal(std::cos(a) * std::cos(a)); }),
      one(
          "asin", [](auto a) { return std::asin(a); }, [](double a) { return reciprocal(std::sqrt(1 - a * a)); }),
      one(
          "acos", [](auto a) { return std::acos(a); }, [](double a) { return -reciprocal(std::sqrt(1 - a * a)); }),
      one(
          "atan", [](auto a) { return std::atan(a); }, [](double a) { return reciprocal(1 + a * a); }),
      one(
          "sinh", [](auto a) { return std::sinh(a); }, [](double a) { return std::cosh(a); }),
      one(
          "cosh", [](auto a) { return std::cosh(a); }, [](double a) { return std::sinh(a); }),
      one(
          "tanh", [](auto a) { return std::tanh(a); }, [](double a) { return 1 - std::tanh(a) * std::tanh(a); }),
      one(
          "asinh", [](auto a) { return std::asinh(a); }, [](double a) { return reciprocal(std::sqrt(a * a + 1)); }),
      one(
          "acosh", [](auto a) { return std::acosh(a); }, [](double a) { return reciprocal(std::sqrt(a * a - 1)); }),
      one(
          "atanh", [](auto a) { return std::atanh(a); }, [](double a) { return reciprocal(1 - a * a); }),
      one(
          "exp", [](auto a) { return std::exp(a); }, [](double a) { return std::exp(a); }),
      one(
          "expm1", [](auto a) { return std::expm1(a); }, [](double a) { return std::exp(a); }),
      one(
          "log", [](auto a) { return std::log(a); }, [](double a) { return reciprocal(a); }),
      one(
          "log2", [](auto a) { return std::log2(a); }, [](double a) { return reciprocal(ln2 * a); }),
      one(
          "log10", [](auto a) { return std::log10(a); }, [](double a) { return reciprocal(ln10 * a); }),
      one(
          "log1p", [](auto a) { return std::log1p(a); }, [](double a) { return reciprocal(1 + a); }),
      one(
          "cbrt", [](auto a) { return std::cbrt(a); }, [](double a) { return std::cbrt(a) / (3 * a); }),
      one(
          "erf", [](auto a) { return std::erf(a); }, [](double a) { return 2 * inv_sqrtpi * std::exp(-a * a); }),
      two(
          "atan2", [](auto a, auto b) { return std::atan2(a, b); },
          [](double a, double b) { return b / (a * a + b * b); },
          [](double a, double b) { return -a / (a * a + b * b); }),
      two(
          "hypot", [](auto a, auto b) { return std::hypot(a, b); },
          [](double a, double b) { return a / std::hypot(a, b); },
          [](double a, double b) { return b / std::hypot(a, b); }),
      two(
          "pow", [](auto a, auto b) { return std::pow(a, b); },
          [](double a, double b) { return b * std::pow(a, b - 1); },
          [](double a, double b) { return a > 0 ? std::pow(a, b) * std::log(a) : 0; }),
  };
  return all;
}

std::size_t find_function(const std::string& name) {
  const auto& all = functions();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Function& f) { return f.name == name; });
  return static_cast<std::size_t>(found - all.begin());
}

}  // namespace tessera::expressions
