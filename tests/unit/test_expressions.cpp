// Equations' expressions: what is read and refused, what is made of it, and the same values and bits whatever way they go.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <type_traits>

#include "evaluation.hpp"
#include "formula.hpp"
#include "kernel_cache.hpp"
#include "meaning.hpp"
#include "plan.hpp"
#include "program.hpp"
#include "random_expressions.hpp"
#include "run.hpp"
#include "tessera/core/initial.hpp"
#include "vector_functions.hpp"

using namespace tessera;
using namespace tessera::expressions;
using namespace tessera::test;

namespace {

struct Read {
  Graph graph;
  Vocabulary words;
  Id id = 0;

  explicit Read(const std::string& text) {
    words.dimensions = 2;
    words.fields = {"c", "u"};
    words.parameters = {{"k", graph.number(0.5)}};
    id = read_meaning(graph, read_syntax(text), words);
  }
  std::string formula() const { return expressions::formula(graph, id, words.fields); }
};

std::string canonical(const std::string& text) { return Read(text).formula(); }

/// Of the rate of c: after those of all stages before it.
Program program_of(const std::string& text) {
  Read read(text);
  const Config config = Config::parse("grid: {shape: [8, 8], bounds: [[0, 2], [0, 4]]}", "test");
  const Stencil stencil(config, read_grid(config, false));
  const Plan plan = make_plan(read.graph, {read.id, read.graph.number(0)}, stencil);
  return lower(plan, plan.rates[0], stencil, plan.needed_for(plan.rates));
}

}  // namespace

TEST_CASE("wrong expressions are refused, with the place and what to do") {
  std::ifstream file(std::string(std::getenv("TESSERA_DATA")) + "/wrong_expressions.txt");
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    const std::string text = line.substr(0, first);
    CAPTURE(text);
    try {
      const Read read(text);
      FAIL_CHECK("accepted");
    } catch (const ExpressionError& error) {
      CHECK(error.at() == std::stoul(line.substr(first + 1, second - first - 1)));
      CHECK(error.what() == line.substr(second + 1));
    }
  }
  CHECK(count > 200);
}

TEST_CASE("what is written in several ways is one expression") {
  CHECK(canonical("laplace(c**3 - c - laplace(c)) - k*(c - 0.25)") ==
        "-0.5*c + laplace(-c + c^3 - laplace(c)) + 0.125");
  CHECK(canonical("∇²(c³ - c - ∇²c)") == canonical("laplace(-laplace(c) + c*c*c + (-1)*c)"));
  CHECK(canonical("|∇c|²") == canonical("dot(gradient(c), ∇c)"));
  CHECK(canonical("∇·(c, u)") == canonical("divergence(vector(c, u))"));
  CHECK(canonical("div(2*grad(c))") == canonical("2*laplace(c)"));
  CHECK(canonical("div(c*grad(u)/2 - grad(c))") == "-laplace(c) + div(0.5*c*grad(u))");
  CHECK(canonical("div(c*grad(u))") != canonical("divergence(c*grad(u))"));
  CHECK(canonical("c*u*c/c - u*c") == "0");
  CHECK(canonical("2*(c + 1)/(3 - 1)") == "c + 1");
  CHECK(canonical("c**2**3 / c^-1") == "c^9");
  CHECK(canonical("c^2.5") == canonical("sqrt(c)*c*c"));
  CHECK(canonical("1/sqrt(c)") == canonical("c**-0.5"));
  CHECK(canonical("c > 1 ? u : 2") == canonical("where(1 < c, u, 2)"));
  CHECK(canonical("c > 1 ? u : 2") == canonical("Piecewise((u, c > 1), (2, True))"));
  CHECK(canonical("not c < 1") == canonical("!(c < 1)"));
  CHECK(canonical("Abs(c) + Max(c, u, 1)") == canonical("max(c, u, 1) + fabs(c)"));
  CHECK(canonical("sin(pi/2)*arctan2(c, u)") == canonical("atan2(c, u)"));
  CHECK(canonical("-c^2") == "-c^2");
  CHECK(canonical("2**-1") == "0.5");
}

