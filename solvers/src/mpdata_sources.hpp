// What fields gain and lose besides advection.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tessera/core/expression.hpp"
#include "tessera/core/halo.hpp"

namespace tessera::mpdata {

/// Right-hand sides d psi/dt = R(fields, their gradients, coordinates, time), one a field. Reads the names of the fields, the
/// keys of `initial`, and mpdata.sources. There, psi_x is the central difference of psi along x over two spacings.
class Sources {
 public:
  Sources(const Config& config, Domain& domain, const Parameters& parameters);

  const std::vector<std::string>& fields() const noexcept { return names_; }
  bool none() const noexcept { return none_; }
  /// Sets the ghosts beyond walls of a field (by number), at a time; called in a phase, once those from neighbours are there.
  using Close = std::function<void(const Block& block, std::size_t field, Array& values, double time)>;
  /// Collective: from `time` over `duration` by Heun's method, of second order; a half before and a half after the advection
  /// make a step of second order (Strang 1968). `fields`: in the order of fields().
  void apply(std::span<Field* const> fields, double time, double duration, const Close& close);

 private:
  struct Gradient {
    std::size_t field;
    int axis;
  };
  void evaluate(const Block& block, std::span<Field* const> fields, double time, const std::vector<Field*>& rates);
  void exchange(std::span<Field* const> fields, double time, const Close& close, HaloExchange::Phase afterwards);

  Domain& domain_;
  std::vector<std::string> names_;
  bool none_ = true;
  std::vector<Gradient> gradients_;                           // that an expression uses
  std::vector<std::vector<std::optional<Expression>>> rate_;  // by block, as threads need their own, and field
  std::vector<Field> predicted_, first_, second_;             // of the fields that have sources, in their order
  std::vector<Field*> firsts_, seconds_;                      // by field; none without sources
  std::optional<HaloExchange> exchange_;                      // if there are gradients
};

}  // namespace tessera::mpdata
