#include "configuration_changes.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>
#include <vector>

namespace tessera::apps {
namespace {

using Settings = std::map<std::string, std::string>;

Settings parse(const std::string& text) {
  Settings settings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) settings[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return settings;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

bool same(const std::string& one, const std::string& other) {
  return one == other || (number(one) && number(one) == number(other));
}

/// What a key that differs means to a run that goes on.
enum class Effect { none, gone, changes };

Effect effect_of(const std::string& key) {
  const auto within = [&key](const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(), [&key](const std::string& name) {
      return key == name || key.compare(0, name.size() + 1, name + ".") == 0;
    });
  };
  if (within({"layout", "output", "checkpoint", "history", "log", "time.end", "time.steps", "time.steady",
              "time.wall_seconds", "time.stop_file", "time.job_end_margin"}))
    return Effect::none;
  return within({"initial"}) ? Effect::gone : Effect::changes;
}

}  // namespace

bool same_keys(const std::string& before, const std::string& now, const std::string& beginning) {
  const auto chosen = [&](const std::string& settings) {
    Settings all = parse(settings);
    std::erase_if(all, [&](const auto& setting) { return !setting.first.starts_with(beginning); });
    return all;
  };
  return !chosen(now).empty() && chosen(before) == chosen(now);
}

std::string value_of(const std::string& settings, const std::string& key) { return parse(settings)[key]; }

void tell_changes(const Log& log, const std::string& file, const std::string& before, const std::string& now) {
  Settings old_values = parse(before);
  Settings new_values = parse(now);
  Settings keys = old_values;
  keys.insert(new_values.begin(), new_values.end());
  std::map<Effect, std::string> lists;
  for (const auto& entry : keys) {
    const std::string& key = entry.first;
    const std::string old_value = old_values.contains(key) ? old_values[key] : "not given";
    const std::string new_value = new_values.contains(key) ? new_values[key] : "not given";
    if (same(old_value, new_value)) continue;
    std::string& list = lists[effect_of(key)];
    list += (list.empty() ? "" : "; ") + key + ": " + old_value + " -> " + new_value;
  }
  if (!lists[Effect::changes].empty())
    log.warn("the solution changes from here on, these keys are not as in " + file + ": " + lists[Effect::changes]);
  if (!lists[Effect::gone].empty())
    log.warn("no effect any more, the fields are those of " + file + ": " + lists[Effect::gone]);
  if (!lists[Effect::none].empty()) log.info("keys that are not as in " + file + ": " + lists[Effect::none]);
}

}  // namespace tessera::apps
