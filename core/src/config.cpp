#include "tessera/core/config.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include "config_node.hpp"

namespace tessera {

using namespace detail;

namespace detail {

std::string where(const Node& node, Index columns) {
  std::string text = node.file;
  if (node.line > 0) text += ":" + std::to_string(node.line) + ":" + std::to_string(node.column + columns);
  return node.path.empty() ? text : text + ": " + node.path;
}

void fail_at(const Node& node, const std::string& what) { throw ConfigError(where(node) + ": " + what); }

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::empty: return "nothing";
    case Node::Kind::scalar: return "a single value";
    case Node::Kind::list: return "a list";
    case Node::Kind::section: return "a section";
  }
  return "";
}

}  // namespace detail

namespace {

const std::string& scalar(const Node& node, const char* wanted) {
  node.read = true;
  if (node.kind != Node::Kind::scalar)
    fail_at(node, std::string("expected ") + wanted + ", found " + kind_name(node.kind));
  return node.scalar;
}

double number_of(const Node& node, const ConfigKey* key) {
  const std::string& text = scalar(node, "a number");
  double value = 0;
  const char* begin = text.data() + (text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    fail_at(node, "expected a finite number, found '" + text + "'");
  if (key == nullptr || key->limits.has(value)) return value;
  const auto written = [](double limit) {
    std::ostringstream number;
    number << limit;
    return number.str();
  };
  std::string what = "must be";
  if (std::isfinite(key->limits.least))
    what += (key->limits.above ? " above " : " at least ") + written(key->limits.least);
  if (std::isfinite(key->limits.least) && std::isfinite(key->limits.most)) what += " and";
  if (std::isfinite(key->limits.most)) what += " at most " + written(key->limits.most);
  fail_at(node, what + ", found " + text + (key->advice.empty() ? "" : ": " + key->advice));
}

/// A node below `parent` that is not in the file.
std::shared_ptr<Node> missing_node(const Node& parent, const std::string& key, Node::Kind kind,
                                   const std::string& text = "") {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->scalar = text;
  node->file = parent.file;
  node->line = parent.line;
  node->column = parent.column;
  node->path = join(parent.path, key);
  node->source = parent.source;
  return node;
}

void collect_asked(const Node& node, std::set<std::string>& paths) {
  for (const std::string& key : node.asked) paths.insert(join(node.path, key));
  for (const auto& [key, child] : node.entries) collect_asked(*child, paths);
  for (const auto& item : node.items) collect_asked(*item, paths);
}

/// A value in one line.
std::string in_line(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::empty: return "~";
    case Node::Kind::scalar:
      for (const char c : node.scalar) text += c == '\n' ? std::string("\\n") : std::string(1, c);
      return text;
    case Node::Kind::list:
      for (const auto& item : node.items) text += (text.empty() ? "" : ", ") + in_line(*item);
      return "[" + text + "]";
    case Node::Kind::section:
      for (const auto& [key, value] : node.entries) text += (text.empty() ? "" : ", ") + key + ": " + in_line(*value);
      return "{" + text + "}";
  }
  return text;
}

void flatten(const Node& node, const std::string& path, std::string& text) {
  if (node.kind == Node::Kind::section) {
    for (const auto& [key, value] : node.entries) flatten(*value, join(path, key), text);
  } else if (node.kind != Node::Kind::empty) {
    text += path + ": " + in_line(node) + "\n";
  }
}

/// Of a key that nobody asked for: known elsewhere, of no use with this run's settings, or a slip.
std::string complaint(const std::string& key, const Node& child, const std::set<std::string>& asked) {
  const std::vector<std::string> known(asked.begin(), asked.end());
  const auto near = nearest(key, known);
  const ConfigKey* const row = find_config_key(child.path);
  if (!near && ((row != nullptr && row->path == child.path) || !config_keys_below(child.path).empty()))
    return "has no effect in this app or with these settings; take it out";
  std::string what = "unknown key";
  if (near) what += "; did you mean '" + *near + "'?";
  for (const ConfigKey& other : config_keys()) {
    if (!near && other.path.ends_with("." + key)) {
      what += "; is '" + other.path + "' meant?";
      break;
    }
  }
  if (known.empty()) return what + "; nothing is read here";
  what += what.back() == '?' ? " Known here:" : "; known here:";
  for (const auto& k : known) what += (&k == &known.front() ? " " : ", ") + k;
  return what;
}

void require_read(const Node& node) {
  for (const auto& [key, child] : node.entries) {
    if (!node.asked.contains(key)) fail_at(*child, complaint(key, *child, node.asked));
    require_read(*child);
  }
  for (const auto& item : node.items) {
    if (item->kind == Node::Kind::scalar && !item->read)
      fail_at(*item, "'" + item->scalar + "' is not read by anything; expected something else here");
    require_read(*item);
  }
}

}  // namespace

bool Config::has(const std::string& key) const {
  node_->asked.insert(key);
  const auto* child = node_->find(key);
  return child != nullptr && (*child)->kind != Node::Kind::empty;
}

Config Config::at(const std::string& key) const {
  if (has(key)) return Config(*node_->find(key));
  if (const auto* empty = node_->find(key)) fail_at(**empty, "no value is given");
  std::string what = "the key '" + key + "' is missing";
  if (const auto near = nearest(key, keys())) what += "; is '" + *near + "' meant to be it?";
  if (const ConfigKey* row = find_config_key(join(node_->path, key)))
    what += (what.back() == '?' ? " It takes: " : "; it takes: ") + without_links(row->type);
  fail(what);
}

