#include "source.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "functions.hpp"

namespace tessera::expressions {
namespace {

constexpr int strip = 256;  // cells between calls of functions

class Writer {
 public:
  explicit Writer(const Program& program) : program_(program), steps_(program.instructions) {
    find_levels();
    find_reaches();
    vectors_ = levels_ == 1 &&
               std::all_of(steps_.begin(), steps_.end(), [](const Instruction& i) { return is_arithmetic(i.code); });
    type_ = vectors_ ? "Vector" : "Real";
  }

  std::string write(const std::string& name) {
    text_ << "extern \"C\" Count " << name << "(const Task& task) {\n  Doubt doubt = {};\n  Bits unsure = 0;\n";
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (kept_[i]) text_ << "  alignas(64) Real b" << i << "[strip];\n";
    }
    for (const std::size_t s : scalars_of_functions_) text_ << "  alignas(64) Real f" << s << "[strip];\n";
    const bool varies = std::any_of(program_.scalars.begin(), program_.scalars.end(),
                                    [](const Scalar& s) { return s.kind == Scalar::Kind::place; });
    text_ << "  const Real* scalars = task.scalars;\n";
    if (!varies) write_scalars();
    text_ << "  const Count count = task.cells & -vector;\n  for (Count n = 0; n < task.number; ++n) {\n"
          << "  const Real* const* rows = task.rows + n * " << program_.rows.size() << ";\n"
          << "  Real* result = static_cast<Real*>(__builtin_assume_aligned(task.results[n], 64));\n"
          << "  const Real* ahead = task.ahead ? task.ahead + n * task.ahead_pitch : nullptr;\n"
          << "  if (" << (vectors_ ? "lanes == 1 && " : "") << "ahead) fetch(ahead, count);\n";
    if (varies) {
      text_ << "  scalars = task.scalars + n * task.scalars_pitch;\n";
      write_scalars();
    }
    if (vectors_) write_vectors();
    else write_strips();
    text_ << "  }\n  return any(doubt) | unsure;\n}\n";
    return text_.str();
  }

 private:
  static bool is_arithmetic(Code code) { return code <= Code::subtract_product; }
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

  /// How far beside its address each row is read.
  void find_reaches() {
    reach_.resize(program_.rows.size());
    for (const Instruction& step : steps_) {
      for (const Operand& operand : step.operands) {
        if (operand.kind == Operand::Kind::row)
          reach_[operand.number] = std::max(reach_[operand.number], std::abs(operand.shift));
      }
    }
  }
  void write_scalars() {
    for (std::size_t s = 0; s < program_.scalars.size(); ++s)
      text_ << "  const " << type_ << " s" << s << " = " << type_ << "{} + scalars[" << s << "];\n";
    for (const std::size_t s : scalars_of_functions_)
      text_ << "  for (Count k = 0; k < strip; ++k) f" << s << "[k] = s" << s << ";\n";
  }
  void write_vectors() {
    const std::size_t rows = reach_.size();
    for (std::size_t r = 0; r < rows; ++r) text_ << "  Beside<" << reach_[r] << "> r" << r << "(rows[" << r << "]);\n";
    text_ << "  independent\n  for (Count k = 0; k < count; k += lanes) {\n    if (lanes > 1 && ahead) "
             "__builtin_prefetch(ahead + k);\n";
    for (std::size_t r = 0; r < rows; ++r) text_ << "    r" << r << ".come_to(k, count);\n";
    write_steps(0);
    text_ << "    store(result + k, v" << steps_.size() - 1 << ");\n";
    if (program_.checked) text_ << "    doubt = doubted(doubt, v" << steps_.size() - 1 << ");\n";
    for (std::size_t r = 0; r < rows; ++r) text_ << "    r" << r << ".go_on();\n";
    text_ << "  }\n";
  }

  void write_strips() {
    for (std::size_t r = 0; r < reach_.size(); ++r) text_ << "  const Real* r" << r << " = rows[" << r << "];\n";
    text_ << "  for (Count from = 0; from < count; from += strip) {\n"
          << "  const Count cells = count - from < strip ? count - from : strip;\n"
          << "  Real* to = static_cast<Real*>(__builtin_assume_aligned(result + from, 64));\n";
    const std::size_t last = steps_.size() - 1;
    for (std::size_t level = 0; level < levels_; ++level) {
      text_ << "  independent\n  for (Count k = 0; k < cells; ++k) {\n";
      write_steps(level);
      if (level + 1 == levels_) {
        text_ << "    to[k] = " << value(last, level) << ";\n";
        if (program_.checked)
          text_ << "    unsure |= " << value(last, level) << " - " << value(last, level) << " == 0 ? 0 : 1;\n";
      }
      text_ << "  }\n";
      write_calls(level);
    }
    text_ << "  }\n";
  }

