// Options combined at will: each combination runs, the same with one exchange a step and with one a pass, or is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

struct Choice {
  std::vector<std::string> texts;  // of one choice all that can be chosen; the first is nothing special
};

/// Calls f(texts) for every combination.
template <class F>
void for_each_combination(const std::vector<Choice>& choices, const F& f) {
  std::size_t combinations = 1;
  for (const Choice& choice : choices) combinations *= choice.texts.size();
  for (std::size_t c = 0; c < combinations; ++c) {
    std::vector<std::string> texts;
    std::size_t rest = c;
    for (const Choice& choice : choices) {
      texts.push_back(choice.texts[rest % choice.texts.size()]);
      rest /= choice.texts.size();
    }
    f(texts);
  }
}

const std::vector<Choice> options{{{"iterations: 2", "iterations: 3"}},
                                  {{"", ", nonoscillatory: true"}},
                                  {{"", ", infinite_gauge: true", ", absolute: true"}},
                                  {{"", ", third_order: true"}},
                                  {{"", ", divergent_flow: true", ", divergence_form: true"}},
                                  {{"", ", dpdc: true", ", dimensionally_split: true"}},
                                  {{"", ", diffusivity: 0.01"}},
                                  {{"", ", g_factor: \"1.2 + 0.1*sin(2*pi*x/9)\""}}};

struct Count {
  int ran = 0;
  int refused = 0;
};

/// `velocities`: uniform, varying, changing in time.
Count run_all(int dimensions, const std::string& shape, const std::vector<std::string>& boundaries,
              const std::vector<std::string>& velocities) {
  Count count;
  int number = 0;
  for_each_combination(options, [&](const std::vector<std::string>& texts) {
    // All boundaries with all flows would be too many: they take turns.
    const std::string& boundary = boundaries[static_cast<std::size_t>(number) % boundaries.size()];
    const std::string& velocity = velocities[static_cast<std::size_t>(number) / boundaries.size() % velocities.size()];
    ++number;
    const std::string text = "grid: {shape: " + shape + ", boundary: " + boundary +
                             "}\ninitial: {psi: {uniform: [0.5, 2], seed: 3}}\ntime: {step: 0.5, steps: 2}\n" +
                             "mpdata: {velocity: " + velocity + ", " +
                             std::accumulate(texts.begin(), texts.end(), std::string()) + "}\n";
    CAPTURE(text);
    std::optional<Outcome> deep;
    try {
      deep = run_mpdata(text, serial(dimensions), test::self());
    } catch (const ConfigError& error) {
      CHECK(std::string(error.what()).find(": mpdata.") != std::string::npos);
      ++count.refused;
      return;
    }
    ++count.ran;
    REQUIRE(deep);
    for (const double value : deep->values) REQUIRE(std::isfinite(value));
    Case by_pass = serial(dimensions);
    by_pass.by_pass = true;
    by_pass.plain = number % 2 == 0;
    const auto other = run_mpdata(text, by_pass, test::self());
    REQUIRE(other);
    CHECK(same_bits(other->values, deep->values));
  });
  MESSAGE(dimensions, "-D: ", count.ran, " combinations ran, ", count.refused, " were refused");
  return count;
}

}  // namespace

TEST_CASE("all options in 1-D") {
  const Count count = run_all(1, "[9]", {"periodic", "{lower: {constant: \"1 + t\"}, upper: extrapolated}", "open"},
                              {"0.3", "\"0.3 + 0.1*cos(2*pi*x/9)\"", "\"0.3*cos(t)\""});
  CHECK(count.ran > 200);
  CHECK(count.refused > 100);
}

TEST_CASE("all options in 2-D") {
  const Count count = run_all(
      2, "[9, 8]", {"periodic", "[extrapolated, open]", "wall", "[periodic, {lower: {constant: 1}, upper: wall}]"},
      {R"yaml(["0.3*sin(pi*x/9)^2", "0.2*sin(pi*y/8)"])yaml",
       R"yaml(["0.3*cos(t)*sin(pi*x/9)^2", "0.2*sin(pi*y/8)*y"])yaml"});
  CHECK(count.ran > 100);
  CHECK(count.refused > 100);
}

TEST_CASE("all options in 3-D") {
  const Count count = run_all(3, "[9, 6, 7]", {"periodic", "[periodic, extrapolated, open]"},
                              {"[0.2, -0.1, 0.2]", "[\"0.2*cos(2*pi*y/6)\", \"0.1*cos(t)\", 0.1]"});
  CHECK(count.ran > 100);
  CHECK(count.refused > 100);
}

TEST_CASE("in the first step of coupled flow, boundaries are not asked for times before the beginning") {
  const auto run = [](const std::string& beyond) {
    return run_mpdata("grid: {shape: [9], boundary: {constant: " + beyond +
                          "}}\ninitial: {psi: {uniform: [0.5, 2], seed: 3}}\ntime: {step: 0.2, steps: 2}\n"
                          "mpdata: {velocity: psi}\n",
                      serial(1), test::self())
        ->values;
  };
  CHECK(same_bits(run("\"1 + (t < 0)\""), run("1")));
}