Config Config::section(const std::string& key) const {
  if (has(key)) {
    Config child = at(key);
    const ConfigKey* const row = find_config_key(child.node_->path);
    if (child.is_scalar() && row != nullptr && !row->choices.empty()) {
      child.choice();
      return Config(missing_node(*node_, key, Node::Kind::section));
    }
    if (!child.is_section())
      child.fail(std::string("expected a section of keys, found ") + kind_name(child.node_->kind));
    return child;
  }
  return Config(missing_node(*node_, key, Node::Kind::section));
}

std::vector<std::string> Config::keys() const {
  std::vector<std::string> result;
  for (const auto& entry : node_->entries) result.push_back(entry.first);
  return result;
}

bool Config::is_section() const { return node_->kind == Node::Kind::section; }
bool Config::is_list() const { return node_->kind == Node::Kind::list; }
bool Config::is_scalar() const { return node_->kind == Node::Kind::scalar; }

std::vector<Config> Config::sections(const std::string& key) const {
  if (!has(key)) return {};
  if (!at(key).is_list()) return {section(key)};
  std::vector<Config> result = at(key).items();
  for (const Config& item : result) {
    if (!item.is_section()) item.fail(std::string("expected a section of keys, found ") + kind_name(item.node_->kind));
  }
  return result;
}

std::vector<Config> Config::items() const {
  if (!is_list()) fail(std::string("expected a list, found ") + kind_name(node_->kind));
  std::vector<Config> result;
  for (const auto& item : node_->items) result.push_back(Config(item));
  return result;
}

std::vector<Config> Config::items(int count, const std::string& what) const {
  auto result = items();
  if (result.size() != static_cast<std::size_t>(count)) {
    fail("expected " + std::to_string(count) + " " + what + ", found " + std::to_string(result.size()));
  }
  return result;
}

double Config::number() const { return number_of(*node_, find_config_key(node_->path)); }

Index Config::integer() const {
  scalar(*node_, "an integer");
  const double value = number();
  if (value != std::floor(value) || std::fabs(value) > 9e15) fail("expected an integer, found '" + node_->scalar + "'");
  return static_cast<Index>(value);
}

bool Config::flag() const {
  const std::string& text = scalar(*node_, "true or false");
  if (text != "true" && text != "false") fail("expected true or false, found '" + text + "'");
  return text == "true";
}

std::string Config::text() const { return scalar(*node_, "a text"); }

std::string Config::one_of(const std::vector<std::string>& allowed) const {
  const std::string& value = scalar(*node_, "a word");
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  std::string what = "'" + value + "' is not allowed;";
  if (const auto near = nearest(value, allowed)) what += " did you mean '" + *near + "'? Allowed:";
  else what += " allowed:";
  for (const auto& a : allowed) what += (&a == &allowed.front() ? " " : ", ") + a;
  fail(what);
}

std::string Config::choice() const {
  std::vector<std::string> allowed;
  for (const Choice& choice : config_key(node_->path).choices) allowed.push_back(choice.word);
  return one_of(allowed);
}

Config Config::or_default(const std::string& key) const {
  if (has(key)) return at(key);
  const ConfigKey& row = config_key(join(node_->path, key));
  if (!row.has_default) throw std::logic_error("the key '" + row.path + "' has no default in its table");
  return Config(missing_node(*node_, key, Node::Kind::scalar, row.otherwise));
}

double Config::number(const std::string& key) const { return or_default(key).number(); }
Index Config::integer(const std::string& key) const { return or_default(key).integer(); }
bool Config::flag(const std::string& key) const { return or_default(key).flag(); }
std::string Config::text(const std::string& key) const { return or_default(key).text(); }
std::string Config::choice(const std::string& key) const { return or_default(key).choice(); }
double Config::number(const ConfigKey& key) const {
  const auto node =
      has(key.path) ? *node_->find(key.path) : missing_node(*node_, key.path, Node::Kind::scalar, key.otherwise);
  return number_of(*node, &key);
}

void Config::fail(const std::string& what) const { fail_at(*node_, what); }

void Config::fail_in_text(Index byte, const std::string& what) const {
  std::istringstream lines(source());
  std::string line;
  for (int n = 0; n < node_->line; ++n) std::getline(lines, line);
  // A text in quotes begins behind them. Of one that goes on in other lines, or is written with escapes, the place is not known.
  for (const Index quotes : {0, 1}) {
    const auto begin = static_cast<std::size_t>(node_->column - 1 + quotes);
    if (node_->line == 0 || line.size() < begin || line.compare(begin, node_->scalar.size(), node_->scalar) != 0)
      continue;
    const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; };
    const auto characters = std::count_if(node_->scalar.begin(), node_->scalar.begin() + byte, starts_character);
    throw ConfigError(where(*node_, quotes + characters) + ": " + what);
  }
  fail(what);
}

std::string Config::place(Index columns) const { return where(*node_, columns); }
const std::string& Config::source() const { return *node_->source; }
std::vector<std::string> Config::asked() const {
  std::set<std::string> paths;
  collect_asked(*node_, paths);
  return {paths.begin(), paths.end()};
}
std::string Config::flat() const {
  std::string text;
  flatten(*node_, "", text);
  return text;
}
void Config::require_all_read() const { require_read(*node_); }

std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  if (word.size() > longest_key) return best;  // the time grows with the square
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // Levenshtein distance, a row at a time.
    std::vector<std::size_t> row(candidate.size() + 1);
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = c;
    for (std::size_t w = 1; w <= word.size(); ++w) {
      std::size_t diagonal = std::exchange(row[0], w);
      for (std::size_t c = 1; c < row.size(); ++c) {
        const std::size_t change = diagonal + (word[w - 1] == candidate[c - 1] ? 0 : 1);
        diagonal = std::exchange(row[c], std::min({change, row[c] + 1, row[c - 1] + 1}));
      }
    }
    if (row.back() < least) {
      least = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace tessera
