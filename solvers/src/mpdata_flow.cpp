#include "mpdata_flow.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tessera/core/initial.hpp"

namespace tessera::mpdata {
namespace {

const std::vector<std::string> kinds{"courant", "velocity", "stream_function", "vector_potential"};

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

double Flow::Component::operator()(std::array<double, 3> position, double time) const {
  double sum = 0;
  for (const Term& term : terms) {
    if (!term.along) {
      sum += term.factor * term.expression(position, time);
      continue;
    }
    const std::size_t a = at(*term.along);
    const double middle = position[a];
    position[a] = middle + 0.5 * spacing[a];
    const double above = term.expression(position, time);
    position[a] = middle - 0.5 * spacing[a];
    sum += term.factor * (above - term.expression(position, time));
    position[a] = middle;
  }
  return g ? sum * (*g)(position, time) : sum;
}

bool Flow::Component::uses_time() const {
  return std::any_of(terms.begin(), terms.end(), [](const Term& term) { return term.expression.uses_time(); });
}

bool Flow::Component::uses_fields(std::size_t count) const {
  const Expression& expression = terms.front().expression;
  for (std::size_t f = 0; f < count; ++f) {
    if (expression.uses_field(f)) return true;
  }
  return false;
}

bool Flow::Component::uniform(int dimensions) const {
  return !g && !uses_time() && std::all_of(terms.begin(), terms.end(), [&](const Term& term) {
    bool same = !term.along;
    for (int d = 0; d < dimensions; ++d) same = same && !term.expression.uses_dimension(d);
    return same;
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
  if (section.has("courant_limit")) limit_ = section.at("courant_limit").positive();
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
  choose_step(section, config.at("time"), config.section("output"));
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
void Flow::choose_step(const Config& section, const Config& time, const Config& output) {
  if (for_a_step_) {
    if (time.has("courant"))
      time.at("courant").fail(
          "the flow is given as Courant numbers already; give a velocity instead, or leave this out");
    if (time.has("step")) step_ = time.at("step").positive();
    return;
  }
  if (time.has("step") == time.has("courant"))
    time.fail("give one of `step` and `courant`: " + std::string(section.has("velocity") ? "a velocity" : "this flow") +
              " needs a step");
  if (time.has("step")) {
    step_ = time.at("step").positive();
  } else {
    const Config limit = time.at("courant");
    if (coupled_) limit.fail("the flow depends on the fields and is not known yet: give a step instead");
    if (!(limit.positive() <= 1)) limit.fail("at most 1 is stable");
    fill(file_ && !steady_ ? std::clamp(0.0, file_->times()->first, file_->times()->second) : 0);
    const double rate = largest_outgoing();
    if (!(rate > 0)) limit.fail("nothing flows: give a step instead");
    step_ = limit.number() / rate;  // not finite: found later
    const bool interval = output.has("interval");
    if (std::isfinite(rate) && (interval || time.has("end"))) {
      const double duration = interval ? output.at("interval").positive() : time.at("end").positive();
      step_ = duration / std::ceil(duration / step_);
      if (!(step_ > 0))
        limit.fail("the flow is too fast for it: the step would be 0; use a slower flow, or an earlier end");
    }
  }
  for (std::size_t d = 0; diffusion_ && d < 3; ++d) (*diffusion_)[d] *= step_;
}

/// Refuses a component whose values differ on two faces that are the same: at the two ends of a periodic axis, and half a turn
/// apart at a pole, where what flows up on one side flows down on the other. Samples: that catches what is not periodic at all.
void Flow::require_same_faces(const Component& component) const {
  const Grid& grid = domain_.grid();
  const int axis = component.axis;
  const auto complain = [&](const char* where, double one, double other, const char* remedy) {
    const Expression& expression = component.terms.front().expression;
    std::ostringstream what;
    what << expression.place() << ": dimension " << grid.name(axis) << " is " << where << ", but '" << expression.text()
         << "' makes it " << one << " on the first and " << other << " on the last; use an expression " << remedy
         << grid.name(axis);
    throw ConfigError(what.str());
  };
  const auto value = [&](const Index3& cell, Index face, double time) {
    Index3 beside = cell;
    beside[at(axis)] = face;
    return component(grid.position(beside, axis), time);
  };
  /// In cells along the grid's diagonal, at the beginning and in the middle of the first step.
  const auto sample = [&](const auto& f) {
    constexpr int cells = 16;
    for (int c = 0; c < cells; ++c) {
      Index3 cell{};
      for (int a = 0; a < 3; ++a) cell[at(a)] = (grid.cells(a) - 1) * c / (cells - 1);
      for (const double time : {0.0, 0.5 * step_}) f(cell, time);
    }
  };
  double largest = 0;
  sample([&](const Index3& cell, double time) {
    for (const Index face : {Index{0}, cell[at(axis)], grid.cells(axis)})
      largest = std::fmax(largest, std::fabs(value(cell, face, time)));
  });
  const auto differ = [&](double a, double b) { return std::fabs(a - b) > 1e-10 * largest; };
  sample([&](const Index3& cell, double time) {
    if (grid.periodic(axis)) {
      const double below = value(cell, 0, time);
      const double above = value(cell, grid.cells(axis), time);
      if (differ(below, above))
        complain("periodic, so its first and last face are the same", below, above, "that is periodic along ");
    }
    for (int side = 0; side < 2; ++side) {
      if (!grid.polar(axis, side)) continue;
      Index3 other = cell;
      other[at(axis - 1)] = (cell[at(axis - 1)] + grid.cells(axis - 1) / 2) % grid.cells(axis - 1);
      const double here = value(cell, side == 0 ? 0 : grid.cells(axis), time);
      const double there = value(other, side == 0 ? 0 : grid.cells(axis), time);
      if (differ(here, -there))
        complain("polar: at the pole a face and that half a turn away are the same, and up on one is down on the other",
                 here, there, "that is 0 at the pole, or of opposite sign there, along ");
    }
  });
}

void Flow::fill_from_file(double time) {
  for (std::size_t d = 0; d < components_.size(); ++d) {
    file_->fill(d, courant_[d], time);
    if (for_a_step_) continue;
    const int axis = components_[d].axis;
    domain_.phase([&](const Block& block) {
      const Component component = components_[d];
      const double factor = step_ / domain_.grid().spacing(axis);
      Array& values = courant_[d][block];
      const Box& box = values.interior();
      for_each_row(box, [&](Index i, Index j) {
        for (Index k = box.lower[2]; k < box.upper[2]; ++k) {
          const Index3 face{block.global(0, i), block.global(1, j), block.global(2, k)};
          const double g = component.g ? (*component.g)(domain_.grid().position(face, axis), time) : 1;
          values.set(i, j, k, factor * g * values(i, j, k));
        }
      });
    });
  }
  std::vector<Field*> fields;
  for (Field& field : courant_) fields.push_back(&field);
  exchange_->run(
      fields, [](const Block&) {}, [](const Block&) {});
}

void Flow::fill(double time) {
  if (file_) {
    fill_from_file(time);
    close();
    return;
  }
  const double factor = for_a_step_ ? 1 : step_;
  for (std::size_t d = 0; d < components_.size(); ++d) {
    const Component& component = components_[d];
    if (uniform_) {
      (*uniform_)[d] = factor * component({}, time);
    } else if (changes_.empty()) {
      tessera::fill(domain_, courant_[d], ghosts_, [component, time, factor](const std::array<double, 3>& position) {
        return factor * component(position, time);
      });
    } else {
      const double half = 0.5 * step_;
      tessera::fill(domain_, std::array{&courant_[d], &changes_[d]}, ghosts_,
                    [component, time, factor, half](const std::array<double, 3>& position) {
                      const double first = factor * component(position, time - half);
                      const double middle = factor * component(position, time);
                      const double last = factor * component(position, time + half);
                      return std::array{(first + 4 * middle + last) / 6, last - first};  // Simpson's rule
                    });
    }
  }
  close();
}

void Flow::set_time(double time) {
  try {
    fill(time + 0.5 * step_);
  } catch (const ConfigError& error) {  // of a later record, or of what flows through a wall later
    std::ostringstream what;
    what << "at t = " << time << ": " << error.what();
    throw RunError(what.str());
  }
  require_stable(time);
}

void Flow::couple(const Block& block, std::span<Array* const> now, std::span<Array* const> before, double time) {
  const Grid& grid = domain_.grid();
  std::vector<double> values(now.size());
  for (std::size_t d = 0; d < components_.size(); ++d) {
    Component& component = blocks_components_[at(block.number)][d];
    const Expression& velocity = component.terms.front().expression;
    Array& courant = courant_[d][block];
    const auto global = [&](const Index3& cell) -> Index3 {
      return {block.global(0, cell[0]), block.global(1, cell[1]), block.global(2, cell[2])};
    };
    const auto in_cell = [&](const Index3& local) {
      const auto [cell, turned] = grid.image(global(local));
      for (std::size_t f = 0; f < now.size(); ++f)
        values[f] = 1.5 * (*now[f])(local[0], local[1], local[2]) - 0.5 * (*before[f])(local[0], local[1], local[2]);
      const double u = velocity(grid.position(cell), time + 0.5 * step_, values);
      return turned && component.axis == grid.polar_axis() ? -u : u;
    };
    const double factor = 0.5 * step_ * component.terms.front().factor;
    const Box box = domain_.grown(block, courant.interior(), ghosts_ - 1);
    for_each_row(box, [&](Index i, Index j) {
      for (Index k = box.lower[2]; k < box.upper[2]; ++k) {
        Index3 below{i, j, k};
        --below[at(component.axis)];
        double number = factor * (in_cell(below) + in_cell({i, j, k}));
        if (component.g) {
          const Index3 face = grid.image(global({i, j, k}), component.axis).cell;
          number *= (*component.g)(grid.position(face, component.axis), time);
        }
        courant.set(i, j, k, number);
      }
    });
    close_rigid(block, component.axis, courant);
    walls_.flow.apply(block, courant, ghosts_, layers_, 0);
  }
}

/// Through rigid walls nothing flows: sets that, and returns how much it would be.
double Flow::close_rigid(const Block& block, int axis, Array& values) const {
  double most = 0;
  for (int side = 0; side < 2; ++side) {
    if (!walls_.psi.rigid(axis, side) || !domain_.at_wall(block, axis, side)) continue;
    Box wall = domain_.grown(block, values.interior(), ghosts_);
    wall.lower[at(axis)] = side == 0 ? 0 : values.interior().upper[at(axis)] - 1;
    wall.upper[at(axis)] = wall.lower[at(axis)] + 1;
    for_each_row(wall, [&](Index i, Index j) {
      for (Index k = wall.lower[2]; k < wall.upper[2]; ++k) {
        most = std::fmax(most, std::fabs(values(i, j, k)));
        values.set(i, j, k, 0);  // sin(pi) is not quite
      }
    });
  }
  return most;
}

void Flow::close() {
  const Grid& grid = domain_.grid();
  std::vector<double> through(domain_.blocks().size(), 0);
  for (std::size_t d = 0; d < components_.size(); ++d) {
    const int axis = components_[d].axis;
    if (uniform_) {
      const bool rigid =
          (grid.wall(axis, 0) && walls_.psi.rigid(axis, 0)) || (grid.wall(axis, 1) && walls_.psi.rigid(axis, 1));
      if (rigid) through[0] = std::fmax(through[0], std::fabs((*uniform_)[d]));
      continue;
    }
    domain_.phase([&](const Block& block) {
      const auto close = [&](Array& values) {
        through[at(block.number)] = std::fmax(through[at(block.number)], close_rigid(block, axis, values));
        walls_.flow.apply(block, values, ghosts_, layers_, 0);
      };
      close(courant_[d][block]);
      if (!changes_.empty()) close(changes_[d][block]);
    });
  }
  constexpr double rounding = 1e-12;
  const double most = domain_.max(*std::max_element(through.begin(), through.end()));
  if (most <= rounding) return;
  std::ostringstream what;
  what << "up to " << most << " on a boundary `wall`, through which nothing may flow; make the flow 0 there, or the "
       << "boundary open";
  key_.fail(what.str());
}

}  // namespace tessera::mpdata
