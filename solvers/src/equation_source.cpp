#include "equation_source.hpp"

#include <algorithm>
#include <cmath>

#include "tessera/core/initial.hpp"

namespace tessera {

Source::Source(const EquationInput& input, const Config& expression, const std::vector<std::string>& fields)
    : domain_(&input.domain),
      expression_(expression, input.domain.grid().dimensions(), true, input.parameters, fields),
      fields_(fields.size()),
      of_block_(input.domain.blocks().size(), expression_) {
  bool steady = !expression_.uses_time();
  for (std::size_t f = 0; f < fields_; ++f) steady = steady && !expression_.uses_field(f);
  if (!steady) return;
  steady_.emplace(input.domain, "source", Location::cells, input.ghosts);
  const std::vector<double> none(fields_, 0);
  fill(input.domain, *steady_, input.ghosts,
       [of = expression_, none](const std::array<double, 3>& position) { return of(position, 0, none); });
  const Index bad = first_not_finite(input.domain, *steady_);
  if (bad >= 0) expression.fail("is not finite at " + input.domain.grid().describe(input.domain.grid().cell(bad)));
}

template <class Real>
void Source::evaluate(const Panel& panel, double time) const {
  const Grid& grid = domain_->grid();
  const Block& block = domain_->blocks()[static_cast<std::size_t>(panel.block)];
  const Expression& expression = of_block_[static_cast<std::size_t>(panel.block)];
  const auto out = panel.operand<Real>(fields_);
  std::vector<double> values(fields_);
  for (Index j = 0; j < panel.rows; ++j) {
    const Index3 first = panel.cell(j);
    Real* const row = out(j);
    if (steady_) {
      std::copy_n((*steady_)[block].row<Real>(first[0], first[1]) + first[2], panel.length, row);
      continue;
    }
    Index3 cell{grid.wrap(0, block.global(0, first[0])), grid.wrap(1, block.global(1, first[1])), 0};
    for (Index k = 0; k < panel.length; ++k) {
      cell[2] = grid.wrap(2, block.global(2, first[2] + k));
      for (std::size_t f = 0; f < fields_; ++f) values[f] = as_double(panel.operand<const Real>(f)(j)[k]);
      row[k] = static_cast<Real>(expression(grid.position(cell), time, values));
    }
  }
}

Stages::Quantity Source::add_stage(const Evaluation& evaluation) const {
  const Stages::Quantity result = evaluation.stages.temporary();
  std::vector<Stages::Input> inputs;
  for (std::size_t f = 0; f < fields_; ++f) inputs.push_back({evaluation.fields[f], {}});
  evaluation.stages.add("source", inputs, {result},
                        with_real(evaluation.stages.precision(), [&]<class Real>() -> Kernel {
                          return [this, time = evaluation.time](const Panel& panel) { evaluate<Real>(panel, *time); };
                        }));
  return result;
}

double Source::slope(const std::vector<double>& amplitudes) const {
  std::vector<double> rounded;
  for (const double a : amplitudes) rounded.push_back(std::exp2(std::ceil(std::log2(std::max(a, 1e-3)))));
  if (rounded == sampled_) return slope_;
  sampled_ = rounded;
  slope_ = 0;
  const Grid& grid = domain_->grid();
  const std::array<double, 3> middle = grid.position({grid.cells(0) / 2, grid.cells(1) / 2, grid.cells(2) / 2});
  const std::size_t samples = fields_ <= 3 ? 5 : 3;  // of each field
  constexpr std::size_t most = 6;                    // fields that are combined in all ways; of more, some at random
  const auto all = static_cast<std::size_t>(std::lround(std::pow(samples, std::min(fields_, most))));
  std::vector<double> values(fields_);
  for (std::size_t n = 0; n < all; ++n) {
    for (std::size_t f = 0, rest = n; f < fields_; ++f, rest /= samples) {
      const auto sample =
          fields_ <= most ? rest % samples : static_cast<std::size_t>(uniform(f, n) * static_cast<double>(samples));
      values[f] = rounded[f] * (2 * static_cast<double>(sample) / static_cast<double>(samples - 1) - 1);
    }
    double sum = 0;
    for (std::size_t f = 0; f < fields_; ++f) {
      const double here = values[f];
      const double h = 1e-5 * rounded[f];
      values[f] = here + h;
      const double above = expression_(middle, 0, values);
      values[f] = here - h;
      const double below = expression_(middle, 0, values);
      values[f] = here;
      sum += std::abs(above - below) / (2 * h);
    }
    if (std::isfinite(sum)) slope_ = std::max(slope_, 1.1 * sum);
  }
  return slope_;
}

}  // namespace tessera
