// The tree that a configuration is read into.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tessera/core/config.hpp"

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

namespace detail {

using Node = Config::Node;

inline constexpr std::size_t longest_key = 200;

/// "file:line:column: key".
std::string where(const Node& node, Index columns = 0);
/// Throws ConfigError with the place.
[[noreturn]] void fail_at(const Node& node, const std::string& what);
inline std::string join(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}
/// "a list".
const char* kind_name(Node::Kind kind);

}  // namespace detail
}  // namespace tessera
