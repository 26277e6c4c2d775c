// What a kernel computes for each cell of a row: a list of operations, which is interpreted, or written as C++ and compiled.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <vector>

#include "fusion.hpp"
#include "graph.hpp"
#include "plan.hpp"
#include "tessera/core/stages.hpp"

namespace tessera::expressions {

enum class Code {
  copy,               // a
  add,                // a + b
  subtract,           // a - b
  multiply,           // a b
  divide,             // a / b
  multiply_add,       // a b + c, rounded once
  multiply_subtract,  // a b - c, rounded once
  subtract_product,   // c - a b, rounded once
  square_root,        //
  absolute,           //
  floor,              //
  ceiling,            //
  minimum,            // a < b ? a : b
  maximum,            // a > b ? a : b
  less,               // 1 or 0
  less_equal,         //
  equal,              //
  choose,             // a != 0 ? b : c
  function,           // number `function` of functions()
};

/// The number of operands.
constexpr int operands_of(Code code, std::size_t function_arguments = 1) {
  switch (code) {
    case Code::multiply_add:
    case Code::multiply_subtract:
    case Code::subtract_product:
    case Code::choose: return 3;
    case Code::copy:
    case Code::square_root:
    case Code::absolute:
    case Code::floor:
    case Code::ceiling: return 1;
    case Code::function: return static_cast<int>(function_arguments);
    default: return 2;
  }
}

struct Operand {
  enum class Kind {
    value,   // what an instruction made
    scalar,  // the same for all cells of a row
    row,     // values in memory
  } kind = Kind::scalar;
  std::size_t number = 0;
  Index shift = 0;  // of a row: so many cells further on

  auto operator<=>(const Operand&) const = default;  // NOLINT(modernize-use-nullptr): there is none
};

struct Instruction {
  Code code;
  std::array<Operand, 3> operands{};
  std::size_t function = 0;

  auto operator<=>(const Instruction&) const = default;  // NOLINT(modernize-use-nullptr): there is none
};

/// Where the scalars come from.
struct Scalar {
  enum class Kind {
    number,  // `value`
    node,    // of time and integrals, found when the kernel runs
    place,   // node of a coordinate that is the same along a row
    factor,  // what `factor` points to, when the kernel runs
  } kind = Kind::number;
  double value = 0;
  Id node = 0;
  const double* factor = nullptr;

  auto operator<=>(const Scalar&) const = default;  // NOLINT(modernize-use-nullptr): there is none
};

/// Where the rows come from.
struct Row {
  enum class Kind {
    input,   // the kernel's operand `input`, so many planes and rows from the cell
    place,   // node of the coordinate along the row
    steady,  // node of several coordinates
    noise,   // of field `input`
  } kind = Kind::input;
  std::size_t input = 0;
  std::array<Index, 2> offset{0, 0};
  Id node = 0;

  auto operator<=>(const Row&) const = default;  // NOLINT(modernize-use-nullptr): there is none
};

struct Program {
  std::vector<Instruction> instructions;
  std::vector<Scalar> scalars;
  std::vector<Row> rows;
  bool checked = false;  // it is to be found out whether the results are finite
  /// The quantities that are read, and how far around a cell; the kernel's operands are these, those of a fusion, and the output.
  std::vector<QuantityNumber> inputs;
  std::vector<Reach> reaches;
};

/// What a node of a graph depends on.
struct Dependence {
  bool cells = false;
  bool time = false;        // or integrals
  unsigned dimensions = 0;  // a bit for each
  bool function = false;
  bool differences = false;
};
std::vector<Dependence> find_dependences(const Graph& graph);

/// The last instruction makes the root's value or, with a fusion, what is made of it; `argument`: the field that the root is the rate of.
/// `made`: temporaries of the plan that are there, and read rather than made again.
Program lower(const Plan& plan, Id root, const Stencil& stencil, const std::vector<std::size_t>& made,
              const std::optional<Fusion>& fusion = {}, QuantityNumber argument = 0);

}  // namespace tessera::expressions