TEST_CASE("values are those of the text, whatever is folded and ordered; the formula means the same") {
  const std::map<std::string, double> variables{{"c", 0.3},  {"u", -1.7}, {"x", 2.25},
                                                {"y", -0.5}, {"t", 1.25}, {"k", 0.5}};
  const std::array<double, 2> fields{0.3, -1.7};
  Place place;
  place.position = {2.25, -0.5, 0};
  place.time = 1.25;
  place.fields = fields;
  int finite = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    const RandomExpression made = ExpressionMaker(seed, variables).make(1 + static_cast<int>(seed % 5));
    CAPTURE(made.text);
    const Read read(made.text);
    Evaluator evaluate(read.graph, {read.id});
    evaluate.run(place);
    if (!std::isfinite(made.value)) continue;
    ++finite;
    // Steps (floor, where) may tip over by rounding: those that do are left out.
    const double found = evaluate.value(read.id);
    const double difference = std::fabs(found - made.value);
    const bool steps = made.text.find("floor") != std::string::npos || made.text.find("where") != std::string::npos;
    if (!steps) CHECK(difference <= 1e-9 * std::fmax(1, std::fabs(made.value)));
    const std::string formula = read.formula();
    CHECK(canonical(formula) == formula);
    std::vector<Id> roots;
    const std::string text = read.graph.text({read.id});
    const Graph again = Graph::from_text(text, roots);
    CHECK(again.text(roots) == text);
    Evaluator evaluate_again(again, roots);
    evaluate_again.run(place);
    CHECK(same_bits({found}, {evaluate_again.value(roots[0])}));
  }
  CHECK(finite > 1500);
}

TEST_CASE("sums are computed in few operations, and what a stage has made is read") {
  const auto operations = [](const std::string& text) { return program_of(text).instructions.size(); };
  CHECK(operations("c^3 - c") == 2);                  // c (c c - 1)
  CHECK(operations("-0.9*c + c^2 - c^3") == 3);       // c (-0.9 + c (1 - c))
  CHECK(operations("c^4/4 - c^2/2 + u") == 3);        // c c (c c/4 - 1/2) + u
  CHECK(operations("0.04 - 0.04*c - c*u^2") == 2);    // 0.04 - c (u u + 0.04)
  CHECK(operations("c*u - c") == 1);                  // c u - c, rounded once
  CHECK(operations("0.3*c*u + 0.3*u*c^2 + c") == 3);  // c (1 + u (0.3 + 0.3 c))
  CHECK(operations("0.3*c^2 + 0.3*u^2") == 3);        // 0.3 (c c + u u)

  const Program program = program_of("u - 2*laplace(c) - laplace(laplace(c))");
  CHECK(program.inputs.size() == 2);  // u, and the Laplacian, but not c
  CHECK(std::find(program.inputs.begin(), program.inputs.end(), 0) == program.inputs.end());
}

TEST_CASE("what is too long, too deep or too large is refused") {
  const auto refused = [](const std::string& text, const std::string& why) {
    try {
      const Read read(text);
      FAIL_CHECK("accepted");
    } catch (const ExpressionError& error) {
      CAPTURE(error.what());
      CHECK(std::string(error.what()).find(why) != std::string::npos);
    }
  };
  const auto repeated = [](const std::string& what, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += what;
    return text;
  };
  refused(repeated("c + ", 3000) + "c", "characters");
  for (const std::string open : {"(", "-", "!", "sin(", "2^", "c ? 1 : ", "where(c, 1, ", "∇²(", "not "}) {
    CAPTURE(open);
    refused(repeated(open, 500), "nested too deeply");
  }
  CHECK(canonical(repeated("(", 90) + "c" + repeated(")", 90)) == "c");
  // Each of these numbers is finite, the last power is not.
  refused("9^9^9", "not finite");
  refused("1e200*1e200*c", "not finite");
  CHECK(canonical("c**64**2") == "pow(c, 4096)");
}

