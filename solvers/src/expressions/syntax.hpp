// The text of an expression, read as a tree: what its grammar says, not yet what its names mean.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace tessera::expressions {

/// What is wrong with an expression, and where: `at` is a byte of its text.
class ExpressionError : public std::runtime_error {
 public:
  ExpressionError(const std::string& what, std::size_t at) : std::runtime_error(what), at_(at) {}
  std::size_t at() const noexcept { return at_; }

 private:
  std::size_t at_;
};

struct Syntax {
  enum class Kind { number, name, call } kind = Kind::number;
  /// A name, or that of a function. Operators are functions: + - * / ^ negate < <= > >= == != and or not where, and so are
  /// laplace, gradient, divergence and gradient_squared where they are written with a nabla.
  std::string name = {};
  double number = 0;
  std::vector<Syntax> arguments = {};
  std::size_t at = 0;  // where it begins
};

/// Limits: what is longer or deeper is refused.
inline constexpr std::size_t most_characters = 10000;
inline constexpr std::size_t most_nesting = 100;

/// Numbers, names, calls, + - * / ^ ** (right to left, before signs), comparisons, && || ! and their names in Python, cond ? a : b,
/// and as py-pde writes them: ∇²c, ∇²(..), ∇c, |∇c|², ∇·v, c², c³. Throws ExpressionError.
Syntax read_syntax(const std::string& text);

}  // namespace tessera::expressions
