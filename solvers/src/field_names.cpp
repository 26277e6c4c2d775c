#include "field_names.hpp"

namespace tessera {

std::vector<std::string> read_field_names(const Config& initial, const Parameters& parameters,
                                          std::map<std::string, std::string> taken) {
  std::vector<std::string> names = initial.keys();
  if (names.empty()) initial.fail("name at least one field, for example psi");
  for (const char* const name : {"time", "step"}) taken[name] = "in the output file";
  for (const std::string& name : names) {
    const Config key = initial.at(name);
    if (const auto why = why_no_name(name))
      key.fail(*why == "taken" ? "this name is taken, in expressions; use another" : "a field's name " + *why);
    if (taken.contains(name)) key.fail("this name is taken, " + taken[name] + "; use another");
    if (parameters.contains(name)) key.fail("a parameter has this name, too; use another");
  }
  return names;
}

}  // namespace tessera
