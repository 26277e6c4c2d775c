// Configurations with mistakes in them, as users and accidents make them.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace tessera::test {

struct Mutated {
  std::string app;   // mpdata, pde or cahn-hilliard
  std::string text;  // of the configuration
};

/// From the configurations of a folder, with their grids made small: values, keys, sections and expressions that are changed,
/// dropped, repeated, renamed and mixed, and damaged text. The same seed gives the same ones.
class Mutations {
 public:
  Mutations(const std::filesystem::path& configs, unsigned seed);
  Mutated next();

 private:
  struct Base {
    std::string app;
    YAML::Node root;
  };

  std::size_t below(std::size_t count);
  bool chance(double probability);
  template <class List>
  const auto& any(const List& list) {
    return list[below(list.size())];
  }
  YAML::Node odd_value();
  void change(YAML::Node root);
  std::string mixed(const std::string& expression);
  std::string damaged(std::string text);

  std::mt19937 random_;
  std::vector<Base> bases_;
  std::vector<std::string> keys_;
};

}  // namespace tessera::test
