#include "mutations.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace tessera::test {
namespace {

/// The words of a text, which blanks part.
std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

const std::vector<std::string> more_keys = words(
    "absolute antiperiodic bounds cache constant courant courant_limit curvature dataset datasets derivative diffusion "
    "diffusivity dimensionally_split divergence_form dpdc epsilon error_norm every every_seconds exchange expression "
    "extrapolated fields file g_factor interval laplacian lower messages mixed most_stages normal open overlap "
    "periodic "
    "polar precision rate record relative_tolerance seed sources steady steps_at_once stream_function sweep times "
    "tolerance uniform upper value vector_potential velocity wait wall wall_seconds");

std::vector<std::string> make_odd_values() {
  std::vector<std::string> values = words(
      "0 -1 1 2 3 0.5 -0.0 1e-300 1e300 1e999 5e-324 9007199254740993 9e15 1e18 -9223372036854775808 "
      "18446744073709551616 .nan nan inf -.inf 0x10 1_000 +5 +-5 1e ~ true false yes auto periodic antiperiodic polar "
      "wall "
      "open extrapolated single plain nine_point pass funneled yield rkc2 rkl2 rkf45 rk4 euler adams-bashforth rms "
      "cahn-hilliard diffusion reaction-diffusion wave kpz brusselator allen-cahn klein-gordon x psi t 1/0 0/0 "
      "sqrt(-1) "
      "log(0) x>3?1:0 1?2:3?4:5 1? ((((1 x,y min() max(1,2,3,4,5,6,7,8,9) 2^3^2 2**1e9 x=3 sin sin(x e \"x\" ' # "
      "mod(x,0) "
      "heaviside(x) rint(1e300) 12 64 10000 [1,2 out.h5 none.h5 . / ../ /dev/null sum(x)");
  for (const char* const more : {"", "pi pi", "a\nb", "\xff\xfe", "\x01"}) values.emplace_back(more);
  return values;
}
const std::vector<std::string> odd_values = make_odd_values();

using Place = std::pair<YAML::Node, YAML::Node>;  // a section or list, and the key or index in it

void collect(const YAML::Node& node, std::vector<Place>& places) {
  if (node.IsMap()) {
    for (const auto& entry : node) {
      places.emplace_back(node, entry.first);
      collect(entry.second, places);
    }
  } else if (node.IsSequence()) {
    for (std::size_t i = 0; i < node.size(); ++i) {
      places.emplace_back(node, YAML::Node(i));
      collect(node[i], places);
    }
  }
}

std::vector<Place> places_of(const YAML::Node& root) {
  std::vector<Place> places;
  collect(root, places);
  return places;
}

/// The value of a place. With an index as such: as a key it would make a section of the list.
YAML::Node at(Place& place) {
  if (place.first.IsSequence()) return place.first[place.second.as<std::size_t>()];
  return place.first[place.second.Scalar()];
}

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

Mutations::Mutations(const std::filesystem::path& configs, unsigned seed) : random_(seed), keys_(more_keys) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(configs)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the folder's order is not the same everywhere
  for (const auto& file : files) {
    const std::string text = read(file);
    const std::string mark = "for the app ";
    const std::size_t begin = text.find(mark);
    if (begin == std::string::npos) throw std::runtime_error(file.string() + " does not say for which app it is");
    const std::size_t name = begin + mark.size();
    Base base{text.substr(name, text.find('\n', name) - name), YAML::Load(text)};
    constexpr int most_cells = 12;  // even, for polar boundaries
    for (YAML::Node cells : base.root["grid"]["shape"]) cells = std::min(cells.as<int>(), most_cells);
    for (const Place& place : places_of(base.root)) {
      if (place.first.IsMap()) keys_.push_back(place.second.Scalar());
    }
    bases_.push_back(std::move(base));
  }
  if (bases_.empty()) throw std::runtime_error("no configurations in " + configs.string());
}

std::size_t Mutations::below(std::size_t count) { return random_() % std::max<std::size_t>(count, 1); }

bool Mutations::chance(double probability) { return static_cast<double>(random_()) < probability * 4294967296.0; }

