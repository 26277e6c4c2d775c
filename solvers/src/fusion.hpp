// What a stepper makes of a rate, done by the kernel that computes it: the rate itself is never written.
#pragma once

#include <optional>
#include <utility>

#include "combination.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera {

/// A sum over the field that a rate is that of, some inputs, and the rate, each times a factor (null: 1).
struct Fusion {
  const double* of_argument = nullptr;
  std::vector<Stages::Quantity> inputs = {};
  std::vector<const double*> factors = {};
  const double* of_rate = nullptr;
  Stages::Quantity output = 0;
  BlockFindings* findings = nullptr;  // of block 0, those of the next one are `pitch` further on
  std::size_t pitch = 0;
};

/// A stage that makes the rate of a field from `inputs`. make(fusion) is its kernel: with a fusion, operands after the inputs are
/// those of the fusion, then its output; without, the rate.
template <class Make>
void add_rate_stage(const Evaluation& evaluation, std::size_t field, const std::string& name,
                    std::vector<Stages::Input> inputs, const Make& make) {
  const std::optional<Fusion> fusion = std::exchange((*evaluation.fusions)[field], std::nullopt);
  Stages::Quantity output = evaluation.rates[field];
  if (fusion) {
    for (const Stages::Quantity quantity : fusion->inputs) inputs.push_back({quantity, {}});
    output = fusion->output;
  }
  evaluation.stages.add(name, std::move(inputs), {output}, make(fusion));
}

}  // namespace tessera
