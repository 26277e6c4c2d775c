#include "system.hpp"

namespace tessera {

System::System(const EquationInput& input, const EquationEntry& entry)
    : domain_(input.domain),
      evaluations_(static_cast<int>(input.ghosts / entry.reach)),
      integrals_(entry.integrals),
      ghosts_(input.ghosts),
      equation_(entry.make(input)),
      names_(equation_->fields()) {
  for (const std::string& name : names_) boundaries_.push_back(input.field_boundary(name));
}

FieldSet System::make_fields(const std::string& suffix) const {
  FieldSet set;
  for (const std::string& name : names_) set.fields.emplace_back(domain_, name + suffix, Location::cells, ghosts_);
  return set;
}

void System::exchange(std::span<FieldSet* const> sets, HaloExchange::Phase meanwhile, HaloExchange::Phase afterwards) {
  stale_.clear();
  std::size_t count = 0;
  for (FieldSet* set : sets) {
    if (set->fresh) continue;
    set->fresh = true;
    ++count;
    for (Field& field : set->fields) stale_.push_back(&field);
  }
  if (count == 0) {
    domain_.phase([&](const Block& block) {
      meanwhile(block);
      afterwards(block);
    });
    return;
  }
  if (exchanges_.size() < count) exchanges_.resize(count);
  std::optional<HaloExchange>& exchange = exchanges_[count - 1];
  if (!exchange) {
    exchange.emplace(domain_, std::vector<Location>(stale_.size(), Location::cells), ghosts_,
                     std::vector(stale_.size(), boundaries_.front().antiperiodic()));
  }
  exchange->run(stale_, meanwhile, afterwards);
}

}  // namespace tessera