  void write_steps(std::size_t level) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (level_[i] != level || is_call(i)) continue;
      text_ << "    const " << type_ << " v" << i << " = " << operation(i, level) << ";\n";
      if (kept_[i]) text_ << "    b" << i << "[k] = v" << i << ";\n";
    }
  }
  void write_calls(std::size_t level) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (level_[i] != level || !is_call(i)) continue;
      const std::string function = "task.functions[" + std::to_string(steps_[i].function) + "]";
      text_ << "  " << function << ".run(b" << i << ", " << argument(i, 0) << ", "
            << (operands(i) > 1 ? argument(i, 1) : "nullptr") << ", cells, " << function << ".of);  // "
            << functions()[steps_[i].function].name << "\n";
    }
  }

  std::string value(std::size_t i, std::size_t level) const {
    return is_call(i) || level_[i] < level ? "b" + std::to_string(i) + "[k]" : "v" + std::to_string(i);
  }
  std::string operand(std::size_t i, std::size_t o, std::size_t level) const {
    const auto& [kind, number, shift] = steps_[i].operands[o];
    switch (kind) {
      case Operand::Kind::value: return value(number, level);
      case Operand::Kind::scalar: return "s" + std::to_string(number);
      default: {
        const std::string row = "r" + std::to_string(number);
        if (vectors_) return row + ".at<" + std::to_string(shift) + ">()";
        return row + "[from + k + " + std::to_string(shift) + "]";
      }
    }
  }
  std::string argument(std::size_t i, std::size_t o) const {
    const auto& [kind, number, shift] = steps_[i].operands[o];
    switch (kind) {
      case Operand::Kind::value: return "b" + std::to_string(number);
      case Operand::Kind::scalar: return "f" + std::to_string(number);
      default: return "r" + std::to_string(number) + " + (from + " + std::to_string(shift) + ")";
    }
  }

  std::string operation(std::size_t i, std::size_t level) const {
    std::string a = operand(i, 0, level);
    const std::string b = operands(i) > 1 ? operand(i, 1, level) : "";
    const std::string c = operands(i) > 2 ? operand(i, 2, level) : "";
    switch (steps_[i].code) {
      case Code::copy: return a;
      case Code::add: return a + " + " + b;
      case Code::subtract: return a + " - " + b;
      case Code::multiply: return a + " * " + b;
      case Code::divide: return a + " / " + b;
      case Code::multiply_add: return "fma(" + a + ", " + b + ", " + c + ")";
      case Code::multiply_subtract: return "fma(" + a + ", " + b + ", -" + c + ")";
      case Code::subtract_product: return "fma(-" + a + ", " + b + ", " + c + ")";
      case Code::square_root: return "root(" + a + ")";
      case Code::absolute: return "absolute(" + a + ")";
      case Code::floor: return "down(" + a + ")";
      case Code::ceiling: return "up(" + a + ")";
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
  std::vector<Index> reach_;  // by row: cells beside its address that are read
  bool vectors_ = false;      // explicit ones, as a compiler would not make
  const char* type_ = nullptr;
  std::ostringstream text_;
};

/// Where vectors fill cache lines, neighbours are joined from two of them: a load that begins elsewhere crosses lines and takes twice as
/// long. Elsewhere a vector is a cell, and loops are left to the compiler. {n} stands for n, n + 1, .. of a vector.
constexpr const char* vector_head = R"(
#if defined(__AVX512F__) && defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define whole_vectors
#endif
#endif
#ifdef whole_vectors
typedef Real Vector __attribute__((vector_size(64), may_alias));
typedef Real Loose __attribute__((vector_size(64), may_alias, aligned(sizeof(Real))));
typedef Vector Doubt;  // 0 times anything that is not finite is not a number
static constexpr Count lanes = vector;
template <int n>
static inline Vector join(Vector low, Vector high) { return __builtin_shufflevector(low, high, {n}); }
static inline Vector load(const Real* from) { return *reinterpret_cast<const Loose*>(from); }
static inline void store(Real* to, Vector v) { *reinterpret_cast<Vector*>(to) = v; }
#ifdef __clang__
static inline Vector fma(Vector a, Vector b, Vector c) {
  Vector r;
  for (int i = 0; i < lanes; ++i) r[i] = fma(a[i], b[i], c[i]);
  return r;
}
#else
static inline Vector fma(Vector a, Vector b, Vector c) { return {fma}(a, b, c, static_cast<{mask}>(-1), 4); }
#endif
static inline Doubt doubted(Doubt doubt, Vector v) { return fma(v, Vector{}, doubt); }
static inline Count any(Doubt doubt) {
  Count found = 0;
  for (int i = 0; i < lanes; ++i) found |= doubt[i] == 0 ? 0 : 1;
  return found;
}
template <int reach>
struct Beside {
  const Real* row;
  Vector before, now, after;
  Beside(const Real* of) : row(of), before(join<reach>(Vector{}, load(of - reach))), now(load(of)), after{} {}
  void come_to(Count k, Count count) {
    after = k + lanes < count ? load(row + k + lanes) : join<lanes - reach>(load(row + k + reach), Vector{});
  }
  void go_on() { before = now; now = after; }
  template <int n>
  Vector at() const {
    if constexpr (n < 0) return join<lanes + n>(before, now);
    else if constexpr (n > 0) return join<n>(now, after);
    else return now;
  }
};
template <>
struct Beside<0> {
  const Real* row;
  Vector now;
  Beside(const Real* of) : row(of), now{} {}
  void come_to(Count k, Count) { now = load(row + k); }
  void go_on() {}
  template <int>
  Vector at() const { return now; }
};
#else
using Vector = Real;
using Doubt = Bits;
static constexpr Count lanes = 1;
static inline void store(Real* to, Vector v) { *to = v; }
static inline Doubt doubted(Doubt doubt, Vector v) { return doubt | (v - v == 0 ? 0 : 1); }
static inline Count any(Doubt doubt) { return doubt != 0; }
template <int>
struct Beside {
  const Real* row;
  Count cell;
  Beside(const Real* of) : row(of), cell(0) {}
  void come_to(Count k, Count) { cell = k; }
  void go_on() {}
  template <int n>
  Vector at() const { return row[cell + n]; }
};
#endif
)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

