// A program that runs on rows: interpreted, or compiled.
#pragma once

#include <cstddef>

#include "functions.hpp"
#include "program.hpp"

namespace tessera::expressions {

/// Rows of the same length that a kernel works on.
template <class Real>
struct RowTask {
  const Real* const* rows;       // those of the program, for each of `number` results
  const Real* scalars;           // those of the program
  std::ptrdiff_t scalars_pitch;  // from those of a result to those of the next; 0: the same for all
  Real* const* results;          // aligned to vectors of 64 bytes
  std::ptrdiff_t number;
  std::ptrdiff_t cells;            // of each: whole vectors
  const RowCall<Real>* functions;  // all of functions()
  const Real* ahead;               // memory that will be read soon, a row for each result; null: none
  std::ptrdiff_t ahead_pitch;      // from row to row
};

/// A compiled program. Returns 0 if the program is checked and all results are finite.
template <class Real>
using RowKernel = std::ptrdiff_t (*)(const RowTask<Real>& task);

/// The number of cells that are a vector of 64 bytes.
template <class Real>
inline constexpr Index vector_cells = 64 / static_cast<Index>(sizeof(Real));

/// Runs programs, an operation at a time on as many cells as stay in the cache nearest to the processor. For one thread at a time.
template <class Real>
class Interpreter {
 public:
  explicit Interpreter(const Program& program);
  Interpreter(Interpreter&&) noexcept = default;

  /// As RowKernel.
  std::ptrdiff_t run(const RowTask<Real>& task);

 private:
  static constexpr Index strip = 128;

  struct Step {
    void (*operation)(Real*, const Real*, const Real*, const Real*, Index);
    std::optional<std::size_t> function;  // instead: its number
    std::array<Operand, 3> operands;
    int count;
    std::size_t slot;  // of the result
  };
  std::ptrdiff_t run_row(const RowTask<Real>& task, std::size_t row);
  const Real* at(const Operand& operand, const Real* const* rows, Index from);
  Real* slot(std::size_t number) { return memory_ + static_cast<Index>(number) * strip; }

  std::size_t rows_;  // of the program
  std::vector<Step> steps_;
  std::vector<std::size_t> slot_of_;  // by instruction
  std::size_t slots_ = 0;             // of instructions; those of scalars follow
  std::vector<Real> scalars_;         // that those slots hold
  bool filled_ = false;               // those slots
  bool checked_;
  std::vector<std::byte> bytes_;
  Real* memory_ = nullptr;
};

}  // namespace tessera::expressions
