#include "tessera/core/config.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

namespace tessera {

struct Config::Node {
  enum class Kind { empty, scalar, list, section } kind = Kind::empty;
  std::string file;
  int line = 0;  // 1-based; 0: not from the file
  int column = 0;
  std::string path;
  std::string scalar;
  std::vector<std::shared_ptr<Node>> items;
  std::vector<std::pair<std::string, std::shared_ptr<Node>>> entries;
  mutable std::set<std::string> asked;
  mutable bool read = false;
  std::size_t depth = 0;
  std::shared_ptr<const std::string> source;

  const std::shared_ptr<Node>* find(const std::string& key) const {
    for (const auto& entry : entries) {
      if (entry.first == key) return &entry.second;
    }
    return nullptr;
  }
};

namespace {

using Node = Config::Node;

std::string where(const Node& node, Index columns = 0) {
  std::string text = node.file;
  if (node.line > 0) text += ":" + std::to_string(node.line) + ":" + std::to_string(node.column + columns);
  return node.path.empty() ? text : text + ": " + node.path;
}

[[noreturn]] void fail_at(const Node& node, const std::string& what) { throw ConfigError(where(node) + ": " + what); }

std::string join(const std::string& path, const std::string& key) { return path.empty() ? key : path + "." + key; }

constexpr std::size_t deepest = 50;         // lists or sections inside each other
constexpr std::size_t most_values = 10000;  // of a configuration, those that aliases repeat included
constexpr std::size_t most_bytes = 1U << 20U;
constexpr std::size_t longest_key = 200;

/// `values`: how many were converted before.
std::shared_ptr<Node> convert(const YAML::Node& yaml, const Node& parent, const std::string& path,
                              std::size_t& values) {
  auto node = std::make_shared<Node>();
  node->depth = parent.depth + 1;
  node->file = parent.file;
  node->path = path;
  node->source = parent.source;
  const bool overriding = parent.line == 0 && !parent.path.empty();
  node->line = overriding ? 0 : yaml.Mark().line + 1;
  node->column = overriding ? 0 : yaml.Mark().column + 1;
  if (node->depth > deepest)
    fail_at(parent, "lists or sections inside each other more than " + std::to_string(deepest) +
                        " deep; does an alias (*) hold itself?");
  if (++values > most_values)
    fail_at(*node, "a configuration has no more than " + std::to_string(most_values) +
                       " values; leave out what repeats them (aliases?), and give large data as files");
  switch (yaml.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null: break;
    case YAML::NodeType::Scalar:
      node->kind = Node::Kind::scalar;
      node->scalar = yaml.Scalar();
      if (node->scalar.find('\0') != std::string::npos)
        fail_at(*node, "the value has a character of code 0, which no text may have; take it out");
      break;
    case YAML::NodeType::Sequence:
      node->kind = Node::Kind::list;
      for (std::size_t i = 0; i < yaml.size(); ++i) {
        node->items.push_back(convert(yaml[i], *node, path + "[" + std::to_string(i) + "]", values));
      }
      break;
    case YAML::NodeType::Map:
      node->kind = Node::Kind::section;
      for (const auto& entry : yaml) {
        if (!entry.first.IsScalar()) fail_at(*node, "a key must be a plain word");
        const std::string key = entry.first.Scalar();
        if (key.size() > longest_key)
          fail_at(*node, "a key is longer than " + std::to_string(longest_key) + " characters");
        auto child = convert(entry.second, *node, join(path, key), values);
        if (child->kind == Node::Kind::empty && !overriding) {  // an empty value has no place of its own
          child->line = entry.first.Mark().line + 1;
          child->column = entry.first.Mark().column + 1;
        }
        if (node->find(key) != nullptr) fail_at(*child, "the key appears twice; keep one of them");
        node->entries.emplace_back(key, std::move(child));
      }
      break;
  }
  return node;
}

/// Hears a document without keeping it.
class Deaf : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// YAML::Load ignores all but the first document, and YAML::LoadAll (0.7) never ends on text that it
/// takes for a document without consuming it.
bool several_documents(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Deaf deaf;
  return parser.HandleNextDocument(deaf) && parser.HandleNextDocument(deaf);
}

YAML::Node load(const std::string& text, const std::string& name) {
  try {
    if (several_documents(text)) {
      throw ConfigError(name + ": holds a second YAML document (---), or text that belongs to none; keep one");
    }
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    const bool deep = dynamic_cast<const YAML::DeepRecursion*>(&error) != nullptr;
    std::string place = name;
    if (!error.mark.is_null())
      place += ":" + std::to_string(error.mark.line + 1) + ":" + std::to_string(error.mark.column + 1);
    throw ConfigError(
        place + ": not valid YAML: " + (deep ? "lists or sections inside each other, too deep to be read" : error.msg));
  }
}

void override_key(Node& root, const std::string& assignment) {
  const auto equals = assignment.find('=');
  const std::string name = "--set " + assignment;
  if (equals == std::string::npos || equals == 0) throw ConfigError(name + ": write it as key.key=value");
  const std::string path = assignment.substr(0, equals);
  Node* node = &root;
  std::istringstream keys(path);
  std::string key;
  Node place;
  place.file = "--set";
  place.path = path;
  place.source = root.source;
  std::vector<std::string> steps;
  std::string reached;
  std::size_t values = 0;
  while (std::getline(keys, key, '.')) steps.push_back(key);
  if (path.back() == '.' || std::count(steps.begin(), steps.end(), "") > 0)
    throw ConfigError(name + ": an empty key; write it as key.key=value");
  if (steps.size() > deepest) throw ConfigError(name + ": more than " + std::to_string(deepest) + " keys");
  for (std::size_t s = 0; s < steps.size(); ++s) {
    if (node->kind == Node::Kind::empty) node->kind = Node::Kind::section;
    if (node->kind != Node::Kind::section) throw ConfigError(name + ": " + node->path + " is not a section");
    const bool last = s + 1 == steps.size();
    const auto* found = node->find(steps[s]);
    if (!last && found != nullptr) {
      reached = join(reached, steps[s]);
      node = found->get();
      continue;
    }
    std::shared_ptr<Node> child;
    reached = join(reached, steps[s]);
    if (last) {
      child = convert(load(assignment.substr(equals + 1), name), place, path, values);
    } else {
      child = std::make_shared<Node>(place);
      child->path = reached;
      child->kind = Node::Kind::section;
    }
    if (found != nullptr) {
      std::find_if(node->entries.begin(), node->entries.end(), [&](const auto& e) {
        return e.first == steps[s];
      })->second = child;
    } else {
      node->entries.emplace_back(steps[s], child);
    }
    node = child.get();
  }
}

const char* kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::empty: return "nothing";
    case Node::Kind::scalar: return "a single value";
    case Node::Kind::list: return "a list";
    case Node::Kind::section: return "a section";
  }
  return "";
}

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

