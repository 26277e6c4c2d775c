#include "source.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "functions.hpp"

namespace tessera::expressions {
namespace {

constexpr int strip = 128;  // cells between calls of functions

class Writer {
 public:
  explicit Writer(const Program& program) : program_(program), steps_(program.instructions) {
    find_levels();
    find_bases();
  }

  std::string write(const std::string& name) {
    const bool calls = levels_ > 1;
    text_ << "extern \"C\" Count " << name
          << "(const Real* const* rows, const Real* scalars, Real* result, Count count, const Function* functions) {\n";
    for (std::size_t r = 0; r < bases_.size(); ++r) {
      if (bases_[r] == r) text_ << "  const Real* r" << r << " = rows[" << r << "];\n";
    }
    for (std::size_t s = 0; s < program_.scalars.size(); ++s)
      text_ << "  const Real s" << s << " = scalars[" << s << "];\n";
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (kept_[i]) text_ << "  alignas(64) Real b" << i << "[strip];\n";
    }
    for (const std::size_t s : scalars_of_functions_) {
      text_ << "  alignas(64) Real f" << s << "[strip];\n  for (Count k = 0; k < strip; ++k) f" << s << "[k] = s" << s
            << ";\n";
    }
    text_ << "  Bits doubt = 0;\n  count &= -vector;\n";
    if (calls)
      text_ << "  for (Count from = 0; from < count; from += strip) {\n  const Count cells = count - from < strip ? "
               "count - from : strip;\n";
    else text_ << "  const Count from = 0;\n  const Count cells = count;\n";
    text_ << "  Real* to = static_cast<Real*>(__builtin_assume_aligned(result + from, 64));\n";
    for (std::size_t level = 0; level < levels_; ++level) write_level(level);
    if (calls) text_ << "  }\n";
    text_ << "  return doubt;\n}\n";
    return text_.str();
  }

 private:
  bool is_call(std::size_t i) const { return steps_[i].code == Code::function; }
  int operands(std::size_t i) const {
    return operands_of(steps_[i].code, is_call(i) ? functions()[steps_[i].function].arguments : 1);
  }