YAML::Node Mutations::odd_value() {
  if (chance(0.1)) {  // something that is a value elsewhere
    auto places = places_of(any(bases_).root);
    return YAML::Clone(at(places[below(places.size())]));
  }
  if (chance(0.1)) {
    YAML::Node list(YAML::NodeType::Sequence);
    for (std::size_t n = below(5); n > 0; --n) list.push_back(odd_value());
    return list;
  }
  if (chance(0.1)) {
    YAML::Node section(YAML::NodeType::Map);
    for (std::size_t n = below(4); n > 0; --n) section[any(keys_)] = odd_value();
    return section;
  }
  return YAML::Node(any(odd_values));
}

/// An expression with a part of it repeated, dropped or replaced.
std::string Mutations::mixed(const std::string& expression) {
  const std::size_t from = below(expression.size() + 1);
  const std::size_t to = from + below(expression.size() + 1 - from);
  const std::string part = chance(0.5) ? any(odd_values) : expression.substr(below(expression.size() + 1));
  return expression.substr(0, from) + part + expression.substr(chance(0.5) ? from : to);
}

void Mutations::change(YAML::Node root) {
  auto places = places_of(root);
  if (places.empty()) return;
  Place place = places[below(places.size())];
  YAML::Node value = at(place);
  const bool in_list = place.first.IsSequence();
  switch (below(9)) {
    case 0:
    case 1: value = odd_value(); break;
    case 2:
      if (in_list) place.first.push_back(odd_value());
      else place.first.remove(place.second.Scalar());
      break;
    case 3:
      if (!in_list) {  // renamed
        std::string key = chance(0.5) ? any(keys_) : place.second.Scalar();
        if (chance(0.5) && !key.empty()) key.erase(below(key.size()), 1);
        const YAML::Node kept = YAML::Clone(value);
        place.first.remove(place.second.Scalar());
        place.first[key] = kept;
      }
      break;
    case 4:
      if (value.IsScalar()) value = mixed(value.Scalar());
      break;
    case 5: {  // the same section of another configuration
      const YAML::Node other = YAML::Clone(any(bases_).root);
      const std::string key = any(keys_);
      if (other[key]) root[key] = other[key];
      break;
    }
    case 6:  // one more key
      if (value.IsMap()) value[any(keys_)] = odd_value();
      else root[any(keys_)] = odd_value();
      break;
    case 7: {  // a value of another place
      Place other = places[below(places.size())];
      const YAML::Node copy = YAML::Clone(at(other));
      value = copy;
      break;
    }
    default: {  // within a list or a section
      const YAML::Node inner = YAML::Clone(value);
      YAML::Node outer;
      if (chance(0.5)) outer.push_back(inner);
      else outer[any(keys_)] = inner;
      value = outer;
    }
  }
}

std::string Mutations::damaged(std::string text) {
  const std::size_t where = below(text.size() + 1);
  auto lines = lines_of(text);
  switch (below(7)) {
    case 0: return text.substr(0, where);
    case 1: return text.insert(where, 1 + below(3), static_cast<char>(below(256)));
    case 2: return text.insert(where, any(odd_values));
    case 3:
      for (std::size_t n = 1 + below(4); n > 0 && !text.empty(); --n)
        text[below(text.size())] = static_cast<char>(below(256));
      return text;
    case 4: {
      YAML::Emitter other;
      other << any(bases_).root;
      const std::string tail = other.c_str();
      return text.substr(0, where) + tail.substr(below(tail.size()));
    }
    case 5:
      if (!lines.empty()) lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size())), any(lines));
      break;
    default:
      if (!lines.empty()) std::swap(lines[below(lines.size())], lines[below(lines.size())]);
  }
  text.clear();
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

Mutated Mutations::next() {
  const Base& base = any(bases_);
  const YAML::Node root = YAML::Clone(base.root);
  const bool only_text = chance(0.15);
  do change(root);
  while (!only_text && chance(0.4));
  YAML::Emitter emitter;
  emitter << (only_text ? base.root : root);
  std::string text = emitter.c_str();
  if (only_text || chance(0.1)) text = damaged(text);
  constexpr double another = 0.03;
  return {chance(another) ? any(bases_).app : base.app, text};
}

}  // namespace tessera::test
