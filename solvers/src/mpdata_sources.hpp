// What fields gain and lose besides advection.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tessera/core/expression.hpp"
#include "tessera/core/field.hpp"

namespace tessera::mpdata {

/// Right-hand sides by cell: d psi/dt = R(all fields, coordinates, time), one a field. Reads the names of the fields, the
/// keys of `initial`, and mpdata.sources.
class Sources {
 public:
  Sources(const Config& config, Domain& domain, const Parameters& parameters);

  const std::vector<std::string>& fields() const noexcept { return names_; }
  bool none() const noexcept { return none_; }
  /// From `time` over `duration` by Heun's method, of second order; a half before and a half after the advection make a step
  /// of second order (Strang 1968). `fields`: in the order of fields().
  void apply(std::span<Field* const> fields, double time, double duration);

 private:
  void apply(const Block& block, std::span<Field* const> fields, double time, double duration);

  Domain& domain_;
  std::vector<std::string> names_;
  bool none_ = true;
  std::vector<std::vector<std::optional<Expression>>> rates_;  // by block, as threads need their own, and field
};

}  // namespace tessera::mpdata
