#include "syntax.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/limit_depth.hpp>
#include <tao/pegtl/must_if.hpp>
#include <type_traits>
#include <utility>

namespace tessera::expressions {
namespace {

namespace peg = tao::pegtl;
using peg::at;
using peg::if_must;
using peg::must;
using peg::not_at;
using peg::one;
using peg::opt;
using peg::plus;
using peg::seq;
using peg::sor;
using peg::star;

namespace grammar {

template <char... C>
using Word = seq<peg::string<C...>, not_at<peg::identifier_other>>;
struct Blank : star<sor<peg::space, peg::utf8::one<0xA0>>> {};
template <class... Rules>
using Token = seq<Rules..., Blank>;

struct Conditional;
struct Unary;

struct Digits : plus<peg::digit> {};
struct Exponent : seq<one<'e', 'E'>, opt<one<'+', '-'>>, Digits> {};
struct Digit2 : Token<one<'2'>> {};
struct Decimal : seq<sor<seq<Digits, opt<one<'.'>, star<peg::digit>>>, seq<one<'.'>, Digits>>, opt<Exponent>> {};
struct Number : Token<Decimal> {};
struct Keyword : sor<Word<'a', 'n', 'd'>, Word<'o', 'r'>, Word<'n', 'o', 't'>> {};
struct Name : Token<not_at<Keyword>, peg::identifier> {};

struct Close : Token<one<')'>> {};
struct Open : Token<one<'('>> {};
struct Argument : seq<Conditional> {};
struct Arguments : peg::list_must<Argument, Token<one<','>>> {};
struct CallName : Token<not_at<Keyword>, peg::identifier, Blank, at<one<'('>>> {};
struct CallEnd : seq<Close> {};
struct Call : if_must<seq<CallName, Open>, sor<at<one<')'>>, Arguments>, CallEnd> {};
struct TupleBegin : seq<Open> {};
struct Tuple : if_must<TupleBegin, Arguments, CallEnd> {};

struct Nabla : Token<peg::utf8::one<0x2207>> {};
struct Squared : sor<Token<peg::utf8::one<0xB2>>, seq<Token<sor<peg::string<'*', '*'>, one<'^'>>>, Digit2>> {};
struct Dot : Token<peg::utf8::one<0xB7, 0x22C5, 0x2219>> {};
struct Operand : sor<Call, Name, Tuple> {};
struct OperandNeeded : seq<Operand> {};
struct Laplacian : if_must<seq<Nabla, Squared>, OperandNeeded> {};
struct Divergence : if_must<seq<Nabla, Dot>, OperandNeeded> {};
struct Gradient : if_must<Nabla, OperandNeeded> {};
struct BarEnd : seq<Token<one<'|'>>, Squared> {};
struct GradientSquared : if_must<seq<Token<one<'|'>>, Nabla>, OperandNeeded, BarEnd> {};

struct Primary : sor<Number, GradientSquared, Laplacian, Divergence, Gradient, Operand> {};
struct Superscript : plus<peg::utf8::one<0x2070, 0xB9, 0xB2, 0xB3, 0x2074, 0x2075, 0x2076, 0x2077, 0x2078, 0x2079>> {};
struct Raised : Token<Superscript> {};
struct Power : if_must<Token<sor<peg::string<'*', '*'>, one<'^'>>>, Unary> {};
struct Base : seq<Primary, star<Raised>> {};
struct Value : seq<Base, opt<Power>> {};

struct Minus : Token<sor<one<'-'>, peg::utf8::one<0x2212>>> {};
struct Plus : Token<one<'+'>> {};
struct Negative : if_must<Minus, Unary> {};
struct Positive : if_must<Plus, Unary> {};
struct Not : if_must<Token<one<'!'>, not_at<one<'='>>>, Unary> {};
struct Unary : sor<Negative, Positive, Not, Value> {};

struct Times : if_must<Token<one<'*'>>, Unary> {};
struct Over : if_must<Token<one<'/'>>, Unary> {};
struct Product : seq<Unary, star<sor<Times, Over>>> {};
struct ProductNeeded : seq<Product> {};
struct Add : if_must<Plus, ProductNeeded> {};
struct Subtract : if_must<Minus, ProductNeeded> {};
struct Sum : seq<Product, star<sor<Add, Subtract>>> {};
struct SumNeeded : seq<Sum> {};
template <char... C>
struct Compare : if_must<Token<peg::string<C...>>, SumNeeded> {};
using LessEqual = Compare<'<', '='>;
using GreaterEqual = Compare<'>', '='>;
using Equal = Compare<'=', '='>;
using Unequal = Compare<'!', '='>;
using Less = Compare<'<'>;
using Greater = Compare<'>'>;
struct AnyComparison : sor<LessEqual, GreaterEqual, Equal, Unequal, Less, Greater> {};
struct NotInWords;  // looser than !
struct Comparison : sor<NotInWords, seq<Sum, opt<AnyComparison>>> {};
struct ComparisonNeeded : seq<Comparison> {};
struct NotInWords : if_must<Token<Word<'n', 'o', 't'>>, ComparisonNeeded> {};
struct And : if_must<Token<sor<peg::string<'&', '&'>, Word<'a', 'n', 'd'>>>, ComparisonNeeded> {};
struct Both : seq<Comparison, star<And>> {};
struct BothNeeded : seq<Both> {};
struct Or : if_must<Token<sor<peg::string<'|', '|'>, Word<'o', 'r'>>>, BothNeeded> {};
struct Either : seq<Both, star<Or>> {};
struct Colon : Token<one<':'>> {};
struct Choice : if_must<Token<one<'?'>>, Conditional, Colon, Conditional> {};
struct Conditional : seq<Either, opt<Choice>> {};
struct End : peg::eof {};
struct Whole : must<Blank, Conditional, End> {};

}  // namespace grammar

constexpr const char* missing_operator = "an operator is missing";

struct Messages {
  template <class>
  static constexpr const char* message = nullptr;
};
template <>
constexpr const char* Messages::message<grammar::Unary> =
    "a value is missing: a number, a name, a function or an expression in parentheses";
template <>
constexpr const char* Messages::message<grammar::OperandNeeded> = "after ∇ comes a name, a function or (..)";
template <>
constexpr const char* Messages::message<grammar::BarEnd> = "the square of a gradient is written |∇c|²";
template <>
constexpr const char* Messages::message<grammar::CallEnd> = "a parenthesis is not closed: ) or , is missing";
template <>
constexpr const char* Messages::message<grammar::Colon> =
    "a choice is written condition ? value : value; the : is missing";
template <>
constexpr const char* Messages::message<grammar::End> = missing_operator;

template <class Rule>
using Control = peg::must_if<Messages, peg::normal, false>::control<Rule>;

/// What has been read: values that nothing has been made of yet, and calls that are not complete.
struct Reading {
  struct Call {
    std::string name;  // none: a parenthesis
    std::size_t at;
    std::size_t values;  // that there were before its arguments
  };
  std::vector<Syntax> values;
  std::vector<Call> calls;