std::string source_head(Precision precision) {
  const bool single = precision == Precision::float32;
  const std::string suffix = single ? "f" : "";
  std::ostringstream text;
  text << "using Real = " << (single ? "float" : "double") << ";\n"
       << "using Bits = " << (single ? "int" : "long long") << ";\n"
       << "using Count = decltype(static_cast<char*>(nullptr) - static_cast<char*>(nullptr));\n"
       << "struct Function { void (*run)(Real*, const Real*, const Real*, decltype(sizeof(0)), void*); void* of; };\n"
       << "struct Task { const Real* const* rows; const Real* scalars; Count scalars_pitch; Real* const* results; "
          "Count number; Count "
          "cells; const Function* functions; const Real* ahead; Count ahead_pitch; };\n"
       << "static constexpr Count strip = " << strip << ";\n"
       << "static constexpr Count vector = 64 / sizeof(Real);\n"
       << "static inline void fetch(const Real* row, Count count) {\n"
       << "  for (Count k = 0; k < count; k += vector) __builtin_prefetch(row + k);\n}\n"
       << "static constexpr Real zero = 0;\nstatic constexpr Real one = 1;\n";
  const auto name = [&](const char* ours, const char* builtin) {
    text << "static inline Real " << ours << "(Real a) { return __builtin_" << builtin << suffix << "(a); }\n";
  };
  name("root", "sqrt");
  name("absolute", "fabs");
  name("down", "floor");
  name("up", "ceil");
  text << "static inline Real fma(Real a, Real b, Real c) { return __builtin_fma" << suffix << "(a, b, c); }\n"
       << "#ifdef __clang__\n#define independent _Pragma(\"clang loop vectorize(assume_safety)\")\n"
       << "#else\n#define independent _Pragma(\"GCC ivdep\")\n#endif\n";
  std::string places;
  for (int n = 0; n < (single ? 16 : 8); ++n) places += (n == 0 ? "n" : ", n + " + std::to_string(n));
  std::string vectors = replaced(vector_head, "{n}", places);
  vectors = replaced(vectors, "{fma}", single ? "__builtin_ia32_vfmaddps512_mask" : "__builtin_ia32_vfmaddpd512_mask");
  return text.str() + replaced(vectors, "{mask}", single ? "unsigned short" : "unsigned char");
}

std::string source_of(const Program& program, const std::string& name) { return Writer(program).write(name); }

}  // namespace tessera::expressions
