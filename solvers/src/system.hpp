// An equation on a domain: its fields, their boundaries, and how their ghosts are exchanged.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tessera/core/halo.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera {

/// A state of an equation, or something of its kind, such as a rate: a field for each of the equation's.
struct FieldSet {
  std::vector<Field> fields;
  bool fresh = false;  // ghosts from other blocks hold what is in those

  void swap(FieldSet& other) {
    for (std::size_t f = 0; f < fields.size(); ++f) fields[f].swap_values(other.fields[f]);
    std::swap(fresh, other.fresh);
  }
};

class System {
 public:
  /// As many evaluations as `input.ghosts` allow are done for one exchange.
  System(const EquationInput& input, const EquationEntry& entry);

  Domain& domain() const noexcept { return domain_; }
  const Equation& equation() const noexcept { return *equation_; }
  Equation& equation() noexcept { return *equation_; }
  std::size_t size() const noexcept { return names_.size(); }
  const std::vector<std::string>& names() const noexcept { return names_; }
  const Boundary& boundary(std::size_t field) const { return boundaries_[field]; }
  /// Over the domain, which each evaluation needs first.
  std::size_t integrals() const noexcept { return integrals_; }
  /// Evaluations for one exchange.
  int evaluations() const noexcept { return evaluations_; }

  /// With the equation's names and a suffix.
  FieldSet make_fields(const std::string& suffix = "") const;
  /// Fills the ghosts of those that are not fresh. `meanwhile` and `afterwards` as those of HaloExchange; without anything to
  /// exchange, one phase of both.
  void exchange(std::span<FieldSet* const> sets, HaloExchange::Phase meanwhile, HaloExchange::Phase afterwards);

 private:
  Domain& domain_;
  int evaluations_;
  std::size_t integrals_;
  Index ghosts_;
  std::unique_ptr<Equation> equation_;
  std::vector<std::string> names_;
  std::vector<Boundary> boundaries_;
  std::vector<std::optional<HaloExchange>> exchanges_;  // of 1, 2, .. sets
  std::vector<Field*> stale_;
};

}  // namespace tessera
