// The apps by their names.
#pragma once

#include <map>

#include "explicit_problem.hpp"
#include "mpdata_problem.hpp"

namespace tessera::test {

inline const std::map<std::string, apps::App>& all_apps() {
  static const std::map<std::string, apps::App> all{
      {"mpdata", {"mpdata", "", true, apps::mpdata_problem}},
      {"pde", {"pde", "", false, [](const Config& config) { return apps::explicit_problem(find_equation(config)); }}},
      {"cahn-hilliard",
       {"cahn-hilliard", "", false,
        [](const Config&) { return apps::explicit_problem(*find_equation("cahn-hilliard")); }}},
  };
  return all;
}

}  // namespace tessera::test
