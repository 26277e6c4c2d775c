// A configuration's YAML, and --set, made a tree.
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "config_node.hpp"

namespace tessera {

using namespace detail;

namespace {

constexpr std::size_t deepest = 50;         // lists or sections inside each other
constexpr std::size_t most_values = 10000;  // of a configuration, those that aliases repeat included
constexpr std::size_t most_bytes = 1U << 20U;

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

}  // namespace tessera