Config Config::parse(const std::string& text, const std::string& name, const std::vector<std::string>& overrides) {
  Node parent;
  parent.file = name;
  std::string source = text;
  for (const std::string& assignment : overrides) source += "\n# --set " + assignment;
  parent.source = std::make_shared<const std::string>(source);
  std::size_t values = 0;
  auto root = convert(load(text, name), parent, "", values);
  if (root->kind == Node::Kind::empty) root->kind = Node::Kind::section;
  if (root->kind != Node::Kind::section)
    throw ConfigError(name + ": a configuration is a section of keys, this is " + kind_name(root->kind));
  for (const std::string& assignment : overrides) override_key(*root, assignment);
  return Config(root);
}

Config Config::read(const std::string& file, const std::vector<std::string>& overrides,
                    const comm::WaitingCommunicator& communicator) {
  std::string text;
  std::string problem;
  if (communicator.root()) {
    errno = 0;
    std::ifstream stream(file);
    text.resize(most_bytes + 1);  // no further: it may be anything, an output file or a device
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.empty()) problem = errno != 0 ? std::strerror(errno) : "empty or unreadable";
    else if (text.size() > most_bytes) problem = "it is larger than 1 MiB; name a configuration, a YAML file";
  }
  communicator.bcast_resizing(problem);
  if (!problem.empty()) throw ConfigError(file + ": cannot read the configuration: " + problem);
  communicator.bcast_resizing(text);
  return parse(text, file, overrides);
}

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
