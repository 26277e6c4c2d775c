#include "tessera/core/expression.hpp"

#include <muParser.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

double modulo(double a, double b) { return a - b * std::floor(a / b); }
double heaviside(double x, double half) { return x < 0 ? 0 : x > 0 ? 1 : half; }
double square(double x) { return x * x; }
double where(double condition, double yes, double no) { return condition != 0 ? yes : no; }
double floor_of(double x) { return std::floor(x); }
double ceil_of(double x) { return std::ceil(x); }
double negate(double x) { return x == 0 ? 1 : 0; }

void define_functions(mu::Parser& parser) {
  parser.DefineConst("pi", std::numbers::pi);
  parser.DefineConst("e", std::numbers::e);
  parser.DefineFun("mod", modulo);
  parser.DefineFun("heaviside", heaviside);
  parser.DefineFun("square", square);
  parser.DefineFun("where", where);
  parser.DefineFun("floor", floor_of);
  parser.DefineFun("ceil", ceil_of);
  parser.DefineFun("hypot", static_cast<double (*)(double, double)>(std::hypot));
  parser.DefineFun("erf", static_cast<double (*)(double)>(std::erf));
  parser.DefineFun("fabs", static_cast<double (*)(double)>(std::fabs));
  parser.DefineFun("maximum", static_cast<double (*)(double, double)>(std::fmax));
  parser.DefineFun("minimum", static_cast<double (*)(double, double)>(std::fmin));
  parser.DefineInfixOprt("!", negate);
}

/// Python's ** is this parser's ^; the blank keeps the columns of what follows.
std::string with_power(std::string text) {
  for (std::size_t at = text.find("**"); at != std::string::npos; at = text.find("**", at)) text.replace(at, 2, "^ ");
  return text;
}

/// muParser would let an expression assign to a variable.
bool assigns(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') continue;
    if (i + 1 < text.size() && text[i + 1] == '=') ++i;
    else if (i == 0 || std::string("<>!").find(text[i - 1]) == std::string::npos) return true;
  }
  return false;
}

/// As much of an expression as a message needs.
std::string shown(const std::string& text) {
  constexpr std::size_t most = 300;
  return text.size() > most ? text.substr(0, most) + " ..." : text;
}

bool is_function(const std::string& name) {
  mu::Parser parser;
  define_functions(parser);
  return parser.GetFunDef().contains(name);
}

}  // namespace

struct Expression::Parser {
  std::string text;
  std::string place;
  int dimensions = 0;
  bool uses_time = false;
  std::array<bool, 3> uses{};
  std::array<double, 3> position{};  // by dimension
  double time = 0;
  std::vector<std::string> fields;
  std::vector<double> values;  // of the fields
  bool knows_time = false;
  mu::Parser parser;

  /// The parser reads this object's variables, also after a copy.
  void bind() {
    parser.ClearVar();
    static const char* names[] = {"x", "y", "z"};
    for (int d = 0; d < dimensions; ++d) parser.DefineVar(names[d], &position[static_cast<std::size_t>(d)]);
    if (knows_time) parser.DefineVar("t", &time);
    for (std::size_t f = 0; f < fields.size(); ++f) parser.DefineVar(fields[f], &values[f]);
  }
};

