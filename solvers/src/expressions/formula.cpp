#include "formula.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "functions.hpp"

namespace tessera::expressions {
namespace {

/// How tightly a text holds together: a part that does so less than its surroundings ask for is put in parentheses.
enum class Binding { sum, product, power };

class Writer {
 public:
  Writer(const Graph& graph, const std::vector<std::string>& fields, std::size_t most)
      : graph_(graph), fields_(fields), most_(most) {}

  std::string text(Id id, Binding around = Binding::sum) {
    if (written_ > most_) return "..";
    Binding binding = Binding::power;
    std::string result = write(graph_[id], binding);
    if (binding < around) result = "(" + result + ")";
    written_ += result.size() / 4;  // parts are counted again in what they are parts of
    return result;
  }

 private:
  static std::string number(double value) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
  }
  std::string call(const std::string& name, const Node& node) {
    std::string result = name + "(";
    for (const Id operand : node.operands)
      result += (operand == node.operands.front() && result.back() == '(' ? "" : ", ") + text(operand);
    return result + ")";
  }
  std::string infix(const Node& node, const char* sign, Binding& binding) {
    binding = Binding::sum;
    return text(node.operands[0], Binding::product) + sign + text(node.operands[1], Binding::product);
  }

  std::string write(const Node& node, Binding& binding) {
    const auto index = static_cast<std::size_t>(node.index);
    std::string axis(1, "xyz"[index % 3]);
    switch (node.op) {
      case Op::number:
        if (node.value < 0) binding = Binding::sum;
        return number(node.value);
      case Op::time: return "t";
      case Op::coordinate: return axis;
      case Op::field: return fields_[index];
      case Op::noise: return "noise";
      case Op::integral: return call("integral", node);
      case Op::sum:
        binding = node.operands.size() == 1 && node.value == 0 && node.factors[0] > 0 ? Binding::product : Binding::sum;
        return sum(node);
      case Op::product: binding = Binding::product; return product(node);
      case Op::square_root: return call("sqrt", node);
      case Op::absolute: return call("abs", node);
      case Op::floor: return call("floor", node);
      case Op::ceiling: return call("ceil", node);
      case Op::minimum: return call("min", node);
      case Op::maximum: return call("max", node);
      case Op::less: return infix(node, " < ", binding);
      case Op::less_equal: return infix(node, " <= ", binding);
      case Op::equal: return infix(node, " == ", binding);
      case Op::choose: return call("where", node);
      case Op::function: return call(functions()[index].name, node);
      case Op::first_central: return call("d_d" + axis, node);
      case Op::first_forward: return call("d_d" + axis + "_forward", node);
      case Op::first_backward: return call("d_d" + axis + "_backward", node);
      case Op::second: return call("d2_d" + axis + "2", node);
      case Op::laplace: return call("laplace", node);
      default: return "div(" + text(node.operands[0], Binding::product) + "*grad(" + text(node.operands[1]) + "))";
    }
  }

  std::string sum(const Node& node) {
    std::string result;
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const double factor = node.factors[i];
      if (result.empty()) result = factor < 0 ? "-" : "";
      else result += factor < 0 ? " - " : " + ";
      if (std::fabs(factor) != 1) result += number(std::fabs(factor)) + "*";
      result += text(node.operands[i], Binding::product);
    }
    if (node.value != 0) result += (node.value < 0 ? " - " : " + ") + number(std::fabs(node.value));
    return result;
  }

  std::string product(const Node& node) {
    std::string above;
    std::string below;
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const double exponent = node.factors[i];
      std::string factor = text(node.operands[i], Binding::power);
      if (std::fabs(exponent) != 1) factor += "^" + number(std::fabs(exponent));
      if (exponent > 0) above += (above.empty() ? "" : "*") + factor;
      else below += "/" + factor;
    }
    return (above.empty() ? "1" : above) + below;
  }

  const Graph& graph_;
  const std::vector<std::string>& fields_;
  std::size_t most_;
  std::size_t written_ = 0;
};

}  // namespace

std::string formula(const Graph& graph, Id id, const std::vector<std::string>& fields, std::size_t most) {
  return Writer(graph, fields, most).text(id);
}

}  // namespace tessera::expressions
