#include "evaluations.hpp"

#include <algorithm>
#include <array>

#include "fusion.hpp"

namespace tessera {
namespace {

template <class T>
bool contains(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

void insert(std::vector<Register>& list, Register value) {
  if (!contains(list, value)) list.push_back(value);
}

/// The registers that a stage reads.
std::vector<Register> reads(const Stage& stage) {
  std::vector<Register> list;
  if (stage.argument) list.push_back(*stage.argument);
  const auto add = [&](const Combination& combination) {
    for (const Combination::Term& term : combination.terms) insert(list, term.of);
  };
  for (const Stage::Output& output : stage.outputs) add(output.combination);
  if (stage.error) add(*stage.error);
  return list;
}

}  // namespace

Evaluations::Evaluations(System& system, const std::vector<Stage>& stages, const std::vector<Register>& results)
    : system_(system) {
  std::size_t moments = 0;
  for (const Stage& stage : stages) {
    findings_count_ = std::max(findings_count_, stage.finding + 1);
    moments = std::max(moments, stage.moment + 1);
    squares_ = squares_ || stage.weights != nullptr;
  }
  moments_.resize(moments);
  findings_.resize(system.domain().blocks().size() * pitch());
  const auto most = static_cast<std::size_t>(system.evaluations());
  const std::span<const Stage> all(stages);
  for (std::size_t first = 0, end = 0; first < stages.size(); first = end) {
    for (std::size_t evaluations = 0; end < stages.size(); ++end) {
      if (stages[end].argument && ++evaluations > most) break;
    }
    std::vector<Register> wanted = results;
    for (const Stage& later : all.subspan(end)) {
      for (const Register number : reads(later)) insert(wanted, number);
    }
    groups_.push_back(make_group(all.subspan(first, end - first), wanted));
  }
}

Evaluations::Group Evaluations::make_group(std::span<const Stage> stages, const std::vector<Register>& wanted) {
  Group group;
  std::vector<Register> made;
  for (const Stage& stage : stages) {
    for (const Register number : reads(stage)) {
      if (!contains(made, number)) insert(group.read, number);
    }
    if (stage.argument && !contains(made, *stage.argument)) group.arguments.emplace_back(*stage.argument, stage.moment);
    for (const Stage::Output& output : stage.outputs) insert(made, output.to);
  }
  for (const Register number : made) {
    if (contains(wanted, number)) group.written.push_back(number);
  }

  Domain& domain = system_.domain();
  Stages list(domain.grid().dimensions(), domain.precision());
  std::vector<std::vector<Stages::Quantity>> quantities;  // by register and field
  const auto declare = [&](Register number, const auto& make) {
    if (quantities.size() <= number) quantities.resize(number + 1);
    for (std::size_t f = 0; f < system_.size(); ++f) quantities[number].push_back(make(f));
  };
  for (const Register number : group.read) declare(number, [&](std::size_t) { return list.external(); });
  const auto declare_made = [&](Register number, bool external) {
    const auto user = std::find_if(stages.begin(), stages.end(), [&](const Stage& s) { return s.argument == number; });
    declare(number, [&](std::size_t f) {
      const Boundary* const boundary = user == stages.end() ? nullptr : &system_.boundary(f);
      const std::size_t moment = user == stages.end() ? 0 : user->moment;
      return external ? list.external(Location::cells, boundary, moment)
                      : list.temporary(Location::cells, boundary, moment);
    });
  };
  for (const Register number : group.written) declare_made(number, true);
  for (const Register number : made) {
    if (!contains(group.written, number)) declare_made(number, false);
  }
  for (const Stage& stage : stages) add_stage(list, stage, quantities);

  const std::vector<Reach> needed = list.needed();
  for (const Register number : group.read) {
    bool far = false;
    for (const Stages::Quantity q : quantities[number]) {
      const Index3& below = needed[q].below;
      const Index3& above = needed[q].above;
      far = far || std::max({below[0], below[1], below[2], above[0], above[1], above[2]}) > 0;
    }
    if (far) group.exchanged.push_back(number);
  }
  group.sweep.emplace(domain, std::move(list));
  if (system_.integrals() > 0 && !group.arguments.empty()) add_densities(group);
  group.arrays.resize(domain.blocks().size());
  return group;
}

/// A system with integrals has one evaluation for each exchange, so a group has no more than one argument.
void Evaluations::add_densities(Group& group) {
  Domain& domain = system_.domain();
  const std::size_t moment = group.arguments.front().second;
  Stages stages(domain.grid().dimensions(), domain.precision());
  std::vector<Stages::Quantity> fields;
  std::vector<Stages::Quantity> densities;
  for (std::size_t f = 0; f < system_.size(); ++f) fields.push_back(stages.external());
  for (std::size_t i = 0; i < system_.integrals(); ++i) densities.push_back(stages.external());
  std::vector<std::optional<Fusion>> none(system_.integrals());
  system_.equation().add_densities({stages, fields, densities, moment, &moments_[moment], &none});
  group.densities.emplace(domain, std::move(stages));
  while (densities_.size() < system_.integrals()) densities_.emplace_back(domain, "density", Location::cells, 0);
  integrals_.resize(system_.integrals());
}

/// What a kernel may do with the rate of a stage with one output.
std::optional<Fusion> Evaluations::fuse(const Stage& stage, std::size_t field,
                                        const std::vector<std::vector<Stages::Quantity>>& quantities) {
  const Stage::Output& output = stage.outputs.front();
  // Those that stencil-inl.hpp has kernels for: Euler's step, and a stage of a stabilised method.
  const std::size_t terms = output.combination.terms.size();
  const bool euler = terms == 1 && output.use == Sum::Use::check;
  const bool stabilised = terms == 4 && output.use == Sum::Use::store;
  if (output.combination.rate == nullptr || !(euler || stabilised)) return {};
  Fusion fusion;
  for (const Combination::Term& term : output.combination.terms) {
    if (term.of == *stage.argument) {
      fusion.of_argument = term.factor;
      continue;
    }
    fusion.inputs.push_back(quantities[term.of][field]);
    fusion.factors.push_back(term.factor);
  }
  fusion.of_rate = output.combination.rate;
  fusion.output = quantities[output.to][field];
  fusion.findings = &findings_[stage.finding * system_.size() + field];
  fusion.pitch = pitch();
  return fusion;
}

/// A stage's rates, and a stage for each field that makes the outputs of them.
void Evaluations::add_stage(Stages& list, const Stage& stage,
                            const std::vector<std::vector<Stages::Quantity>>& quantities) {
  const auto is_rate = [](const Stage::Output& output) {
    return output.combination.terms.empty() && output.combination.rate == nullptr;
  };
  std::vector<bool> done(system_.size(), false);
  const auto kept = std::find_if(stage.outputs.begin(), stage.outputs.end(), is_rate);
  std::vector<Stages::Quantity> rates;
  std::vector<std::optional<Fusion>> fusions(system_.size());
  if (stage.argument) {
    const bool single = stage.outputs.size() == 1 && kept == stage.outputs.end() && !stage.error;
    for (std::size_t f = 0; f < system_.size(); ++f) {
      rates.push_back(kept == stage.outputs.end() ? list.temporary() : quantities[kept->to][f]);
      if (single) fusions[f] = fuse(stage, f, quantities);
    }
    const auto offered = fusions;
    system_.equation().add_stages(
        {list, quantities[*stage.argument], rates, stage.moment, &moments_[stage.moment], &fusions});
    for (std::size_t f = 0; f < system_.size(); ++f) done[f] = offered[f] && !fusions[f];
  }
  for (std::size_t f = 0; f < system_.size(); ++f) {
    if (done[f]) continue;
    std::vector<Stages::Input> inputs;
    std::vector<Stages::Quantity> outputs;
    std::vector<Sum> sums;
    const auto add_term = [&](Sum& sum, Stages::Quantity quantity, const double* factor) {
      const auto same = [&](const Stages::Input& input) { return input.quantity == quantity; };
      const auto place = std::find_if(inputs.begin(), inputs.end(), same);
      sum.inputs.push_back(static_cast<std::size_t>(place - inputs.begin()));
      if (place == inputs.end()) inputs.push_back({quantity, {}});
      sum.factors.push_back(factor);
    };
    const auto add = [&](const Combination& combination, Sum::Use use) {
      Sum& sum = sums.emplace_back();
      sum.use = use;
      for (const Combination::Term& term : combination.terms) {
        add_term(sum, quantities[term.of][f], term.factor);
      }
      if (combination.rate != nullptr) add_term(sum, rates[f], combination.rate);
    };
    for (const Stage::Output& output : stage.outputs) {
      if (is_rate(output)) continue;
      add(output.combination, output.use);
      outputs.push_back(quantities[output.to][f]);
    }
    if (stage.error) add(*stage.error, stage.weights == nullptr ? Sum::Use::error : Sum::Use::squares);
    if (stage.weights != nullptr) sums.back().weight = &stage.weights[f];
    if (sums.empty()) continue;
    BlockFindings* const findings = &findings_[stage.finding * system_.size() + f];
    list.add("sum", inputs, outputs,
             make_combination(system_.domain().precision(), inputs.size(), sums, findings, pitch()));
  }
}

void Evaluations::apply_boundaries(const Group& group, const Block& block, std::span<FieldSet* const> registers) {
  for (const auto& [number, moment] : group.arguments) {
    for (std::size_t f = 0; f < system_.size(); ++f) {
      Field& field = registers[number]->fields[f];
      system_.boundary(f).apply(block, field[block], field.ghosts(), 1, moments_[moment]);
    }
  }
}

/// Those of a group's argument.
void Evaluations::find_integrals(Group& group, std::span<FieldSet* const> registers) {
  Domain& domain = system_.domain();
  FieldSet& argument = *registers[group.arguments.front().first];
  system_.exchange(
      std::array{&argument}, [](const Block&) {},
      [&](const Block& block) {
        apply_boundaries(group, block, registers);
        std::vector<Array*> arrays;
        for (Field& field : argument.fields) arrays.push_back(&field[block]);
        for (Field& density : densities_) arrays.push_back(&density[block]);
        group.densities->run(block, arrays, moments_);
      });
  const double cell = cell_volume(domain.grid());
  for (std::size_t i = 0; i < integrals_.size(); ++i) integrals_[i] = sum(domain, densities_[i]).values * cell;
  system_.equation().set_integrals(integrals_);
}

void Evaluations::run(std::span<FieldSet* const> registers, std::span<const double> moments) {
  system_.equation().finish_preparing();
  std::copy_n(moments.begin(), moments_.size(), moments_.begin());
  std::fill(findings_.begin(), findings_.end(), BlockFindings{});
  for (Group& group : groups_) {
    if (group.densities) find_integrals(group, registers);
    group.sets.clear();
    for (const Register number : group.exchanged) group.sets.push_back(registers[number]);
    const auto sweep = [&](const Block& block, Sweep::Cells cells) {
      std::vector<Array*>& arrays = group.arrays[static_cast<std::size_t>(block.number)];
      arrays.clear();
      for (const auto* list : {&group.read, &group.written}) {
        for (const Register number : *list) {
          for (Field& field : registers[number]->fields) arrays.push_back(&field[block]);
        }
      }
      group.sweep->run(block, arrays, moments_, cells);
    };
    system_.exchange(
        group.sets, [&](const Block& block) { sweep(block, Sweep::Cells::inner); },
        [&](const Block& block) {
          apply_boundaries(group, block, registers);
          sweep(block, Sweep::Cells::outer);
        });
    for (const Register number : group.written) registers[number]->fresh = false;
  }
}

bool Evaluations::needs(Register number) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) {
    return contains(group.read, number) || contains(group.written, number);
  });
}

