/// The configuration: a YAML file with strict keys, and messages that say where.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tessera/comm/communicator.hpp"
#include "tessera/core/config_keys.hpp"
#include "tessera/core/failure.hpp"
#include "tessera/core/index.hpp"

namespace tessera {

/// A node of the configuration: a scalar, a list or a section. Reading a key marks it as known;
/// whatever nobody has read by the end is a mistake (require_all_read).
///
/// Every complaint is a ConfigError "file:line:column: key: what, what is allowed, what to do". The
/// tree is the same on every rank, so all ranks throw alike.
class Config {
 public:
  /// Parses `text`; `name` stands for the file in messages. `overrides` are "key.key=value" (--set).
  static Config parse(const std::string& text, const std::string& name, const std::vector<std::string>& overrides = {});
  /// Collective: rank 0 reads the file, all ranks parse it. Throws on every rank if it cannot be read.
  static Config read(const std::string& file, const std::vector<std::string>& overrides,
                     const comm::WaitingCommunicator& communicator);

  /// True if the key is there and not empty.
  bool has(const std::string& key) const;
  /// The value of a key; an error if it is missing.
  Config at(const std::string& key) const;
  /// A section that may be missing: then it is empty. So is one that is given as a word which the table of keys allows.
  Config section(const std::string& key) const;
  /// The sections of a key that has one, or a list of them; none if it is missing.
  std::vector<Config> sections(const std::string& key) const;
  /// The keys of a section, in the file's order, without marking them as read.
  std::vector<std::string> keys() const;

  bool is_section() const;
  bool is_list() const;
  bool is_scalar() const;

  /// The elements of a list.
  std::vector<Config> items() const;
  /// As above, with exactly this many; `what` names them in the message.
  std::vector<Config> items(int count, const std::string& what) const;

  /// A number that the table of keys (config_keys.hpp) allows here.
  double number() const;
  Index integer() const;
  bool flag() const;
  std::string text() const;
  /// The text, which must be one of `allowed`.
  std::string one_of(const std::vector<std::string>& allowed) const;
  /// One of those that the table has.
  std::string choice() const;

  /// The value of a key or, if it is missing, the default that the table of keys has.
  double number(const std::string& key) const;
  Index integer(const std::string& key) const;
  bool flag(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::string choice(const std::string& key) const;
  /// The value of a key that is in another table.
  double number(const ConfigKey& key) const;

  /// Throws ConfigError with this node's place and key.
  [[noreturn]] void fail(const std::string& what) const;
  /// The same, with the place of a byte of the text, where the file has it as it is.
  [[noreturn]] void fail_in_text(Index byte, const std::string& what) const;
  /// "file:line:column: key" of this node, and the same some columns further on.
  std::string place(Index columns = 0) const;
  /// The whole configuration as it was read, with the overrides as comments.
  const std::string& source() const;
  /// The paths of all keys that somebody asked for.
  std::vector<std::string> asked() const;
  /// All keys that have a value, overrides included, in lines "time.end: 100"; a list is one value, "[2, 1]".
  std::string flat() const;

  /// Throws for the first key that nobody asked for, with the nearest that somebody did.
  void require_all_read() const;

  struct Node;

 private:
  Config or_default(const std::string& key) const;
  explicit Config(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

/// The candidate nearest to `word` by edit distance, if it is near enough to be a slip.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace tessera
