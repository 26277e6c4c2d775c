#include <doctest/doctest.h>

#include "tessera/core/config.hpp"

using namespace tessera;

namespace {

Config parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return Config::parse(text, "a.yaml", overrides);
}

/// What f complains of; empty if it does not.
template <class F>
std::string complaint(F&& f) {
  try {
    f();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("values, lists, sections and defaults") {
  const Config config = parse("a: 1.5\nb: [1, 2e2, -3]\nc: {d: text, e: true}\nempty:\n");
  CHECK(config.at("a").number() == 1.5);
  CHECK(config.at("b").items(3, "numbers")[0].integer() == 1);
  CHECK(config.at("b").items(3, "numbers")[1].integer() == 200);
  CHECK(config.at("b").items(3, "numbers")[2].integer() == -3);
  CHECK(config.at("c").at("d").text() == "text");
  CHECK(config.at("c").at("e").flag());
  CHECK_FALSE(config.has("empty"));
  CHECK(complaint([&] { config.require_all_read(); }).empty());
}

TEST_CASE("numbers are numbers: decimal, finite, whole where they must be") {
  CHECK(parse("a: 010").at("a").integer() == 10);
  CHECK(parse("a: +2").at("a").integer() == 2);
  for (const std::string bad : {"0x10", ".nan", ".inf", "1e999", "1.5.2", "ten", "true", "1_000", "''"}) {
    CAPTURE(bad);
    CHECK(contains(complaint([&] { parse("a: " + bad).at("a").number(); }), "a.yaml:1:4: a: expected a finite number"));
  }
  CHECK(contains(complaint([] { parse("a: 1.5").at("a").integer(); }), "expected an integer, found '1.5'"));
  CHECK(contains(complaint([] { parse("checkpoint: {every: 0}").at("checkpoint").at("every").integer(); }),
                 "must be at least 1, found 0"));
  CHECK(contains(complaint([] { parse("a: yes").at("a").flag(); }), "expected true or false, found 'yes'"));
}

TEST_CASE("complaints have a place, a key and a remedy") {
  CHECK(contains(complaint([] { parse("a:\n  bc: [1]").at("a").at("bc").number(); }),
                 "a.yaml:2:7: a.bc: expected a number, found a list"));
  CHECK(contains(complaint([] { parse("shap: 1").at("shape"); }), "'shape' is missing; is 'shap' meant"));
  CHECK(contains(complaint([] { parse("a: [1, 2]").at("a").items(3, "numbers"); }), "expected 3 numbers, found 2"));
  CHECK(contains(complaint([] {
                   parse("a: eular").at("a").one_of({"euler", "rk4"});
                 }),
                 "did you mean 'euler'? Allowed: euler, rk4"));
  const Config unread = parse("grid: {shape: 1, shpe: 2}");
  unread.at("grid").at("shape");
  CHECK(contains(complaint([&] { unread.require_all_read(); }),
                 "a.yaml:1:24: grid.shpe: unknown key; did you mean 'shape'?"));
  CHECK(contains(complaint([] { parse("a: 1\na: 2"); }), "a.yaml:2:4: a: the key appears twice"));
  CHECK(contains(complaint([] { parse("a: [1, 2"); }), "a.yaml:"));
  CHECK(contains(complaint([] { parse("a: [1, 2"); }), "not valid YAML"));
  CHECK(contains(complaint([] { parse("a: 1\n---\nb: 2"); }), "a second YAML document"));
  CHECK_FALSE(complaint([] { parse("# a comment\n, for the app\na: 1"); }).empty());  // once an endless loop
  CHECK(complaint([] { parse("---\na: 1\n# the end\n\n"); }).empty());
  CHECK(contains(complaint([] { parse("just text"); }), "a configuration is a section of keys"));
}

TEST_CASE("--set replaces, adds and complains in its own name") {
  const Config config = parse("a: {b: 1}", {"a.b=2", "a.c=[1, 2]", "d.e.f=x"});
  CHECK(config.at("a").at("b").integer() == 2);
  CHECK(config.at("a").at("c").items().size() == 2);
  CHECK(config.at("d").at("e").at("f").text() == "x");
  CHECK(contains(config.source(), "# --set a.b=2"));
  CHECK(contains(complaint([] { parse("a: 1", {"a=x"}).at("a").number(); }),
                 "--set: a: expected a finite number, found 'x'"));
  CHECK(contains(complaint([] { parse("a: 1", {"a.b=1"}); }), "a is not a section"));
  CHECK(contains(complaint([] { parse("a: 1", {"a"}); }), "key.key=value"));
}

TEST_CASE("all keys in lines, as they are in force") {
  const Config config = Config::parse("a: {b: 1, c: [1, [2, x]], d: ~}\ne: \"two\\nlines\"\nf: [{g: 1, h: [2]}, 3]\n",
                                      "test.yaml", {"a.b=2", "new.key=3"});
  CHECK(config.flat() == "a.b: 2\na.c: [1, [2, x]]\ne: two\\nlines\nf: [{g: 1, h: [2]}, 3]\nnew.key: 3\n");
}

TEST_CASE("nearest") {
  CHECK(nearest("iteratons", {"iterations", "nonoscillatory"}).value() == "iterations");
  CHECK_FALSE(nearest("xyz", {"iterations"}).has_value());
}