TEST_CASE("whatever words are put together is read, or refused with a place") {
  static const std::vector<std::string> words{
      "c",    "u",      "k",        "x",     "t",           "d",    "pi",   "1",         "2",       "0.5", "1e3",
      "0",    "-",      "+",        "*",     "/",           "^",    "**",   "(",         ")",       "(",   ")",
      ",",    "<",      ">=",       "==",    "!",           "&&",   "or",   "not ",      "? ",      ":",   "sin(",
      "max(", "where(", "laplace(", "d_dx(", "grad(",       "div(", "dot(", "integral(", "vector(", "∇²",  "∇",
      "·",    "²",      "|",        "|∇c|²", "Piecewise((", "True", " ",    "\xff",      "\xe2",    "@"};
  int accepted = 0;
  for (unsigned seed = 0; seed < 30000; ++seed) {
    std::mt19937 random(seed);
    std::string text;
    const auto count = 1 + random() % 12;
    for (std::size_t i = 0; i < count; ++i) text += words[random() % words.size()];
    CAPTURE(text);
    try {
      const Read read(text);
      ++accepted;
      const std::string formula = read.formula();
      CHECK(canonical(formula) == formula);
    } catch (const ExpressionError& error) {
      CHECK(error.at() <= text.size());
      CHECK(std::string(error.what()).size() > 10);
    }
  }
  CHECK(accepted > 200);
}

TEST_CASE("parameters that use each other often do not make expressions grow") {
  std::string parameters = "parameters: {p0: x";
  for (int n = 1; n < 200; ++n) {
    const std::string before = "p" + std::to_string(n - 1);
    parameters += ", p" + std::to_string(n) + ": sin(" + before + ") + cos(" + before + ")";
  }
  const std::string rest =
      "}\ngrid: {shape: [8]}\ninitial: {c: 1}\ntime: {step: 0.1, steps: 1}\nkernels: interpreted\nequations: {c: "
      "\"p199*c\"}\n";
  const auto outcome = run_pde(parameters + rest, serial(1), self());
  for (const double value : outcome->values) CHECK(std::isfinite(value));
}

TEST_CASE("compiled and interpreted, in both precisions, on any layout: the same bits for whatever is written") {
  for (unsigned seed = 0; seed < 24; ++seed) {
    ExpressionMaker maker(
        seed,
        {{"c", 0}, {"u", 0}, {"x", 0}, {"y", 0}, {"t", 0}, {"k", 0}, {"laplace(c)", 0}, {"d_dx(u*c)", 0}, {"D", 0}});
    const std::string config =
        std::string(seed % 3 == 2 ? "precision: single\n" : "") +
        "grid: {shape: [13, 21], bounds: [[0, 4], [0, 7]]}\nparameters: {k: 0.5, D: \"x*sin(y + k)\"}\n"
        "initial: {c: \"0.5 + 0.2*sin(x)\", u: \"cos(y)*x/4\"}\nequations: {c: \"0.01*tanh(" +
        maker.make(4).text + ")\", u: \"0.01*tanh(" + maker.make(5).text +
        ")\"}\ntime: {step: 0.1, steps: 3, stepper: " + (seed % 2 == 0 ? "euler" : "rk4") + "}\n";
    CAPTURE(config);
    const auto interpreted = run_pde("kernels: interpreted\n" + config, serial(2), self());
    const auto compiled = run_pde("kernels: compiled\n" + config, serial(2), self());
    CHECK(same_bits(interpreted->values, compiled->values));
    Case threads = serial(2);
    threads.threads = {2, 2};
    threads.tiles = true;
    const auto cut = run_pde("kernels: compiled\n" + config, threads, self());
    CHECK(same_bits(interpreted->values, cut->values));
  }
}

