// What a configuration says of a flow, and the step for which its Courant numbers are made.
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "mpdata_flow.hpp"
#include "tessera/core/initial.hpp"

namespace tessera::mpdata {
namespace {

const std::vector<std::string> kinds{"courant", "velocity", "stream_function", "vector_potential"};

const char* const too_fast = "the flow is too fast for it: the step would be 0; use a slower flow, or an earlier end";

/// The key that says what flows.
Config find_key(const Config& section) {
  std::vector<std::string> found;
  for (const std::string& kind : kinds) {
    if (section.has(kind)) found.push_back(kind);
  }
  if (found.size() > 1) section.at(found[1]).fail("and " + found[0] + " both say what flows; give one of them");
  if (!found.empty()) return section.at(found[0]);
  std::string what = "one of courant, velocity, stream_function and vector_potential must say what flows";
  for (const std::string& key : section.keys()) {
    if (const auto near = nearest(key, kinds); near && *near != key)
      what += "; is '" + key + "' meant to be " + *near + "?";
  }
  section.fail(what);
}

}  // namespace

bool is_steady(const Config& config, int dimensions, const std::vector<std::string>& fields,
               const Parameters& parameters) {
  const Config section = config.at("mpdata");
  const Config key = find_key(section);
  if (key.is_section()) return !key.has("times");
  const auto list = key.is_list() ? key.items() : std::vector{key};
  const auto known = section.has("velocity") ? fields : std::vector<std::string>{};
  return std::none_of(list.begin(), list.end(), [&](const Config& item) {
    return Expression(item, dimensions, true, parameters, known).uses_time();
  });
}

Flow::Flow(const Config& config, const Options& options, Domain& domain, const Walls& walls,
           const std::vector<std::string>& fields, Index ghosts, const Parameters& parameters)
    : domain_(domain),
      walls_(walls),
      key_(find_key(config.at("mpdata"))),
      ghosts_(ghosts),
      layers_(options.wall_layers()) {
  const Config section = config.at("mpdata");
  const Grid& grid = domain.grid();
  for_a_step_ = section.has("courant");
  limit_ = section.number("courant_limit");
  if (section.has("g_factor")) {
    const Expression expression(section.at("g_factor"), grid.dimensions(), false, parameters);
    g_.emplace(domain, "g", Location::cells, ghosts);
    tessera::fill(domain, *g_, expression, 0, ghosts);
    domain.phase([&](const Block& block) { walls_.flow.apply(block, (*g_)[block], ghosts_, layers_, 0); });
    require_positive_g(section.at("g_factor"));
  }
  if (key_.is_section()) read_file(section, parameters);
  else read_components(section, fields, parameters);
  read_diffusion(section, parameters);
  choose_step(section, config);
  if (file_ && !steady_) require_times(config.at("time"));
  for (const Component& component : components_) {
    if (!file_ && !component.uses_fields(section.has("velocity") ? fields.size() : 0)) require_same_faces(component);
  }
  if (coupled_) return;  // it is not known yet
  if (!steady_ && !file_ && options.third_order && options.divergence_form) {
    for (const Component& component : components_)
      changes_.emplace_back(domain, "change", faces(component.axis), ghosts);
  }
  fill(steady_ ? 0 : 0.5 * step_);
  const Problem problem = find_problem();
  if (problem.what != Problem::What::none) key_.fail(describe(problem));
  if (!(step_ > 0)) config.at("time").at("courant").fail(too_fast);
}

void Flow::read_components(const Config& section, const std::vector<std::string>& fields,
                           const Parameters& parameters) {
  const Grid& grid = domain_.grid();
  const int dimensions = grid.dimensions();
  const bool stream = section.has("stream_function");
  const bool potential = section.has("vector_potential");
  const auto expression = [&](const Config& text) {
    return Expression(text, dimensions, true, parameters,
                      section.has("velocity") ? fields : std::vector<std::string>{});
  };
  if (stream && dimensions != 2)
    key_.fail("a stream function is for two dimensions, the grid has " + std::to_string(dimensions));
  if (potential && dimensions != 3)
    key_.fail("a vector potential is for three dimensions, the grid has " + std::to_string(dimensions));
  const auto list =
      key_.is_list() || (dimensions > 1 && !stream)
          ? key_.items(dimensions, for_a_step_ ? "Courant numbers, one a dimension" : "components, one a dimension")
          : std::vector{key_};
  for (int d = 0; d < dimensions; ++d) {
    const int axis = grid.first_axis() + d;
    Component component{axis, {grid.spacing(0), grid.spacing(1), grid.spacing(2)}, {}, {}};
    const double over = 1 / grid.spacing(axis);
    const auto difference = [&](const Config& of, int along, double sign) {
      component.terms.push_back(
          {expression(of), grid.first_axis() + along, sign * over / grid.spacing(grid.first_axis() + along)});
    };
    if (stream) {  // G u = (-dS/dy, dS/dx): no divergence, but for rounding
      difference(key_, 1 - d, d == 0 ? -1 : 1);
    } else if (potential) {  // G u = curl A
      const int e = (d + 1) % 3;
      const int h = (d + 2) % 3;
      difference(list[at(h)], e, 1);
      difference(list[at(e)], h, -1);
    } else {
      component.terms.push_back({expression(list[at(d)]), {}, for_a_step_ ? 1 : over});
      if (!for_a_step_ && section.has("g_factor"))
        component.g = Expression(section.at("g_factor"), dimensions, false, parameters);
    }
    const bool coupled = section.has("velocity") && component.uses_fields(fields.size());
    coupled_ = coupled_ || coupled;
    steady_ = steady_ && !coupled && !component.uses_time();
    components_.push_back(std::move(component));
  }
  const auto is_uniform = [&](const Component& component) { return component.uniform(dimensions); };
  if (!coupled_ && std::all_of(components_.begin(), components_.end(), is_uniform)) {
    uniform_.emplace();
    return;
  }
  if (coupled_) blocks_components_.assign(domain_.blocks().size(), components_);
  for (const Component& component : components_)
    courant_.emplace_back(domain_, "courant", faces(component.axis), ghosts_);
}

void Flow::read_file(const Config& section, const Parameters& parameters) {
  if (!section.has("courant") && !section.has("velocity"))
    key_.fail("is an expression; from a file come `courant` or `velocity`");
  const Grid& grid = domain_.grid();
  file_ = std::make_unique<FlowFile>(key_, domain_);
  steady_ = !file_->times();
  std::vector<Location> locations;
  for (int axis = grid.first_axis(); axis < 3; ++axis) {
    Component component{axis, {}, {}, {}};
    if (!for_a_step_ && section.has("g_factor"))
      component.g = Expression(section.at("g_factor"), grid.dimensions(), false, parameters);
    components_.push_back(std::move(component));
    locations.push_back(faces(axis));
    courant_.emplace_back(domain_, "courant", locations.back(), ghosts_);
  }
  exchange_.emplace(domain_, locations, ghosts_);
}

/// Refuses a run of which the file lacks the middle of a step.
void Flow::require_times(const Config& time) const {
  const auto [first, last] = *file_->times();
  const double end =
      time.has("end") ? time.at("end").number() : step_ * static_cast<double>(time.at("steps").integer());
  if (file_->has(0.5 * step_) && file_->has(std::max(end - 0.5 * step_, 0.5 * step_))) return;
  std::ostringstream what;
  what << "the file has the flow from t = " << first << " to " << last
       << ", but the run needs it from the middle of its first step to that of its last, of steps of " << step_
       << " from 0 to " << end;
  key_.fail(what.str());
}

void Flow::read_diffusion(const Config& section, const Parameters& parameters) {
  const Grid& grid = domain_.grid();
  const char* const key = for_a_step_ ? "diffusion" : "diffusivity";
  const char* const other = for_a_step_ ? "diffusivity" : "diffusion";
  if (section.has(other)) {
    section.at(other).fail(
        for_a_step_ ? "goes with a velocity; with Courant numbers write diffusion: diffusivity x step / spacing^2"
                    : "goes with Courant numbers; with a velocity write diffusivity");
  }
  if (!section.has(key)) return;
  const Config config = section.at(key);
  const auto list = config.is_list() ? config.items(grid.dimensions(), "numbers, one a dimension")
                                     : std::vector<Config>(at(grid.dimensions()), config);
  diffusion_.emplace();
  for (std::size_t d = 0; d < list.size(); ++d) {
    const double number = Expression(list[d], 0, false, parameters)({}, 0);
    if (!(number >= 0) || !std::isfinite(number)) list[d].fail("a diffusivity is a finite number, not below 0");
    const double spacing = grid.spacing(grid.first_axis() + static_cast<int>(d));
    (*diffusion_)[d] = for_a_step_ ? number : number / (spacing * spacing);
  }
}

/// time.step or, for a velocity, a step with which the outgoing Courant numbers of no cell add up to more than time.courant
/// (at the beginning), shortened so that a whole number of steps leads to every output and to the end.
void Flow::choose_step(const Config& section, const Config& config) {
  const Config time = config.at("time");
  if (for_a_step_) {
    if (time.has("courant"))
      time.at("courant").fail(
          "the flow is given as Courant numbers already; give a velocity instead, or leave this out");
    if (time.has("step")) step_ = time.at("step").number();
    return;
  }
  if (time.has("step") == time.has("courant"))
    time.fail("give one of `step` and `courant`: " + std::string(section.has("velocity") ? "a velocity" : "this flow") +
              " needs a step");
  if (time.has("step")) {
    step_ = time.at("step").number();
  } else {
    const Config limit = time.at("courant");
    if (coupled_) limit.fail("the flow depends on the fields and is not known yet: give a step instead");
    fill(file_ && !steady_ ? std::clamp(0.0, file_->times()->first, file_->times()->second) : 0);
    const double rate = largest_outgoing();
    if (!(rate > 0)) limit.fail("nothing flows: give a step instead");
    step_ = limit.number() / rate;  // rates that are not finite are found later
    double duration = std::numeric_limits<double>::infinity();
    for (const Config& output : config.sections("output")) {
      if (output.has("interval")) duration = std::min(duration, output.at("interval").number());
    }
    if (!std::isfinite(duration) && time.has("end")) duration = time.at("end").number();
    if (std::isfinite(rate) && std::isfinite(duration)) {
      step_ = duration / std::ceil(duration / step_);
      if (!(step_ > 0)) limit.fail(too_fast);
    }
  }
  for (std::size_t d = 0; diffusion_ && d < 3; ++d) (*diffusion_)[d] *= step_;
}

}  // namespace tessera::mpdata
