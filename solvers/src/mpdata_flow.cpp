#include "mpdata_flow.hpp"

#include <algorithm>
#include <sstream>

#include "tessera/core/initial.hpp"

namespace tessera::mpdata {

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

}  // namespace tessera::mpdata