namespace {

/// |a - b| in units of the last place of b; 0 if both are not a number.
template <class Real>
double last_places(Real a, double b) {
  if (std::isnan(a) && std::isnan(b)) return 0;
  const Real rounded = static_cast<Real>(b);
  if (a == rounded) return 0;
  const Real place = std::nextafter(std::fabs(rounded), std::numeric_limits<Real>::infinity()) - std::fabs(rounded);
  return std::fabs(static_cast<double>(a) - b) / static_cast<double>(place);
}

template <class Real>
void check_rows(const Function& function, int level) {
  using Bits = std::conditional_t<sizeof(Real) == sizeof(std::uint64_t), std::uint64_t, std::uint32_t>;
  const RowCall<Real> call = row_call<Real>(function, level);
  std::vector<Real> a{0,    1,    -1,   2,          Real(0.5),   Real(-0.5), std::numeric_limits<Real>::infinity(),
                      1000, -800, -0.0, Real(1e30), Real(1e-30), 88,         std::numeric_limits<Real>::quiet_NaN()};
  std::vector<Real> b{3, Real(0.5), 2, -1, 0, 1, 2, Real(-0.5), 1, 1, Real(1.5), 2, Real(1.2), 1};
  for (std::uint64_t n = 0; a.size() < 501; ++n) {
    const double size = std::exp2(20 * uniform(1, n) - 10);
    a.push_back(static_cast<Real>(size * (2 * uniform(2, n) - 1)));
    b.push_back(static_cast<Real>(4 * uniform(3, n) - 2));
  }
  const std::size_t count = a.size();
  std::vector<Real> all(count);
  call.run(all.data(), a.data(), b.data(), count, call.of);
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(a[i]);
    CAPTURE(b[i]);
    const double exact = function.value(static_cast<double>(a[i]), static_cast<double>(b[i]));
    CHECK(last_places(all[i], exact) <= 4.5);
    // The same bits wherever it stands, among whatever others.
    std::vector<Real> alone(count - i);
    call.run(alone.data(), a.data() + i, b.data() + i, std::min<std::size_t>(count - i, 1 + i % 19), call.of);
    CHECK(std::bit_cast<Bits>(alone[0]) == std::bit_cast<Bits>(all[i]));
  }
}

}  // namespace

TEST_CASE("functions of vectors are those of single values to 4 units in the last place, and of each cell alone") {
  MESSAGE("libmvec: level ", vector_function_level());
  for (int level = 0; level <= vector_function_level(); ++level) {
    for (const Function& function : functions()) {
      CAPTURE(level);
      CAPTURE(function.name);
      check_rows<double>(function, level);
      check_rows<float>(function, level);
    }
  }
}

TEST_CASE("the cache gives back what was written for the same key, and nothing else") {
  const auto folder = std::filesystem::temp_directory_path() / ("tessera-test-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  const char* const before = std::getenv("TESSERA_CACHE");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TESSERA_CACHE", folder.c_str(), 1);
  const std::string file = cache_entry("key");
  REQUIRE(!file.empty());
  CHECK(!read_cache(file, "key"));
  const std::string bytes("a\0b\n", 4);
  write_cache(file, "key", bytes);
  CHECK(read_cache(file, "key") == bytes);
  CHECK(!read_cache(file, "ke"));
  CHECK(!read_cache(file, "key2"));
  std::string whole;
  {
    std::ifstream stream(file, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(stream), {});
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    std::ofstream(file, std::ios::binary) << broken;
    CHECK(!read_cache(file, "key"));
    std::ofstream(file, std::ios::binary) << whole.substr(0, at);
    CHECK(!read_cache(file, "key"));
  }
  // What others may write to is not used.
  chmod(folder.c_str(), 0777);
  CHECK(cache_entry("key").empty());
  chmod(folder.c_str(), 0700);
  CHECK(!cache_entry("key").empty());
  setenv("TESSERA_CACHE", "/proc/none", 1);
  CHECK(cache_entry("key").empty());
  if (kept.empty()) unsetenv("TESSERA_CACHE");
  else setenv("TESSERA_CACHE", kept.c_str(), 1);
  std::filesystem::remove_all(folder);
}
