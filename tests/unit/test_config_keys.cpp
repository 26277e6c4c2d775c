#include <doctest/doctest.h>

#include "tessera/core/config.hpp"

using namespace tessera;

namespace {

std::string complaint_of(const std::string& text, const std::string& section, const std::string& key) {
  try {
    Config::parse(text, "a.yaml").at(section).at(key).number();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string path_of(const std::string& path) {
  const ConfigKey* key = find_config_key(path);
  return key == nullptr ? "" : key->path;
}

}  // namespace

TEST_CASE("a path finds its key: elements of lists, names, boundaries in any place") {
  CHECK(path_of("time.step") == "time.step");
  CHECK(path_of("output[3].region.x[0]") == "output.region.<dimension>");
  CHECK(path_of("grid.shape[1]") == "grid.shape");
  CHECK(path_of("initial.c.uniform") == "initial.<field>.uniform");
  CHECK(path_of("fields.c.initial.uniform") == "initial.<field>.uniform");
  CHECK(path_of("fields.c.boundary") == "fields.<field>.boundary");
  CHECK(path_of("fields.c.boundary[0].lower.value") == "grid.boundary.value");
  CHECK(path_of("bc_ops.c:laplace.derivative") == "grid.boundary.derivative");
  CHECK(path_of("mpdata.boundaries.psi.upper.constant") == "grid.boundary.constant");
  CHECK(path_of("cahn_hilliard.boundaries.mu.value") == "grid.boundary.value");
  CHECK(path_of("cahn_hilliard.rate") == "<equation>.<coefficient>");
  for (const char* none : {"time.stp", "output.filee", "tim", "grid", "mpdata.sources", "checkpoint.file.x"}) {
    CAPTURE(none);
    CHECK(path_of(none).empty());
  }
  CHECK_THROWS_AS(config_key("time.stp"), std::logic_error);
}

TEST_CASE("values are checked against the table, and defaults come from it") {
  CHECK(complaint_of("time: {step: 0}", "time", "step") == "a.yaml:1:14: time.step: must be above 0, found 0");
  CHECK(complaint_of("output: {deflate: 10}", "output", "deflate") ==
        "a.yaml:1:19: output.deflate: must be at least 0 and at most 9, found 10: levels go from 1 (fast) to 9 "
        "(small); 0 "
        "is none");
  CHECK(complaint_of("output: {deflate: 9}", "output", "deflate").empty());
  CHECK(complaint_of("time: {courant: 1.5}", "time", "courant") ==
        "a.yaml:1:17: time.courant: must be above 0 and at most 1, found 1.5: at most 1 is stable");
  const Config config = Config::parse("layout: {wait: spin}\nmpdata: {epsilon: 1e-9}", "a.yaml");
  CHECK(config.at("layout").choice("wait") == "spin");
  CHECK(config.at("layout").choice("messages") == "auto");
  CHECK_FALSE(config.at("layout").flag("overlap"));
  CHECK(config.at("mpdata").number("epsilon") == 1e-9);
  CHECK(config.at("mpdata").number("courant_limit") == 1);
  CHECK(config.at("mpdata").integer("iterations") == 2);
  CHECK(config.section("checkpoint").text("file").empty());
  CHECK_THROWS_AS(config.section("time").number("step"), std::logic_error);  // which has none
  const ConfigKey own = keys::number("k", keys::not_negative, "0.25", "");
  CHECK(config.section("anything").number(own) == 0.25);
  CHECK_THROWS_AS(Config::parse("k: -1", "a.yaml").number(own), ConfigError);
}

TEST_CASE("what is missing, misplaced or of no use is told from what is unknown") {
  const auto complaint = [](const std::string& text) -> std::string {
    const Config config = Config::parse(text, "a.yaml");
    static_cast<void>(config.section("time").has("end"));
    try {
      config.require_all_read();
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(complaint("time: {ende: 1}") == "a.yaml:1:14: time.ende: unknown key; did you mean 'end'? Known here: end");
  CHECK(complaint("time: {most_stages: 9}") ==
        "a.yaml:1:21: time.most_stages: has no effect in this app or with these settings; take it out");
  CHECK(complaint("mpdata: {iterations: 3}") ==
        "a.yaml:1:9: mpdata: has no effect in this app or with these settings; take it out");
  CHECK(complaint("time: {every_seconds: 3}") ==
        "a.yaml:1:23: time.every_seconds: unknown key; is 'output.every_seconds' meant? Known here: end");
  CHECK_THROWS_WITH_AS(Config::parse("grid: {}", "a.yaml").at("grid").at("shape"),
                       "a.yaml:1:7: grid: the key 'shape' is missing; it takes: list of 1 to 3 integers ≥ 1",
                       ConfigError);
}
