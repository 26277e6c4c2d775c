// Prints those tables of docs/*.md that are made from the program's own; update.py puts them where they belong.
//
// Arguments: "conditions", "equations", keys and sections of keys (several with commas). A line "=== ARGUMENT" comes before each table.
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "tessera/core/config_keys.hpp"
#include "tessera/solvers/equation.hpp"

namespace {

using namespace tessera;

void print_row(const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) {
    std::fputs("| ", stdout);
    for (const char c : cell) std::fputs(c == '|' ? "\\|" : std::string(1, c).c_str(), stdout);
    std::fputs(" ", stdout);
  }
  std::puts("|");
}

void print_head(const std::vector<std::string>& cells) {
  print_row(cells);
  for (std::size_t c = 0; c < cells.size(); ++c) std::fputs("|---", stdout);
  std::puts("|");
}

std::string default_of(const ConfigKey& key) {
  if (key.otherwise.empty()) return key.has_default ? "none" : "";
  return key.has_default ? "`" + key.otherwise + "`" : key.otherwise;
}

std::string meaning_of(const ConfigKey& key) {
  std::string text = key.meaning;
  const char* separator = ". ";
  for (const Choice& choice : key.choices) {
    if (!choice.meaning.empty()) text += std::exchange(separator, "; ") + ("`" + choice.word + "`: ") + choice.meaning;
  }
  return text;
}

/// The keys at and below paths, "time" or "noise,kernels"; of a single one without it.
void print_keys(const std::string& paths) {
  print_head({"key", "type", "default", "meaning"});
  std::istringstream list(paths);
  for (std::string path; std::getline(list, path, ',');) {
    const std::vector<ConfigKey> keys = config_keys_below(path);
    if (keys.empty()) throw std::invalid_argument("no table, key or section of keys is called '" + path + "'");
    for (ConfigKey key : keys) {
      if (key.path.starts_with("grid.boundary.")) continue;  // conditions, which have a table of their own
      if (key.path == "grid.boundary") key.choices.clear();
      const bool whole = path != paths || key.path == path;
      print_row({"`" + (whole ? key.path : key.path.substr(path.size() + 1)) + "`", key.type, default_of(key),
                 meaning_of(key)});
    }
  }
}

void print_conditions() {
  print_head({"condition", "meaning"});
  for (const Choice& choice : config_key("grid.boundary").choices) print_row({"`" + choice.word + "`", choice.meaning});
  for (const ConfigKey& key : config_keys_below("grid.boundary")) {
    if (key.path != "grid.boundary" && key.name() != "upper")
      print_row({"`{" + key.name() + ": " + key.type + "}`", key.meaning});
  }
}

void print_equations() {
  print_head({"`equation`", "for the fields", "coefficients and their defaults", "further boundaries"});
  for (const NamedEquation& equation : all_equations()) {
    std::string coefficients;
    for (const ConfigKey& key : equation.entry.coefficients) {
      coefficients += (coefficients.empty() ? "`" : ", `") + key.path + "`";
      if (!key.meaning.empty()) coefficients += " " + key.meaning;
      coefficients += key.has_default ? " = " + key.otherwise : " (" + key.type + "; " + key.otherwise + ")";
    }
    print_row({"`" + equation.name + "`", equation.entry.formula, coefficients, equation.entry.further_boundaries});
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    for (int a = 1; a < argc; ++a) {
      const std::string name = argv[a];
      std::printf("=== %s\n", argv[a]);
      if (name == "conditions") print_conditions();
      else if (name == "equations") print_equations();
      else print_keys(name);
    }
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
