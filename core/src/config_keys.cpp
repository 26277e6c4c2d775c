#include "tessera/core/config_keys.hpp"

#include <algorithm>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "keys/keys.hpp"

namespace tessera {
namespace {

using Path = std::vector<std::string>;

/// The parts of a path, without the numbers of elements.
Path parts(const std::string& path) {
  Path list;
  std::string part;
  bool in_number = false;
  for (const char c : path) {
    if (c == '[') in_number = true;
    if (c == '.' && !in_number) list.push_back(std::exchange(part, ""));
    else if (!in_number) part += c;
    if (c == ']') in_number = false;
  }
  list.push_back(part);
  return list;
}

bool fits(const Path& pattern, const Path& path) {
  return pattern.size() == path.size() &&
         std::equal(pattern.begin(), pattern.end(), path.begin(),
                    [](const std::string& p, const std::string& name) { return p[0] == '<' || p == name; });
}

/// Boundaries may stand in many places, and initial values in two: below them the keys are those of the first.
Path in_first_place(Path path) {
  static const std::vector<std::pair<Path, Path>> places{{{"fields", "<>", "boundary"}, {"grid", "boundary"}},
                                                         {{"bc_ops", "<>"}, {"grid", "boundary"}},
                                                         {{"<>", "boundaries", "<>"}, {"grid", "boundary"}},
                                                         {{"fields", "<>", "initial"}, {"initial", "<>"}}};
  for (const auto& [place, first] : places) {
    const auto size = static_cast<std::ptrdiff_t>(place.size());
    if (path.size() < place.size() || !fits(place, {path.begin(), path.begin() + size})) continue;
    path.erase(path.begin(), path.begin() + size);
    path.insert(path.begin(), first.begin(), first.end());
    break;
  }
  if (path.size() > 3 && path[0] == "grid" && (path[2] == "lower" || path[2] == "upper")) path.erase(path.begin() + 2);
  return path;
}

std::string bounded(const std::string& kind, const Limits& limits) {
  const std::string text = limits.text();
  return text.empty() ? kind : kind + " " + text;
}

}  // namespace

std::string Limits::text() const {
  std::ostringstream text;
  const bool below = least > -std::numeric_limits<double>::infinity();
  const bool beyond = most < std::numeric_limits<double>::infinity();
  if (below && beyond && !above) text << least << " to " << most;
  else if (below) text << (above ? "> " : "≥ ") << least;
  if (beyond && (above || !below)) text << (below ? ", up to " : "≤ ") << most;
  return text.str();
}

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> all = [] {
    std::vector<ConfigKey> list;
    for (const auto& part : {grid_keys(), mpdata_keys(), equation_keys(), time_keys(), output_keys()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

const ConfigKey* find_config_key(const std::string& path) {
  static const std::vector<Path> patterns = [] {
    std::vector<Path> list;
    for (const ConfigKey& key : config_keys()) list.push_back(parts(key.path));
    return list;
  }();
  const auto find = [](const Path& wanted) -> const ConfigKey* {
    const bool own_section =
        std::none_of(patterns.begin(), patterns.end(), [&](const Path& pattern) { return pattern[0] == wanted[0]; });
    for (std::size_t k = 0; k < patterns.size(); ++k) {
      if (fits(patterns[k], wanted) && (own_section || patterns[k][0] == wanted[0])) return &config_keys()[k];
    }
    return nullptr;
  };
  const Path wanted = parts(path);
  const ConfigKey* const key = find(wanted);
  return key != nullptr ? key : find(in_first_place(wanted));
}

const ConfigKey& config_key(const std::string& path) {
  if (const ConfigKey* key = find_config_key(path)) return *key;
  throw std::logic_error("the key '" + path + "' is in no table of core/src/keys");
}

std::vector<ConfigKey> config_keys_below(const std::string& path) {
  std::vector<ConfigKey> list;
  for (const ConfigKey& key : config_keys()) {
    if (path.empty() || key.path == path || key.path.starts_with(path + ".")) list.push_back(key);
  }
  return list;
}

namespace keys {

ConfigKey number(std::string path, Limits limits, std::string otherwise, std::string meaning, std::string advice) {
  const bool has_default = !otherwise.empty();
  return {std::move(path), bounded("number", limits), std::move(otherwise), std::move(meaning), has_default,
          limits,          std::move(advice)};
}

ConfigKey integer(std::string path, Limits limits, std::string otherwise, std::string meaning, std::string advice) {
  ConfigKey key = number(std::move(path), limits, std::move(otherwise), std::move(meaning), std::move(advice));
  key.type = bounded("integer", limits);
  return key;
}

ConfigKey flag(std::string path, std::string meaning) {
  return {std::move(path), "`true`, `false`", "false", std::move(meaning), true};
}

ConfigKey choice(std::string path, std::vector<Choice> choices, std::string meaning, bool has_default) {
  std::string words;
  for (const Choice& choice : choices) words += (words.empty() ? "`" : ", `") + choice.word + "`";
  ConfigKey key{std::move(path), words, has_default ? choices.front().word : "", std::move(meaning), has_default};
  key.choices = std::move(choices);
  return key;
}

ConfigKey text(std::string path, std::string otherwise, std::string meaning) {
  return {std::move(path), "text", std::move(otherwise), std::move(meaning), true};
}

ConfigKey other(std::string path, std::string type, std::string otherwise, std::string meaning, Limits limits) {
  return {std::move(path), std::move(type), std::move(otherwise), std::move(meaning), false, limits};
}

}  // namespace keys

std::string without_links(const std::string& markdown) {
  static const std::regex link(R"(\[([^\]]*)\]\([^)]*\))");
  return std::regex_replace(markdown, link, "$1");
}

}  // namespace tessera