  void call(const std::string& name, std::size_t count, std::size_t at) {
    Syntax made{Syntax::Kind::call, name, 0, {}, at};
    const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
    made.arguments.assign(std::make_move_iterator(first), std::make_move_iterator(values.end()));
    values.erase(first, values.end());
    values.push_back(std::move(made));
  }
};

/// The word at the beginning of a token.
template <class Input>
std::string word_of(const Input& in) {
  std::string text = in.string();
  return text.substr(0, text.find_first_of(" \t\r\n\v\f\xC2"));
}

/// Rules that make a function of the last values.
struct Operator {
  const char* name = nullptr;
  std::size_t count = 0;
};
template <class Rule>
constexpr Operator operator_of{};
template <>
constexpr Operator operator_of<grammar::Laplacian>{"laplace", 1};
template <>
constexpr Operator operator_of<grammar::Divergence>{"divergence", 1};
template <>
constexpr Operator operator_of<grammar::Gradient>{"gradient", 1};
template <>
constexpr Operator operator_of<grammar::GradientSquared>{"gradient_squared", 1};
template <>
constexpr Operator operator_of<grammar::Power>{"^", 2};
template <>
constexpr Operator operator_of<grammar::Negative>{"negate", 1};
template <>
constexpr Operator operator_of<grammar::Not>{"not", 1};
template <>
constexpr Operator operator_of<grammar::NotInWords>{"not", 1};
template <>
constexpr Operator operator_of<grammar::Times>{"*", 2};
template <>
constexpr Operator operator_of<grammar::Over>{"/", 2};
template <>
constexpr Operator operator_of<grammar::Add>{"+", 2};
template <>
constexpr Operator operator_of<grammar::Subtract>{"-", 2};
template <>
constexpr Operator operator_of<grammar::Less>{"<", 2};
template <>
constexpr Operator operator_of<grammar::LessEqual>{"<=", 2};
template <>
constexpr Operator operator_of<grammar::Greater>{">", 2};
template <>
constexpr Operator operator_of<grammar::GreaterEqual>{">=", 2};
template <>
constexpr Operator operator_of<grammar::Equal>{"==", 2};
template <>
constexpr Operator operator_of<grammar::Unequal>{"!=", 2};
template <>
constexpr Operator operator_of<grammar::And>{"and", 2};
template <>
constexpr Operator operator_of<grammar::Or>{"or", 2};
template <>
constexpr Operator operator_of<grammar::Choice>{"where", 3};

template <class Rule>
struct Makes {
  template <class Input>
  static void apply(const Input& in, Reading& reading) {
    reading.call(operator_of<Rule>.name, operator_of<Rule>.count, in.position().byte);
  }
};

template <class Rule>
struct Action : std::conditional_t<operator_of<Rule>.name != nullptr, Makes<Rule>, peg::nothing<Rule>> {};

/// Rules that contain themselves: those that a parenthesis goes through.
template <>
struct Action<grammar::Conditional> : peg::limit_depth<3 * most_nesting> {};
template <>
struct Action<grammar::Comparison> : peg::limit_depth<3 * most_nesting> {};
template <>
struct Action<grammar::Unary> : peg::limit_depth<3 * most_nesting> {};

template <>
struct Action<grammar::Number> {
  template <class Input>
  static void apply(const Input& in, Reading& reading) {
    const std::string text = in.string();
    Syntax made{Syntax::Kind::number, text, 0, {}, in.position().byte};
    if (std::from_chars(text.data(), text.data() + text.size(), made.number).ec != std::errc())
      throw ExpressionError("the number is too large or too small", made.at);
    reading.values.push_back(std::move(made));
  }
};
template <>
struct Action<grammar::Name> {
  template <class Input>
  static void apply(const Input& in, Reading& reading) {
    reading.values.push_back({Syntax::Kind::name, word_of(in), 0, {}, in.position().byte});
  }
};
template <>
struct Action<grammar::CallName> {
  template <class Input>
  static void apply(const Input& in, Reading& reading) {
    reading.calls.push_back({word_of(in), in.position().byte, reading.values.size()});
  }
};
template <>
struct Action<grammar::TupleBegin> {
  template <class Input>
  static void apply(const Input& in, Reading& reading) {
    reading.calls.push_back({"", in.position().byte, reading.values.size()});
  }
};
template <>
struct Action<grammar::CallEnd> {
  static void apply0(Reading& reading) {
    const Reading::Call call = std::move(reading.calls.back());
    reading.calls.pop_back();
    const std::size_t count = reading.values.size() - call.values;
    if (!call.name.empty()) reading.call(call.name, count, call.at);
    else if (count > 1) reading.call("tuple", count, call.at);
  }
};
template <>
struct Action<grammar::Raised> {
  template <class Input>
  static void apply(const Input& in, Reading& reading) {
    double exponent = 0;
    const std::string text = in.string();
    for (std::size_t i = 0; i < text.size();) {
      static constexpr std::array<const char*, 10> digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
      const auto digit = std::find_if(digits.begin(), digits.end(),
                                      [&](std::string_view d) { return text.compare(i, d.size(), d) == 0; });
      if (digit == digits.end()) break;
      exponent = 10 * exponent + static_cast<double>(digit - digits.begin());
      i += std::string_view(*digit).size();
    }
    reading.values.push_back({Syntax::Kind::number, "", exponent, {}, in.position().byte});
    reading.call("^", 2, in.position().byte);
  }
};

bool continues_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// A remedy for what may be meant by what cannot be read.
std::string advice(const std::string& text, std::size_t at, bool operator_missing) {
  const auto begins = [&](std::string_view what) { return text.compare(at, what.size(), what) == 0; };
  const auto word = [&](std::string_view what) {
    return begins(what) && (at + what.size() == text.size() || !continues_word(text[at + what.size()]));
  };
  struct Remedy {
    std::string_view text;
    const char* remedy;
  };
  static constexpr Remedy others[] = {
      {"//", "a quotient without its fraction is floor(a/b)"},
      {"×", "a product is written with *"},
      {"·", "a product is written with *"},
      {"÷", "a quotient is written with /"},
      {"√", "a root is written sqrt(c)"},
      {"π", "write pi"},
      {"∂", "derivatives are d_dx(c), d2_dx2(c) and others"},
      {"Δ", "the Laplacian is laplace(c) or ∇²c"},
      {"²", "an exponent follows what it is of"},
      {"³", "an exponent follows what it is of"},
      {"|", "or is written ||, and an absolute value abs(c)"},
      {"&", "and is written &&"},
      {"~", "not is written !"},
      {"<>", "unequal is written !="},
      {"%", "a remainder is mod(a, b)"},
      {"[", "parentheses are (..)"},
      {"]", "parentheses are (..)"},
      {"{", "parentheses are (..)"},
      {"}", "parentheses are (..)"},
      {"!", "not is written before what it is of"},
      {".", "numbers begin with a digit, and names have no dots"},
      {"_", "names begin with a letter, and numbers have no underscores"},
      {":", "a choice is written condition ? value : value"},
      {"=", "= assigns; to compare, write =="},
      {"#", "the character has no meaning here"},
      {";", "the character has no meaning here"},
      {"@", "the character has no meaning here"},
      {"$", "the character has no meaning here"},
      {"`", "the character has no meaning here"},
      {"'", "the character has no meaning here"},
      {"\"", "the character has no meaning here"},
      {"\\", "the character has no meaning here"},
  };
  const bool in_line = at < text.size();
  if (word("if") || word("else")) return "a choice is written condition ? value : value, or where(condition, a, b)";
  if (operator_missing) {
    const bool after_digit = at > 0 && std::isdigit(static_cast<unsigned char>(text[at - 1])) != 0;
    if (after_digit && (begins("j") || begins("J"))) return "complex numbers are not known";
    if (in_line && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || begins("(") || begins("∇")))
      return "a product is written with *";
    if (begins("==") || begins("<") || begins(">") || begins("!="))
      return "comparisons cannot be chained: write a < b and b < c";
    if (begins(")")) return "this parenthesis was never opened";
    if (begins(",")) return "an expression has one value";
  }
  for (const Remedy& other : others) {
    const bool second = other.text.size() == 2 && at > 0 && text.compare(at - 1, 2, other.text) == 0;
    if (begins(other.text) || second) return other.remedy;
  }
  return "";
}

}  // namespace

Syntax read_syntax(const std::string& text) {
  if (text.size() > most_characters) {
    throw ExpressionError("it has " + std::to_string(text.size()) + " characters; at most " +
                              std::to_string(most_characters) + " are allowed",
                          most_characters);
  }
  Reading reading;
  try {
    peg::memory_input input(text, "");
    peg::parse<grammar::Whole, Action, Control>(input, reading);
  } catch (const peg::parse_error& error) {
    const std::size_t at = error.positions().front().byte;
    const bool deep = std::string(error.message()).find("nesting") != std::string::npos;
    std::string what = deep ? "it is nested too deeply; at most " + std::to_string(most_nesting) + " levels are allowed"
                            : std::string(error.message());
    const std::string remedy = deep ? "" : advice(text, at, error.message() == missing_operator);
    throw ExpressionError(remedy.empty() ? what : what + "; " + remedy, at);
  }
  return std::move(reading.values.front());
}

}  // namespace tessera::expressions