Expression::Expression(const Config& config, int dimensions, bool time, const Parameters& parameters,
                       const std::vector<std::string>& fields)
    : parser_(std::make_unique<Parser>()) {
  parser_->text = config.text();
  parser_->place = config.place();
  parser_->dimensions = dimensions;
  parser_->knows_time = time;
  parser_->fields = fields;
  parser_->values.assign(fields.size(), 1);
  if (assigns(parser_->text))
    config.fail("in the expression '" + shown(parser_->text) + "': = assigns; to compare, write ==");
  try {
    define_functions(parser_->parser);
    for (const auto& [name, value] : parameters) parser_->parser.DefineConst(name, value);
    parser_->bind();
    parser_->parser.SetExpr(with_power(parser_->text));
    parser_->parser.Eval();
    int results = 0;
    parser_->parser.Eval(results);
    if (results != 1)
      config.fail("an expression has one value, this has " + std::to_string(results) + ": '" + shown(parser_->text) +
                  "'");
    const auto used = parser_->parser.GetUsedVar();
    parser_->uses_time = used.contains("t");
    for (int d = 0; d < 3; ++d) parser_->uses[static_cast<std::size_t>(d)] = used.contains(std::string(1, "xyz"[d]));
  } catch (const mu::Parser::exception_type& error) {
    std::string what = error.GetMsg();
    while (!what.empty() && (what.back() == '.' || what.back() == '\n')) what.pop_back();
    std::string known;
    for (int d = 0; d < dimensions; ++d) known += std::string(known.empty() ? "" : ", ") + "xyz"[d];
    if (time) known += std::string(known.empty() ? "" : ", ") + "t";
    for (const std::string& field : fields) known += (known.empty() ? "" : ", ") + field;
    for (const auto& parameter : parameters) known += (known.empty() ? "" : ", ") + parameter.first;
    config.fail("in the expression '" + shown(parser_->text) + "': " + what + " (known here: " + known +
                (known.empty() ? "" : ", ") + "pi, e and the functions in docs/config.md)");
  }
}

Expression::Expression(const Expression& other) : parser_(std::make_unique<Parser>(*other.parser_)) {
  parser_->bind();  // it still reads the original's variables
}

Expression& Expression::operator=(const Expression& other) {
  *this = Expression(other);
  return *this;
}

Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

double Expression::operator()(const std::array<double, 3>& position, double time) const {
  const auto first_axis = static_cast<std::size_t>(3 - parser_->dimensions);
  for (std::size_t d = 0; first_axis + d < 3; ++d) parser_->position[d] = position[first_axis + d];
  parser_->time = time;
  return parser_->parser.Eval();
}

double Expression::operator()(const std::array<double, 3>& position, double time,
                              std::span<const double> fields) const {
  std::copy(fields.begin(), fields.end(), parser_->values.begin());
  return (*this)(position, time);
}

bool Expression::uses_time() const { return parser_->uses_time; }
bool Expression::uses_dimension(int dimension) const { return parser_->uses[static_cast<std::size_t>(dimension)]; }
bool Expression::uses_field(std::size_t number) const {
  return parser_->parser.GetUsedVar().contains(parser_->fields[number]);
}
const std::string& Expression::place() const { return parser_->place; }
const std::string& Expression::text() const { return parser_->text; }

std::optional<std::string> why_no_name(const std::string& name) {
  static const std::vector<std::string> reserved{"x", "y", "z", "t", "pi", "e"};
  const bool word =
      !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (!word) return "has letters, digits and underscores, and does not start with a digit";
  if (std::find(reserved.begin(), reserved.end(), name) != reserved.end() || is_function(name)) return "taken";
  return std::nullopt;
}

Parameters read_parameters(const Config& config, bool places) {
  Parameters parameters;
  std::vector<std::string> left_out;
  constexpr std::size_t most = 1000;
  if (config.keys().size() > most) config.fail("more than " + std::to_string(most) + " parameters; use fewer");
  for (const std::string& name : config.keys()) {
    const Config value = config.at(name);
    if (const auto why = why_no_name(name))
      value.fail(*why == "taken" ? "this name is taken; use another" : "a parameter's name " + *why);
    const Expression expression(value, places ? 3 : 0, false, parameters, left_out);
    bool of_place = false;
    for (int d = 0; d < 3; ++d) of_place = of_place || expression.uses_dimension(d);
    for (std::size_t l = 0; l < left_out.size(); ++l) of_place = of_place || expression.uses_field(l);
    if (of_place) {
      left_out.push_back(name);
      continue;
    }
    parameters[name] = expression({}, 0);
    if (!std::isfinite(parameters[name])) value.fail("'" + value.text() + "' is not finite");
  }
  return parameters;
}

}  // namespace tessera
