#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "row_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "expressions/interpreter.cpp"
#include <hwy/foreach_target.h>

#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::expressions::HWY_NAMESPACE {

using namespace tessera::HWY_NAMESPACE;

/// Applies `rule` to all cells of rows of whole vectors.
template <class Real, class Rule>
HWY_INLINE void for_all(Real* result, const Real* a, const Real* b, const Real* c, Index count, const Rule& rule) {
  using P = Pack<Real>;
  const auto lanes = static_cast<Index>(hn::Lanes(typename P::Tag()));
  for (Index k = 0; k < count; k += lanes) {
    const Cells<Real> cell{k};
    cell.store(result, rule(cell(a), b == nullptr ? P(0) : cell(b), c == nullptr ? P(0) : cell(c)));
  }
}

template <class Real>
using Operation = void (*)(Real*, const Real*, const Real*, const Real*, Index);

template <class Real, Code code>
void operation(Real* result, const Real* a, const Real* b, const Real* c, Index count) {
  using P = Pack<Real>;
  const P zero(0);
  const P one(1);
  for_all<Real>(result, a, b, c, count, [&](P x, [[maybe_unused]] P y, [[maybe_unused]] P z) TESSERA_PER_CELL -> P {
    switch (code) {
      case Code::copy: return x;
      case Code::add: return x + y;
      case Code::subtract: return x - y;
      case Code::multiply: return x * y;
      case Code::divide: return x / y;
      case Code::multiply_add: return fma(x, y, z);
      case Code::multiply_subtract: return fma(x, y, hn::Neg(z.values));
      case Code::subtract_product: return fma(hn::Neg(x.values), y, z);
      case Code::square_root: return hn::Sqrt(x.values);
      case Code::absolute: return abs(x);
      case Code::floor: return hn::Floor(x.values);
      case Code::ceiling: return hn::Ceil(x.values);
      case Code::minimum: return select({hn::Lt(x.values, y.values)}, x, y);
      case Code::maximum: return select(x > y, x, y);
      case Code::less: return select({hn::Lt(x.values, y.values)}, one, zero);
      case Code::less_equal: return select({hn::Le(x.values, y.values)}, one, zero);
      case Code::equal: return select({hn::Eq(x.values, y.values)}, one, zero);
      default: return select({hn::Ne(x.values, zero.values)}, y, z);
    }
  });
}

template <class Real>
Operation<Real> find_operation(Code code) {
  switch (code) {
    case Code::copy: return operation<Real, Code::copy>;
    case Code::add: return operation<Real, Code::add>;
    case Code::subtract: return operation<Real, Code::subtract>;
    case Code::multiply: return operation<Real, Code::multiply>;
    case Code::divide: return operation<Real, Code::divide>;
    case Code::multiply_add: return operation<Real, Code::multiply_add>;
    case Code::multiply_subtract: return operation<Real, Code::multiply_subtract>;
    case Code::subtract_product: return operation<Real, Code::subtract_product>;
    case Code::square_root: return operation<Real, Code::square_root>;
    case Code::absolute: return operation<Real, Code::absolute>;
    case Code::floor: return operation<Real, Code::floor>;
    case Code::ceiling: return operation<Real, Code::ceiling>;
    case Code::minimum: return operation<Real, Code::minimum>;
    case Code::maximum: return operation<Real, Code::maximum>;
    case Code::less: return operation<Real, Code::less>;
    case Code::less_equal: return operation<Real, Code::less_equal>;
    case Code::equal: return operation<Real, Code::equal>;
    default: return operation<Real, Code::choose>;
  }
}
Operation<double> find_for_doubles(Code code) { return find_operation<double>(code); }
Operation<float> find_for_floats(Code code) { return find_operation<float>(code); }

/// 0 if all are finite.
template <class Real>
HWY_INLINE std::ptrdiff_t doubt(const Real* values, Index count) {
  using P = Pack<Real>;
  P sum(0);
  const auto lanes = static_cast<Index>(hn::Lanes(typename P::Tag()));
  for (Index k = 0; k < count; k += lanes) sum = fma(Cells<Real>{k}(values), P(0), sum);
  return sum.sum() == 0 ? 0 : 1;
}
std::ptrdiff_t doubt_doubles(const double* values, Index count) { return doubt(values, count); }
std::ptrdiff_t doubt_floats(const float* values, Index count) { return doubt(values, count); }

}  // namespace tessera::expressions::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::expressions {

