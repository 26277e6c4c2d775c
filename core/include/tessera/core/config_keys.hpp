/// The keys that configurations may have: the one table that Config checks values against and takes defaults from, and that
/// docs/config.md, `--keys` and `--list` show.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace tessera {

/// One of the words that a key takes.
struct Choice {
  std::string word;
  std::string meaning;  // one line of Markdown; may be empty where the key's says it
};

/// Which numbers a key takes.
struct Limits {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool above = false;  // `least` itself is not allowed

  bool has(double value) const { return (above ? value > least : value >= least) && value <= most; }
  /// "> 0", "0 to 9"; empty if all are allowed.
  std::string text() const;
};

struct ConfigKey {
  /// "time.step"; `<field>` stands for any name. Elements of lists have the path of their list.
  std::string path;
  std::string type;       // what may be given, in words: "number > 0"
  std::string otherwise;  // the default as it would be written, if `has_default`; else in words, or empty
  std::string meaning;    // Markdown, in one line
  bool has_default = false;
  Limits limits = {};
  std::string advice = {};  // for numbers beyond the limits: "2 to 4 are usual"
  std::vector<Choice> choices = {};

  /// The last part of the path.
  std::string name() const { return path.substr(path.rfind('.') + 1); }
};

/// All keys, in the order of the documentation. Coefficients of equations are in the tables of these (EquationEntry).
const std::vector<ConfigKey>& config_keys();
/// The key of a path such as "output[1].every"; null if there is none.
const ConfigKey* find_config_key(const std::string& path);
/// The same, which must be there.
const ConfigKey& config_key(const std::string& path);
/// The keys at and below a path, "time" for example; "" for all.
std::vector<ConfigKey> config_keys_below(const std::string& path);

/// Rows for tables of keys, of each kind.
namespace keys {
inline constexpr Limits any{};
inline constexpr Limits positive{.least = 0, .above = true};
inline constexpr Limits not_negative{.least = 0};
/// Numbers and integers. An empty default: none.
ConfigKey number(std::string path, Limits limits, std::string otherwise, std::string meaning, std::string advice = "");
ConfigKey integer(std::string path, Limits limits, std::string otherwise, std::string meaning, std::string advice = "");
/// true or false, with false as the default.
ConfigKey flag(std::string path, std::string meaning);
/// The first word is the default, if there is one.
ConfigKey choice(std::string path, std::vector<Choice> choices, std::string meaning, bool has_default = true);
/// An empty default is an empty text: none.
ConfigKey text(std::string path, std::string otherwise, std::string meaning);
/// Anything else, with its type and default in words; of numbers in it, `limits` is checked.
ConfigKey other(std::string path, std::string type, std::string otherwise, std::string meaning, Limits limits = any);
}  // namespace keys

/// Markdown as a terminal shows it: links without their addresses.
std::string without_links(const std::string& markdown);

}  // namespace tessera
