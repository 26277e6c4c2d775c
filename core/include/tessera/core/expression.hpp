/// Expressions of coordinates, time and parameters.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tessera/core/config.hpp"
#include "tessera/core/grid.hpp"

namespace tessera {

using Parameters = std::map<std::string, double>;

/// Whether `name` may name a parameter or field in expressions; if not, why.
std::optional<std::string> why_no_name(const std::string& name);

/// Reads the section `parameters`: names and numbers, or expressions of parameters named before. With `places`, those that depend on x, y
/// or z are left out; else they are refused.
Parameters read_parameters(const Config& config, bool places = false);

/// A parsed expression (by muParser): x y z t as far as they exist, pi, e, parameters, + - * / ^ **,
/// comparisons, && || !, cond ? a : b, and the functions in docs/config.md.
/// An object may be used by one thread at a time; copies are independent.
class Expression {
 public:
  /// `dimensions` of x, y, z are known, t if `time`, and the `fields`. Throws ConfigError with the place in `config`.
  Expression(const Config& config, int dimensions, bool time, const Parameters& parameters,
             const std::vector<std::string>& fields = {});
  Expression(const Expression& other);
  Expression& operator=(const Expression& other);
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  /// `position`: coordinates by axis (index.hpp), as Grid::centre gives them.
  double operator()(const std::array<double, 3>& position, double time) const;
  /// With the fields' values, in the order of their names.
  double operator()(const std::array<double, 3>& position, double time, std::span<const double> fields) const;
  /// True if the result depends on t, and if it depends on x (y, z), dimension 0 (1, 2).
  bool uses_time() const;
  bool uses_dimension(int dimension) const;
  bool uses_field(std::size_t number) const;
  /// Where it stands in the configuration, and its text.
  const std::string& place() const;
  const std::string& text() const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tessera
