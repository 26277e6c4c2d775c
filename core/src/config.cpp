#include "tessera/core/config.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

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

void collect_unread(const Node& node) {
  for (const auto& [key, child] : node.entries) {
    if (!node.asked.contains(key)) {
      std::vector<std::string> known(node.asked.begin(), node.asked.end());
      std::string what = "unknown key";
      if (const auto near = nearest(key, known)) what += "; did you mean '" + *near + "'?";
      if (known.empty()) {
        what += "; nothing is read here";
      } else {
        what += what.back() == '?' ? " Known here:" : "; known here:";
        for (const auto& k : known) what += (&k == &known.front() ? " " : ", ") + k;
      }
      fail_at(*child, what);
    }
    collect_unread(*child);
  }
  for (const auto& item : node.items) {
    if (item->kind == Node::Kind::scalar && !item->read)
      fail_at(*item, "'" + item->scalar + "' is not read by anything; expected something else here");
    collect_unread(*item);
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
  fail(what);
}

Config Config::section(const std::string& key) const {
  if (has(key)) {
    Config child = at(key);
    if (!child.is_section())
      child.fail(std::string("expected a section of keys, found ") + kind_name(child.node_->kind));
    return child;
  }
  auto empty = std::make_shared<Node>();
  empty->kind = Node::Kind::section;
  empty->file = node_->file;
  empty->line = node_->line;
  empty->column = node_->column;
  empty->path = join(node_->path, key);
  empty->source = node_->source;
  return Config(empty);
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

double Config::number() const {
  const std::string& text = scalar(*node_, "a number");
  double value = 0;
  const char* begin = text.data() + (text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    fail("expected a finite number, found '" + text + "'");
  }
  return value;
}

Index Config::integer() const {
  const std::string text = scalar(*node_, "an integer");
  const double value = number();
  if (value != std::floor(value) || std::fabs(value) > 9e15) fail("expected an integer, found '" + text + "'");
  return static_cast<Index>(value);
}

bool Config::flag() const {
  const std::string& text = scalar(*node_, "true or false");
  if (text != "true" && text != "false") fail("expected true or false, found '" + text + "'");
  return text == "true";
}

std::string Config::text() const { return scalar(*node_, "a text"); }

std::string Config::choice(const std::vector<std::string>& allowed) const {
  const std::string& value = scalar(*node_, "a word");
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  std::string what = "'" + value + "' is not allowed;";
  if (const auto near = nearest(value, allowed)) what += " did you mean '" + *near + "'? Allowed:";
  else what += " allowed:";
  for (const auto& a : allowed) what += (&a == &allowed.front() ? " " : ", ") + a;
  fail(what);
}

double Config::positive() const {
  const double value = number();
  if (!(value > 0)) fail("must be above 0, found " + node_->scalar);
  return value;
}

double Config::not_negative() const {
  const double value = number();
  if (!(value >= 0)) fail("must not be negative, found " + node_->scalar);
  return value;
}

Index Config::at_least(Index least) const {
  const Index value = integer();
  if (value < least) fail("must be at least " + std::to_string(least) + ", found " + node_->scalar);
  return value;
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
std::string Config::flat() const {
  std::string text;
  flatten(*node_, "", text);
  return text;
}
void Config::require_all_read() const { collect_unread(*node_); }

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
