#include "stage_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "row_kernel.hpp"
#include "tessera/core/initial.hpp"
#include "vector_functions.hpp"

namespace tessera::expressions {
namespace {

constexpr std::uint64_t most_fields = 1000;  // whose noise is told apart
constexpr Index most_rows = 16;              // at once

/// Rows in memory of their own for each block, which one thread works on at a time.
template <class Real>
class StageKernel {
 public:
  StageKernel(const Program& program, const Surroundings& around, std::shared_ptr<const Compiled> compiled,
              int vector_functions, BlockFindings* findings, std::size_t pitch)
      : program_(program), around_(around), compiled_(std::move(compiled)), findings_(findings), pitch_(pitch) {
    for (const Function& function : functions()) functions_.push_back(row_call<Real>(function, vector_functions));
    for (const Scalar& scalar : program_.scalars)
      place_lines_.push_back(scalar.kind == Scalar::Kind::place ? around.places->line<Real>(scalar.node) : nullptr);
    for (const Row& row : program_.rows) {
      lines_.push_back(row.kind == Row::Kind::place ? around.places->line<Real>(row.node) : nullptr);
      steady_.push_back(row.kind == Row::Kind::steady ? &around.places->field(row.node) : nullptr);
    }
    std::vector<Id> uniform;
    for (const Scalar& scalar : program_.scalars) {
      if (scalar.kind == Scalar::Kind::node) uniform.push_back(scalar.node);
    }
    const Evaluator evaluator(*around.graph, uniform);
    for (std::size_t b = 0; b < around.domain->blocks().size(); ++b) {
      Work& work = of_block_.emplace_back(Work{evaluator, Interpreter<Real>(program_)});
      constexpr auto most = static_cast<std::size_t>(most_rows);
      work.scalars.resize(most * program_.scalars.size());
      work.rows.resize(most * program_.rows.size());
      work.noise.resize(most * program_.rows.size());
      work.results.resize(most);
      work.kept.resize(most * 2 * static_cast<std::size_t>(vector_cells<Real>));
    }
    inputs_ = program_.inputs.size();
    for (std::size_t n = 0; n < program_.rows.size(); ++n) {
      const Row& row = program_.rows[n];
      if (row.kind != Row::Kind::input) continue;
      inputs_ = std::max(inputs_, row.input + 1);
      inputs_of_rows_.push_back(n);
    }
    const bool scalars_vary =
        std::any_of(place_lines_.begin(), place_lines_.end(), [](const Real* l) { return l != nullptr; });
    if (scalars_vary) scalars_pitch_ = static_cast<Index>(program_.scalars.size());
    depends_on_place_ = scalars_vary || inputs_of_rows_.size() < program_.rows.size();
  }

  void run(const Panel& panel) {
    Work& work = of_block_[static_cast<std::size_t>(panel.block)];
    const auto kernel = reinterpret_cast<RowKernel<Real>>(compiled_->kernel());
    set_scalars(work, std::min(most_rows, panel.rows));
    const auto results = panel.operand<Real>(inputs_);
    // Whole vectors: what lies beyond the ends of the rows is put back.
    constexpr Index lanes = vector_cells<Real>;
    const Index before = panel.column() & (lanes - 1);
    const Index cells = (before + panel.length + lanes - 1) & -lanes;
    const Index after = cells - before - panel.length;
    for (Index first = 0; first < panel.rows; first += most_rows) {
      const Index number = std::min(most_rows, panel.rows - first);
      Real* kept = work.kept.data();
      set_inputs(work, panel, first, number, before);
      for (Index r = 0; depends_on_place_ && r < number; ++r) set_rows(work, panel, first + r, r, before);
      for (Index r = 0; r < number; ++r) {
        Real* const result = results(first + r) - before;
        work.results[static_cast<std::size_t>(r)] = result;
        if (before + after == 0) continue;
        kept = std::copy_n(result, before, kept);
        kept = std::copy_n(result + before + panel.length, after, kept);
      }
      const auto* const ahead = reinterpret_cast<const Real*>(panel.ahead.row);
      const Index pitch = panel.ahead.pitch / static_cast<Index>(sizeof(Real));
      const RowTask<Real> task{work.rows.data(),
                               work.scalars.data(),
                               scalars_pitch_,
                               work.results.data(),
                               number,
                               cells,
                               functions_.data(),
                               ahead == nullptr ? nullptr : ahead + first * pitch,
                               pitch};
      const std::ptrdiff_t doubt = kernel != nullptr ? kernel(task) : work.interpreter.run(task);
      const Real* back = work.kept.data();
      for (Index r = 0; r < number; ++r) {
        if (before + after == 0 && doubt == 0) break;
        Real* const result = work.results[static_cast<std::size_t>(r)];
        std::copy_n(back, before, result);
        std::copy_n(back + before, after, result + before + panel.length);
        back += before + after;
        if (doubt != 0) check(panel.block, result + before, panel.length);
      }
    }
  }

 private:
  struct Work {
    Evaluator evaluator;
    Interpreter<Real> interpreter;
    std::vector<Real> scalars = {};
    std::vector<const Real*> rows = {};
    std::vector<Real*> results = {};
    std::vector<Real> kept = {};
    std::vector<std::vector<Real>> noise = {};  // by row
  };

