#include "tableau.hpp"

namespace tessera {

namespace {

const Tableau euler{"Euler", {{}}, {1}, {0}, {}, 2, 0};

/// One step against two halves of it, of which the halves are kept: the midpoint's tableau with equal weights.
const Tableau doubled_euler{"Euler by step doubling", {{}, {0.5}}, {0.5, 0.5}, {0, 0.5}, {0.5, -0.5}, 2, 0};

/// Kutta 1901 (Z. Math. Phys. 46): the classical method of fourth order.
const Tableau rk4{
    "RK4", {{}, {0.5}, {0, 0.5}, {0, 0, 1}}, {1. / 6, 1. / 3, 1. / 3, 1. / 6}, {0, 0.5, 0.5, 1}, {}, 2.785, 2.828};

/// Fehlberg 1969 (NASA TR R-315, table III, formula 2): the result of fourth order, and the difference to that of fifth.
const Tableau rkf45{"RKF45",
                    {{},
                     {1. / 4},
                     {3. / 32, 9. / 32},
                     {1932. / 2197, -7200. / 2197, 7296. / 2197},
                     {439. / 216, -8, 3680. / 513, -845. / 4104},
                     {-8. / 27, 2, -3544. / 2565, 1859. / 4104, -11. / 40}},
                    {25. / 216, 0, 1408. / 2565, 2197. / 4104, -1. / 5, 0},
                    {0, 1. / 4, 3. / 8, 12. / 13, 1, 1. / 2},
                    {1. / 360, 0, -128. / 4275, -2197. / 75240, 1. / 50, 2. / 55},
                    2.785,
                    2.828};

/// Calls visit(coefficient) for all of them, in a fixed order.
template <class F>
void for_each_coefficient(const Tableau& tableau, bool with_error, const F& visit) {
  for (const auto& row : tableau.a) {
    for (const double a : row) visit(a);
  }
  for (const double b : tableau.b) visit(b);
  if (!with_error) return;
  for (const double e : tableau.error) visit(e);
}

/// The first stage after `stage` that uses its rate as more than the newest, if any does.
bool used_later(const Tableau& tableau, std::size_t stage, bool with_error) {
  const std::size_t stages = tableau.b.size();
  for (std::size_t later = stage + 2; later < stages; ++later) {
    if (tableau.a[later][stage] != 0) return true;
  }
  return stage + 1 < stages && (tableau.b[stage] != 0 || (with_error && tableau.error[stage] != 0));
}

/// Writes down the stages of a step; `scaled` are the coefficients' places.
class Writer {
 public:
  Writer(const Tableau& tableau, bool with_error, const double* scaled) : tableau_(tableau), with_error_(with_error) {
    const auto take = [&](const std::vector<double>& row) {
      std::vector<const double*> places;
      for (std::size_t n = 0; n < row.size(); ++n) places.push_back(scaled++);
      return places;
    };
    for (const auto& row : tableau.a) a_.push_back(take(row));
    b_ = take(tableau.b);
    if (with_error) e_ = take(tableau.error);
  }

  /// From a register to the one that it returns; all that is new comes behind `next`.
  Register add(std::vector<Stage>& list, Register from, Register& next, std::size_t step, Sum::Use use) {
    const std::size_t stages = tableau_.b.size();
    std::vector<Register> rates;
    Register argument = from;
    for (std::size_t i = 0; i < stages; ++i) {
      const bool last = i + 1 == stages;
      Stage stage{argument, step * stages + i, {}, {}, step};
      rates.push_back(next);
      if (used_later(tableau_, i, with_error_)) stage.outputs.push_back({next++, {}});
      argument = next++;
      const std::vector<double>& values = last ? tableau_.b : tableau_.a[i + 1];
      const auto& places = last ? b_ : a_[i + 1];
      stage.outputs.push_back({argument, combine(from, values, places, rates), last ? use : Sum::Use::store});
      if (last && with_error_) {
        stage.error = combine(from, tableau_.error, e_, rates);
        stage.error->terms.erase(stage.error->terms.begin());
      }
      list.push_back(stage);
    }
    return argument;
  }

 private:
  static Combination combine(Register from, const std::vector<double>& values, const std::vector<const double*>& places,
                             const std::vector<Register>& rates) {
    Combination sum{{{from}}};
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (values[j] == 0) continue;
      if (j + 1 == rates.size()) sum.rate = places[j];
      else sum.terms.push_back({rates[j], places[j]});
    }
    return sum;
  }

  const Tableau& tableau_;
  bool with_error_;
  std::vector<std::vector<const double*>> a_;
  std::vector<const double*> b_, e_;
};

std::size_t count_coefficients(const Tableau& tableau, bool with_error) {
  std::size_t count = 0;
  for_each_coefficient(tableau, with_error, [&](double) { ++count; });
  return count;
}

}  // namespace

Tableau tableau_of(const StepOptions& options) {
  if (options.stepper == "euler") return options.adaptive ? doubled_euler : euler;
  return options.stepper == "rk4" ? rk4 : rkf45;
}

TableauSteps::TableauSteps(System& system, const Tableau& tableau, int steps, bool adaptive, Sum::Use use,
                           const double* weights)
    : tableau_(tableau),
      scaled_(count_coefficients(tableau, adaptive)),
      moments_(static_cast<std::size_t>(steps) * tableau.b.size()),
      stages_([&] {
        std::vector<Stage> list;
        Writer writer(tableau_, adaptive, scaled_.data());
        Register next = 1;
        for (int step = 0; step < steps; ++step)
          result_ = writer.add(list, result_, next, static_cast<std::size_t>(step), use);
        list.back().weights = weights;
        return list;
      }()),
      evaluations_(system, stages_, {result_}),
      registers_(result_ + 1) {
  std::vector<Register> needed;
  for (Register number = 1; number < result_; ++number) {
    if (evaluations_.needs(number)) needed.push_back(number);
  }
  own_.reserve(needed.size());
  for (const Register number : needed) registers_[number] = &own_.emplace_back(system.make_fields());
}

void TableauSteps::run(FieldSet& from, FieldSet& to, std::span<const double> starts, double length) {
  std::size_t n = 0;
  for_each_coefficient(tableau_, scaled_.size() > count_coefficients(tableau_, false),
                       [&](double value) { scaled_[n++] = length * value; });
  n = 0;
  for (const double start : starts) {
    for (const double c : tableau_.c) moments_[n++] = start + c * length;
  }
  registers_.front() = &from;
  registers_.back() = &to;
  evaluations_.run(registers_, moments_);
}

}  // namespace tessera