  /// Calls divide the work: a loop over cells for each level, then the calls whose arguments it makes.
  void find_levels() {
    level_.resize(steps_.size());
    kept_.resize(steps_.size());
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      for (int o = 0; o < operands(i); ++o) {
        const Operand& operand = steps_[i].operands[static_cast<std::size_t>(o)];
        if (operand.kind == Operand::Kind::value)
          level_[i] = std::max(level_[i], level_[operand.number] + (is_call(operand.number) ? 1 : 0));
      }
    }
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      levels_ = std::max(levels_, level_[i] + 1);
      kept_[i] = kept_[i] || is_call(i);
      for (int o = 0; o < operands(i); ++o) {
        const Operand& operand = steps_[i].operands[static_cast<std::size_t>(o)];
        if (operand.kind == Operand::Kind::value)
          kept_[operand.number] = kept_[operand.number] || is_call(i) || level_[operand.number] < level_[i];
        else if (operand.kind == Operand::Kind::scalar && is_call(i)) scalars_of_functions_.push_back(operand.number);
      }
    }
    std::sort(scalars_of_functions_.begin(), scalars_of_functions_.end());
    scalars_of_functions_.erase(std::unique(scalars_of_functions_.begin(), scalars_of_functions_.end()),
                                scalars_of_functions_.end());
    if (is_call(steps_.size() - 1)) ++levels_;  // to copy its result
  }

  /// Rows that are others, some cells further on, share an address: a processor has few registers for them.
  void find_bases() {
    for (std::size_t r = 0; r < program_.rows.size(); ++r) {
      bases_.push_back(r);
      for (std::size_t b = 0; b < r; ++b) {
        Row shifted = program_.rows[r];
        shifted.offset[2] = program_.rows[b].offset[2];
        if (shifted.kind == Row::Kind::input && shifted == program_.rows[b]) {
          bases_[r] = b;
          break;
        }
      }
    }
  }

  void write_level(std::size_t level) {
    const std::size_t last = steps_.size() - 1;
    const bool ends = level + 1 == levels_;
    text_ << "  independent\n  for (Count k = 0; k < cells; ++k) {\n";
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (level_[i] != level || is_call(i)) continue;
      text_ << "    const Real v" << i << " = " << operation(i, level) << ";\n";
      if (kept_[i]) text_ << "    b" << i << "[k] = v" << i << ";\n";
    }
    if (ends) {
      text_ << "    to[k] = " << value(last, level) << ";\n";
      if (program_.checked)
        text_ << "    doubt |= " << value(last, level) << " - " << value(last, level) << " == 0 ? 0 : 1;\n";
    }
    text_ << "  }\n";
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (level_[i] != level || !is_call(i)) continue;
      text_ << "  functions[" << steps_[i].function << "](b" << i << ", " << argument(i, 0) << ", "
            << (operands(i) > 1 ? argument(i, 1) : "nullptr") << ", cells);  // "
            << functions()[steps_[i].function].name << "\n";
    }
  }

  std::string value(std::size_t i, std::size_t level) const {
    return is_call(i) || level_[i] < level ? "b" + std::to_string(i) + "[k]" : "v" + std::to_string(i);
  }
  std::string operand(std::size_t i, std::size_t o, std::size_t level) const {
    const auto& [kind, number] = steps_[i].operands[o];
    switch (kind) {
      case Operand::Kind::value: return value(number, level);
      case Operand::Kind::scalar: return "s" + std::to_string(number);
      default: {
        const Index shift = program_.rows[number].offset[2] - program_.rows[bases_[number]].offset[2];
        return "r" + std::to_string(bases_[number]) + "[from + k" +
               (shift == 0 ? "" : (shift > 0 ? " + " : " - ") + std::to_string(std::abs(shift))) + "]";
      }
    }
  }
  std::string argument(std::size_t i, std::size_t o) const {
    const auto& [kind, number] = steps_[i].operands[o];
    switch (kind) {
      case Operand::Kind::value: return "b" + std::to_string(number);
      case Operand::Kind::scalar: return "f" + std::to_string(number);
      default: return "rows[" + std::to_string(number) + "] + from";
    }
  }

  std::string operation(std::size_t i, std::size_t level) const {
    const std::string a = operand(i, 0, level);
    const std::string b = operands(i) > 1 ? operand(i, 1, level) : "";
    const std::string c = operands(i) > 2 ? operand(i, 2, level) : "";
    switch (steps_[i].code) {
      case Code::copy: return a;
      case Code::add: return a + " + " + b;
      case Code::subtract: return a + " - " + b;
      case Code::multiply: return a + " * " + b;
      case Code::divide: return a + " / " + b;
      case Code::multiply_add: return "fma(" + a + ", " + b + ", " + c + ")";
      case Code::subtract_product: return "fma(-" + a + ", " + b + ", " + c + ")";
      case Code::square_root: return "root(" + a + ")";
      case Code::absolute: return "absolute(" + a + ")";
      case Code::floor: return "down(" + a + ")";
      case Code::ceiling: return "up(" + a + ")";
      case Code::round: return "nearest(" + a + ")";
      case Code::minimum: return a + " < " + b + " ? " + a + " : " + b;
      case Code::maximum: return a + " > " + b + " ? " + a + " : " + b;
      case Code::less: return a + " < " + b + " ? one : zero";
      case Code::less_equal: return a + " <= " + b + " ? one : zero";
      case Code::equal: return a + " == " + b + " ? one : zero";
      default: return a + " != zero ? " + b + " : " + c;
    }
  }

  const Program& program_;
  const std::vector<Instruction>& steps_;
  std::vector<std::size_t> level_;
  std::size_t levels_ = 1;
  std::vector<bool> kept_;  // for later levels
  std::vector<std::size_t> scalars_of_functions_;
  std::vector<std::size_t> bases_;
  std::ostringstream text_;
};

}  // namespace

std::string source_head(Precision precision) {
  const bool single = precision == Precision::float32;
  const std::string suffix = single ? "f" : "";
  std::ostringstream text;
  text << "using Real = " << (single ? "float" : "double") << ";\n"
       << "using Bits = " << (single ? "int" : "long long") << ";\n"
       << "using Count = decltype(static_cast<char*>(nullptr) - static_cast<char*>(nullptr));\n"
       << "using Function = void (*)(Real*, const Real*, const Real*, decltype(sizeof(0)));\n"
       << "static constexpr Count strip = " << strip << ";\n"
       << "static constexpr Count vector = 64 / sizeof(Real);\n"
       << "static constexpr Real zero = 0;\nstatic constexpr Real one = 1;\n";
  const auto name = [&](const char* ours, const char* builtin) {
    text << "static inline Real " << ours << "(Real a) { return __builtin_" << builtin << suffix << "(a); }\n";
  };
  name("root", "sqrt");
  name("absolute", "fabs");
  name("down", "floor");
  name("up", "ceil");
  name("nearest", "rint");
  text << "static inline Real fma(Real a, Real b, Real c) { return __builtin_fma" << suffix << "(a, b, c); }\n"
       << "#ifdef __clang__\n#define independent _Pragma(\"clang loop vectorize(assume_safety)\")\n"
       << "#else\n#define independent _Pragma(\"GCC ivdep\")\n#endif\n";
  return text.str();
}

std::string source_of(const Program& program, const std::string& name) { return Writer(program).write(name); }

}  // namespace tessera::expressions