  void set_scalars(Work& work, Index rows) {
    Place place;
    place.time = *around_.time;
    place.integrals = *around_.integrals;
    work.evaluator.run(place);
    for (std::size_t s = 0; s < program_.scalars.size(); ++s) {
      const Scalar& scalar = program_.scalars[s];
      double value = scalar.value;
      if (scalar.kind == Scalar::Kind::node) value = work.evaluator.value(scalar.node);
      else if (scalar.kind == Scalar::Kind::factor) value = scalar.factor == nullptr ? 1 : *scalar.factor;
      const Index different = scalars_pitch_ == 0 ? 1 : rows;
      for (Index r = 0; r < different; ++r) scalar_of(work, r, s) = static_cast<Real>(value);
    }
  }

  Real& scalar_of(Work& work, Index row, std::size_t s) {
    return work.scalars[static_cast<std::size_t>(row * scalars_pitch_) + s];
  }

  /// The rows of operands, for so many of the panel's rows from `first` on.
  void set_inputs(Work& work, const Panel& panel, Index first, Index number, Index before) {
    for (const std::size_t n : inputs_of_rows_) {
      const Row& row = program_.rows[n];
      const auto operand = panel.operand<const Real>(row.input);
      const Index3 offset{row.offset[0], row.offset[1], -before};
      const Real** to = &work.rows[n];
      for (Index r = 0; r < number; ++r, to += program_.rows.size()) *to = operand(first + r, offset);
    }
  }

  /// What depends on the place, of the panel's row j, as the task's row r.
  void set_rows(Work& work, const Panel& panel, Index j, Index r, Index before) {
    const Real** const rows = &work.rows[static_cast<std::size_t>(r) * program_.rows.size()];
    const Block& block = around_.domain->blocks()[static_cast<std::size_t>(panel.block)];
    const Index3 first = panel.cell(j);
    const auto number = [&](int axis) { return block.global(axis, first[static_cast<std::size_t>(axis)]); };
    for (std::size_t s = 0; s < place_lines_.size(); ++s) {
      if (place_lines_[s] != nullptr)
        scalar_of(work, r, s) = place_lines_[s][number(around_.places->axis(program_.scalars[s].node))];
    }
    for (std::size_t n = 0; n < program_.rows.size(); ++n) {
      const Row& row = program_.rows[n];
      if (row.kind == Row::Kind::place) rows[n] = lines_[n] + number(2) - before;
      else if (row.kind == Row::Kind::noise)
        rows[n] = make_noise(work.noise[static_cast<std::size_t>(r) * program_.rows.size() + n], block, first, before,
                             panel.length, row.input) -
                  before;
      else if (row.kind == Row::Kind::steady)
        rows[n] = (*steady_[n])[block].template row<Real>(first[0], first[1]) + first[2] - before;
    }
  }

  /// For the row's cells; vectors hold others, too. The numbers are those of the cells that ghosts repeat.
  const Real* make_noise(std::vector<Real>& values, const Block& block, const Index3& first, Index before, Index length,
                         std::size_t field) const {
    const Grid& grid = around_.domain->grid();
    values.resize(static_cast<std::size_t>(before + length + vector_cells<Real>));
    const auto steps = static_cast<std::uint64_t>(std::llround(*around_.time / around_.noise.step));
    const auto drawn = uniform(around_.noise.seed, steps * most_fields + field) * 0x1p53;
    Index3 cell{grid.wrap(0, block.global(0, first[0])), grid.wrap(1, block.global(1, first[1])), 0};
    for (Index k = 0; k < length; ++k) {
      cell[2] = grid.wrap(2, block.global(2, first[2] + k));
      values[static_cast<std::size_t>(before + k)] =
          static_cast<Real>(normal(static_cast<std::uint64_t>(drawn), static_cast<std::uint64_t>(grid.number(cell))));
    }
    return values.data() + before;
  }

  /// Exactly the row's cells: vectors hold others, too.
  void check(int block, const Real* values, Index length) {
    const bool finite = std::all_of(values, values + length, [](Real value) { return std::isfinite(value); });
    if (!finite) findings_[static_cast<std::size_t>(block) * pitch_].finite = false;
  }

  Program program_;
  Surroundings around_;
  std::shared_ptr<const Compiled> compiled_;
  BlockFindings* findings_;
  std::size_t pitch_;
  std::vector<RowCall<Real>> functions_;
  std::vector<const Real*> place_lines_;     // by scalar
  std::vector<const Real*> lines_;           // by row
  std::vector<const Field*> steady_;         // by row
  std::size_t inputs_ = 0;                   // operands before the output
  std::vector<std::size_t> inputs_of_rows_;  // the rows that are inputs
  bool depends_on_place_ = false;            // there are others, or scalars that are
  Index scalars_pitch_ = 0;                  // from row to row, if they depend on the place
  std::vector<Work> of_block_;
};

}  // namespace

Kernel make_stage_kernel(const Program& program, const Surroundings& surroundings, KernelLibrary& library,
                         BlockFindings* findings, std::size_t pitch) {
  return with_real(surroundings.domain->precision(), [&]<class Real>() -> Kernel {
    const auto kernel = std::make_shared<StageKernel<Real>>(program, surroundings, library.add(program),
                                                            library.vector_functions(), findings, pitch);
    return [kernel](const Panel& panel) { kernel->run(panel); };
  });
}

}  // namespace tessera::expressions
