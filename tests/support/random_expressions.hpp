// Expressions made up, with an evaluation of their own, for tests.
#pragma once

#include <cmath>
#include <map>
#include <random>
#include <string>

namespace tessera::test {

/// The text of an expression, and its value at the given ones of its variables, found without the program.
struct RandomExpression {
  std::string text;
  double value;
};

class ExpressionMaker {
 public:
  ExpressionMaker(unsigned seed, std::map<std::string, double> variables)
      : random_(seed), variables_(std::move(variables)) {}

  RandomExpression make(int depth) {
    const auto pick = [&](int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); };
    if (depth == 0 || pick(8) == 0) {
      if (pick(4) == 0) {
        const double number = (pick(200) - 100) / 16.0;
        return {number < 0 ? "(" + std::to_string(number) + ")" : std::to_string(number), number};
      }
      auto variable = variables_.begin();
      std::advance(variable, pick(static_cast<int>(variables_.size())));
      return {variable->first, variable->second};
    }
    const RandomExpression a = make(depth - 1);
    const RandomExpression b = make(depth - 1);
    switch (pick(18)) {
      case 0:
      case 1: return {"(" + a.text + " + " + b.text + ")", a.value + b.value};
      case 2:
      case 3: return {"(" + a.text + " - " + b.text + ")", a.value - b.value};
      case 4:
      case 5:
      case 6: return {"(" + a.text + ")*(" + b.text + ")", a.value * b.value};
      case 7: return {"(" + a.text + ")/(2 + abs(" + b.text + "))", a.value / (2 + std::fabs(b.value))};
      case 8: return {"(-(" + a.text + "))", -a.value};
      case 9: return {"tanh(" + a.text + ")**3", std::pow(std::tanh(a.value), 3)};
      case 10: return {"sin(" + a.text + ")²", std::pow(std::sin(a.value), 2)};
      case 11: return {"exp(-abs(" + a.text + "))", std::exp(-std::fabs(a.value))};
      case 12: return {"sqrt(1 + (" + a.text + ")^2)", std::sqrt(1 + a.value * a.value)};
      case 13: return {"max(" + a.text + ", " + b.text + ")", std::fmax(a.value, b.value)};
      case 14: return {"min(" + a.text + ", " + b.text + ")", std::fmin(a.value, b.value)};
      case 15: return {"(1 + abs(" + a.text + "))^1.5", std::pow(1 + std::fabs(a.value), 1.5)};
      case 16:
        return {"where(" + a.text + " > " + b.text + ", " + a.text + ", 1 + " + b.text + ")",
                a.value > b.value ? a.value : 1 + b.value};
      default: return {"floor(" + a.text + ")", std::floor(a.value)};
    }
  }

 private:
  std::mt19937 random_;
  std::map<std::string, double> variables_;
};

}  // namespace tessera::test
