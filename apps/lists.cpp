#include "lists.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "terminal.hpp"
#include "tessera/core/config.hpp"
#include "tessera/solvers/equation.hpp"

namespace tessera::apps {
namespace {

struct Entry {
  std::string name;
  std::vector<std::string> meanings;  // a paragraph each
};

std::string plain(const std::string& markdown) {
  std::string text = without_links(markdown);
  text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
  return text;
}

std::string meaning_of(const NamedEquation& equation) {
  std::string text = equation.entry.formula;
  const char* separator = "; ";
  for (const ConfigKey& coefficient : equation.entry.coefficients) {
    text += std::exchange(separator, ", ") + coefficient.path;
    if (!coefficient.meaning.empty()) text += " " + coefficient.meaning;
    if (coefficient.has_default) text += " = " + coefficient.otherwise;
  }
  return text;
}

/// What it takes and means, and the choices.
std::vector<std::string> meanings_of(const ConfigKey& key) {
  std::string text = key.type;
  if (key.otherwise.starts_with("required")) text += ", " + key.otherwise;
  else if (!key.otherwise.empty()) text += ", default " + key.otherwise;
  if (!key.meaning.empty()) text += "; " + key.meaning;
  std::vector<std::string> all{text};
  for (const Choice& choice : key.choices) {
    if (!choice.meaning.empty()) all.push_back(choice.word + ": " + choice.meaning);
  }
  return all;
}

std::vector<Entry> equations() {
  std::vector<Entry> entries;
  for (const NamedEquation& equation : all_equations()) entries.push_back({equation.name, {meaning_of(equation)}});
  return entries;
}

std::vector<Entry> choices_of(const ConfigKey& key) {
  std::vector<Entry> entries;
  for (const Choice& choice : key.choices) entries.push_back({choice.word, {choice.meaning}});
  return entries;
}

std::vector<Entry> boundaries() {
  std::vector<Entry> entries = choices_of(config_key("grid.boundary"));
  for (const ConfigKey& key : config_keys_below("grid.boundary")) {
    if (key.path != "grid.boundary" && key.name() != "upper")
      entries.push_back({"{" + key.name() + ": " + key.type + "}", {key.meaning}});
  }
  return entries;
}

std::vector<Entry> keys_below(const std::string& path) {
  std::vector<Entry> entries;
  for (const ConfigKey& key : config_keys_below(path)) entries.push_back({key.path, meanings_of(key)});
  return entries;
}

std::string print(const std::vector<Entry>& entries, int width) {
  constexpr int indent = 4;
  std::string text;
  for (const Entry& entry : entries) {
    text += entry.name + (width > 0 ? "\n" : "");
    const char* separator = "  ";
    for (const std::string& meaning : entry.meanings)
      text += width > 0 ? wrapped(plain(meaning), indent, width) : std::exchange(separator, "; ") + plain(meaning);
    if (width == 0) text += "\n";
  }
  return text;
}

[[noreturn]] void refuse(const std::string& what) {
  std::vector<std::string> known{"equations", "steppers", "boundaries", "keys"};
  for (const ConfigKey& key : config_keys()) {
    for (auto end = key.path.find('.'); end != std::string::npos; end = key.path.find('.', end + 1))
      known.push_back(key.path.substr(0, end));
    known.push_back(key.path);
  }
  const auto near = nearest(what, known);
  throw ConfigError("command line: --list " + what + ": there is no such list;" +
                    (near ? " did you mean '" + *near + "'?" : "") +
                    " allowed: equations, steppers, boundaries, keys (all of them), a key, or a section of keys");
}

}  // namespace

std::string list(const std::string& what, int width) {
  if (what.empty()) {
    return "equations, for `equation` (app pde):\n" + print(equations(), width) + "\nsteppers, for `time.stepper`:\n" +
           print(choices_of(config_key("time.stepper")), width) +
           "\nboundaries, for `grid.boundary`, `boundaries` and `bc_ops`:\n" + print(boundaries(), width) +
           "\nAll keys of configurations: --list keys; those of a section: --list time\n";
  }
  if (what == "equations") return print(equations(), width);
  if (what == "steppers") return print(choices_of(config_key("time.stepper")), width);
  if (what == "boundaries") return print(boundaries(), width);
  const std::vector<Entry> keys = keys_below(what == "keys" ? "" : what);
  if (keys.empty()) refuse(what);
  return print(keys, width);
}

}  // namespace tessera::apps