bool Evaluations::in_place(Register read, Register result) const {
  if (groups_.size() != 1) return false;
  const Group& group = groups_.front();
  if (!contains(group.read, read)) return true;
  const auto place = [&](const std::vector<Register>& list, Register number) {
    return static_cast<std::size_t>(std::find(list.begin(), list.end(), number) - list.begin()) * system_.size();
  };
  const std::size_t first = place(group.read, read);
  const std::size_t last = group.read.size() * system_.size() + place(group.written, result);
  for (std::size_t f = 0; f < system_.size(); ++f) {
    if (!group.sweep->in_place(first + f, last + f)) return false;
  }
  return true;
}

const BlockFindings& Evaluations::found(std::size_t finding, const Block& block, std::size_t field) const {
  return findings_[static_cast<std::size_t>(block.number) * pitch() + finding * system_.size() + field];
}

const std::vector<Findings>& Evaluations::find(std::size_t finding) {
  constexpr std::size_t each = 3;
  const std::size_t fields = system_.size();
  shared_.assign(fields, 0.0);  // errors, then the rest
  shared_.resize((1 + each) * fields, -std::numeric_limits<double>::infinity());
  for (std::size_t f = 0; f < fields; ++f) {
    double* const of_field = &shared_[fields + each * f];
    for (const Block& block : system_.domain().blocks()) {
      const BlockFindings& found = this->found(finding, block, f);
      shared_[f] = squares_ ? shared_[f] + found.error : std::max(shared_[f], found.error);
      of_field[0] = std::max(of_field[0], -found.least);
      of_field[1] = std::max(of_field[1], found.largest);
      of_field[2] = std::max(of_field[2], found.finite ? 0.0 : 1.0);
    }
  }
  const auto& communicator = system_.domain().communicator();
  std::span<double> by_maximum(shared_);
  if (squares_) {
    communicator.allreduce(comm::in_place, by_maximum.first(fields), comm::Operator::sum);
    by_maximum = by_maximum.subspan(fields);
  }
  communicator.allreduce(comm::in_place, by_maximum, comm::Operator::max);
  of_all_.clear();
  for (std::size_t f = 0; f < fields; ++f) {
    const double* const of_field = &shared_[fields + each * f];
    const double error = squares_ ? std::min(shared_[f], most_squares) : shared_[f];
    of_all_.push_back({error, {-of_field[0], of_field[1]}, of_field[2] == 0});
  }
  return of_all_;
}

}  // namespace tessera
