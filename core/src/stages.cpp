#include "tessera/core/stages.hpp"

#include <algorithm>
#include <stdexcept>

#include "tessera/core/boundary.hpp"

namespace tessera {

Reach Reach::around(int dimensions, Index layers) {
  Reach reach;
  for (int d = 0; d < dimensions; ++d) {
    const auto a = static_cast<std::size_t>(sweep_axis(dimensions, d));
    reach.below[a] = layers;
    reach.above[a] = layers;
  }
  return reach;
}

Reach Reach::operator|(const Reach& other) const {
  Reach both = *this;
  for (std::size_t a = 0; a < 3; ++a) {
    both.below[a] = std::max(below[a], other.below[a]);
    both.above[a] = std::max(above[a], other.above[a]);
  }
  return both;
}

Stages::Quantity Stages::external(Location location, const Boundary* boundary, std::size_t moment) {
  quantities_.push_back({true, location, boundary, moment});
  return quantities_.size() - 1;
}

Stages::Quantity Stages::temporary(Location location, const Boundary* boundary, std::size_t moment) {
  quantities_.push_back({false, location, boundary, moment});
  return quantities_.size() - 1;
}

void Stages::add(std::string name, std::vector<Input> inputs, std::vector<Quantity> outputs, Kernel kernel,
                 const Boundary* shut) {
  for (const Input& input : inputs) {
    const bool written = std::any_of(list_.begin(), list_.end(), [&](const Stage& stage) {
      return std::find(stage.outputs.begin(), stage.outputs.end(), input.quantity) != stage.outputs.end();
    });
    if (!written && !quantities_[input.quantity].external)
      throw std::logic_error("Stages: " + name + " reads what no stage before has written");
  }
  for (Input& input : inputs) {
    Properties& of = quantities_[input.quantity];
    if (of.boundary == nullptr || !of.boundary->any()) continue;
    Index layers = 0;
    for (std::size_t a = 0; a < 3; ++a) layers = std::max({layers, input.reach.below[a], input.reach.above[a]});
    of.layers = std::max(of.layers, layers);
    // Ghosts that are read must be there, and so the cells that they are made of.
    for (std::size_t a = 0; a < 3 && layers > 0; ++a) {
      const Index cells = of.boundary->needed(layers) - 1;
      if (input.reach.below[a] > 0) input.reach.above[a] = std::max(input.reach.above[a], cells);
      if (input.reach.above[a] > 0) input.reach.below[a] = std::max(input.reach.below[a], cells);
    }
  }
  std::vector<Quantity> operands;
  for (const Input& input : inputs) operands.push_back(input.quantity);
  operands.insert(operands.end(), outputs.begin(), outputs.end());
  list_.push_back(
      {std::move(name), std::move(inputs), std::move(outputs), std::move(kernel), std::move(operands), shut});
}

std::vector<Reach> Stages::needed() const {
  std::vector<Reach> needed(quantities_.size());
  std::for_each(list_.rbegin(), list_.rend(), [&](const Stage& stage) {
    Reach box;
    for (const Quantity output : stage.outputs) box = box | needed[output];
    for (const Quantity output : stage.outputs) needed[output] = box;  // a stage writes all its outputs in one box
    for (const Input& input : stage.inputs) {
      Reach sum = box;
      for (std::size_t a = 0; a < 3; ++a) {
        sum.below[a] += input.reach.below[a];
        sum.above[a] += input.reach.above[a];
      }
      needed[input.quantity] = needed[input.quantity] | sum;
    }
  });
  return needed;
}

}  // namespace tessera
