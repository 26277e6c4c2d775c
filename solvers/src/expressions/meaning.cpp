#include <cctype>
#include <cmath>
#include <numbers>
#include <optional>

#include "reader.hpp"
#include "tessera/core/config.hpp"

namespace tessera::expressions {
namespace {

constexpr const char* complex_numbers =
    "complex numbers are not known; write the real and the imaginary part as two fields";

/// Why a name that other programs know is not known here; empty: it is not such a name.
std::string why_not(const std::string& name) {
  for (const char* other : {"I", "re", "im", "conjugate", "arg"}) {
    if (name == other) return complex_numbers;
  }
  for (const char* other :
       {"outer", "vector_gradient", "tensor_divergence", "tensor_double_divergence", "tensor_laplace"}) {
    if (name == other) return "tensors are not known; write their components";
  }
  for (const char* other : {"poisson_solver", "diff", "Derivative"}) {
    if (name == other)
      return "this is not known; operators are laplace, d_dx, gradient, divergence and others in docs/expressions.md";
  }
  return "";
}

const std::map<std::string, double>& constants() {
  static const std::map<std::string, double> all{
      {"pi", std::numbers::pi}, {"e", std::numbers::e}, {"E", std::numbers::e}, {"True", 1}, {"False", 0}};
  return all;
}

std::string counted(std::size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

/// The known name that is meant: the same but for capitals, or one that differs a little, of those long enough to tell.
std::optional<std::string> suggestion(const std::string& name, const std::vector<std::string>& known) {
  const auto lower = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  for (const std::string& other : known) {
    if (lower(other) == lower(name)) return other;
  }
  constexpr std::size_t long_enough = 3;
  std::vector<std::string> words;
  for (const std::string& other : known) {
    if (std::isalpha(static_cast<unsigned char>(other[0])) != 0 && other.size() + 1 >= long_enough)
      words.push_back(other);
  }
  return name.size() < long_enough ? std::nullopt : nearest(name, words);
}

/// sympy's Piecewise((value, condition), .., (value, True)).
Id piecewise(Reader& reader, const Syntax& syntax) {
  Graph& graph = reader.graph();
  std::optional<Id> result;
  for (std::size_t i = syntax.arguments.size(); i-- > 0;) {
    const Syntax& pair = syntax.arguments[i];
    if (pair.name != "tuple" || pair.arguments.size() != 2) throw ExpressionError("write (value, condition)", pair.at);
    const Id value = reader.read_number(pair.arguments[0]);
    const Id condition = reader.read_number(pair.arguments[1]);
    if (!result && !(graph.is_number(condition) && graph[condition].value != 0))
      throw ExpressionError("the last condition must be True, so that there is always a value", pair.at);
    result = result ? graph.choose(condition, value, *result) : value;
  }
  if (!result) throw ExpressionError("Piecewise((value, condition), .., (value, True)) needs values", syntax.at);
  return *result;
}

}  // namespace

void Reader::unknown(const Syntax& syntax) const {
  const std::string& name = syntax.name;
  const bool call = syntax.kind == Syntax::Kind::call;
  if (const std::string why = why_not(name); !why.empty()) throw ExpressionError("'" + name + "': " + why, syntax.at);
  if (!call && find_entry(name) != nullptr)
    throw ExpressionError("'" + name + "' is a function: write " + name + "(..)", syntax.at);
  std::vector<std::string> variables = words_.fields;
  for (const auto& parameter : words_.parameters) variables.push_back(parameter.first);
  for (std::size_t d = 0; d < dimensions(); ++d) variables.emplace_back(1, "xyz"[d]);
  if (words_.time) variables.emplace_back("t");
  for (const auto& constant : constants()) variables.push_back(constant.first);
  if (call && std::find(variables.begin(), variables.end(), name) != variables.end())
    throw ExpressionError("'" + name + "' is no function; a product is written with *", syntax.at);
  std::vector<std::string> functions;
  for (const Entry& entry : entries()) functions.insert(functions.end(), entry.names.begin(), entry.names.end());
  std::string what =
      std::string("there is no ") + (call ? "function" : "field, parameter or coordinate") + " '" + name + "'";
  if (const auto near = suggestion(name, call ? functions : variables)) {
    what += "; did you mean '" + *near + "'?";
  } else if (call) {
    what += "; docs/expressions.md lists them";
  } else {
    what += "; known are";
    for (const std::string& variable : variables) what += (variable == variables.front() ? " " : ", ") + variable;
  }
  throw ExpressionError(what, syntax.at);
}

Value Reader::name(const Syntax& syntax) {
  const std::string& name = syntax.name;
  const auto field = std::find(words_.fields.begin(), words_.fields.end(), name);
  if (field != words_.fields.end())
    return scalar(graph_.leaf(Op::field, static_cast<int>(field - words_.fields.begin())));
  if (const auto parameter = words_.parameters.find(name); parameter != words_.parameters.end())
    return scalar(parameter->second);
  if (name == "t" && words_.time) return scalar(graph_.leaf(Op::time));
  if (const auto axis = std::string("xyz").find(name); name.size() == 1 && axis < dimensions())
    return scalar(graph_.leaf(Op::coordinate, static_cast<int>(axis)));
  if (const auto constant = constants().find(name); constant != constants().end())
    return scalar(graph_.number(constant->second));
  unknown(syntax);
}

Value Reader::call(const Syntax& syntax) {
  if (syntax.name == "Piecewise") return scalar(piecewise(*this, syntax));
  const Entry* const entry = find_entry(syntax.name);
  if (entry == nullptr) unknown(syntax);
  const std::size_t count = syntax.arguments.size();
  if (count < entry->least || count > entry->most) {
    std::string allowed = counted(entry->least);
    if (entry->most > entry->least)
      allowed = std::to_string(entry->least) +
                (entry->most == any_number ? " or more arguments" : " to " + counted(entry->most));
    throw ExpressionError(syntax.name + " takes " + allowed + ", here are " + std::to_string(count), syntax.at);
  }
  Arguments arguments;
  for (const Syntax& argument : syntax.arguments) arguments.push_back(read(argument));
  return entry->make(*this, syntax, arguments);
}

Value Reader::read(const Syntax& syntax) {
  Value value = syntax.kind == Syntax::Kind::number ? scalar(graph_.number(syntax.number))
                : syntax.kind == Syntax::Kind::name ? name(syntax)
                                                    : call(syntax);
  for (const Id part : value.parts) {
    if (!graph_.finite(part)) throw ExpressionError("this is not finite", syntax.at);
  }
  if (graph_.size() > most_operations) {
    throw ExpressionError(
        "it has more than " + std::to_string(most_operations) + " operations, all equations and parameters together",
        syntax.at);
  }
  return value;
}

Id read_meaning(Graph& graph, const Syntax& syntax, const Vocabulary& vocabulary) {
  return Reader(graph, vocabulary).read_number(syntax);
}

}  // namespace tessera::expressions