namespace {

/// Those of NaN, too.
template <class Real>
bool same_bits(Real a, Real b) {
  using Bits = std::conditional_t<sizeof(Real) == sizeof(std::uint64_t), std::uint64_t, std::uint32_t>;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

}  // namespace

HWY_EXPORT(find_for_doubles);
HWY_EXPORT(find_for_floats);
HWY_EXPORT(doubt_doubles);
HWY_EXPORT(doubt_floats);

template <class Real>
Interpreter<Real>::Interpreter(const Program& program) : rows_(program.rows.size()), checked_(program.checked) {
  const auto& instructions = program.instructions;
  // A result's slot is free again after its last use.
  std::vector<std::size_t> last_use(instructions.size(), 0);
  const auto for_each_value = [&](std::size_t i, const auto& visit) {
    for (const Operand& operand : instructions[i].operands) {
      if (operand.kind == Operand::Kind::value) visit(operand.number);
    }
  };
  for (std::size_t i = 0; i < instructions.size(); ++i) for_each_value(i, [&](std::size_t n) { last_use[n] = i; });
  std::vector<std::size_t> free;
  slot_of_.resize(instructions.size());
  for (std::size_t i = 0; i < instructions.size(); ++i) {
    const Instruction& instruction = instructions[i];
    Step step{};
    step.operands = instruction.operands;
    if (instruction.code == Code::function) {
      step.function = instruction.function;
      step.count = operands_of(instruction.code, functions()[instruction.function].arguments);
    } else {
      step.count = operands_of(instruction.code);
      if constexpr (sizeof(Real) == sizeof(double))
        step.operation = HWY_DYNAMIC_DISPATCH(find_for_doubles)(instruction.code);
      else step.operation = HWY_DYNAMIC_DISPATCH(find_for_floats)(instruction.code);
    }
    for_each_value(i, [&](std::size_t n) {
      if (last_use[n] == i && std::find(free.begin(), free.end(), slot_of_[n]) == free.end())
        free.push_back(slot_of_[n]);
    });
    if (free.empty()) {
      slot_of_[i] = slots_++;
    } else {
      slot_of_[i] = free.back();
      free.pop_back();
    }
    step.slot = slot_of_[i];
    steps_.push_back(step);
  }
  scalars_.resize(program.scalars.size());
  const std::size_t bytes = (slots_ + scalars_.size()) * strip * sizeof(Real);
  bytes_.resize(bytes + 64);
  void* begin = bytes_.data();
  std::size_t room = bytes_.size();
  memory_ = static_cast<Real*>(std::align(64, bytes, begin, room));
}

template <class Real>
const Real* Interpreter<Real>::at(const Operand& operand, const Real* const* rows, Index from) {
  switch (operand.kind) {
    case Operand::Kind::value: return slot(slot_of_[operand.number]);
    case Operand::Kind::scalar: return slot(slots_ + operand.number);
    default: return rows[operand.number] + from + operand.shift;
  }
}

template <class Real>
std::ptrdiff_t Interpreter<Real>::run(const RowTask<Real>& task) {
  std::ptrdiff_t not_finite = 0;
  for (std::ptrdiff_t r = 0; r < task.number; ++r) {
    const auto n = static_cast<std::size_t>(r);
    for (std::ptrdiff_t k = 0; task.ahead != nullptr && k < task.cells; k += vector_cells<Real>)
      __builtin_prefetch(task.ahead + r * task.ahead_pitch + k);
    not_finite |= run_row(task, n);
  }
  return not_finite;
}

template <class Real>
std::ptrdiff_t Interpreter<Real>::run_row(const RowTask<Real>& task, std::size_t row) {
  const Real* const* const rows = task.rows + row * rows_;
  const Real* const scalars = task.scalars + static_cast<std::ptrdiff_t>(row) * task.scalars_pitch;
  Real* const result = task.results[row];
  const Index count = task.cells;
  for (std::size_t s = 0; s < scalars_.size(); ++s) {
    if (filled_ && same_bits(scalars_[s], scalars[s])) continue;
    scalars_[s] = scalars[s];
    std::fill_n(slot(slots_ + s), strip, scalars[s]);
  }
  filled_ = true;
  std::ptrdiff_t not_finite = 0;
  for (Index from = 0; from < count; from += strip) {
    const Index cells = std::min(strip, count - from);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const Step& step = steps_[i];
      Real* const to = i + 1 == steps_.size() ? result + from : slot(step.slot);
      const Real* const a = at(step.operands[0], rows, from);
      const Real* const b = step.count > 1 ? at(step.operands[1], rows, from) : nullptr;
      const Real* const c = step.count > 2 ? at(step.operands[2], rows, from) : nullptr;
      if (step.function) {
        const RowCall<Real>& call = task.functions[*step.function];
        call.run(to, a, b, static_cast<std::size_t>(cells), call.of);
      } else {
        step.operation(to, a, b, c, cells);
      }
    }
    if (!checked_) continue;
    if constexpr (sizeof(Real) == sizeof(double))
      not_finite |= HWY_DYNAMIC_DISPATCH(doubt_doubles)(result + from, cells);
    else not_finite |= HWY_DYNAMIC_DISPATCH(doubt_floats)(result + from, cells);
  }
  return not_finite;
}

template class Interpreter<double>;
template class Interpreter<float>;

}  // namespace tessera::expressions
#endif
