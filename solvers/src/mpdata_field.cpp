#include "mpdata_field.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tessera/solvers/step_control.hpp"

namespace tessera::mpdata {
namespace {

/// Unless what blocks and tiles then compute twice costs more than the exchanges, and the ways through memory, that it saves:
/// measured, at about a quarter more cells.
bool choose_deep(Domain& domain, const Options& options, const Walls& walls) {
  if (domain.exchange().depth == ExchangeOptions::Depth::pass || !domain.thick_enough(options.deep_depth()))
    return false;
  if (options.iterations == 1) return true;
  Given any{Courant3{}, {}};  // neither G nor the flow change how many cells there are to do
  if (options.diffuses) any.diffusion.emplace();
  const auto work = [&](int first, int last) {
    const Sweep sweep(domain,
                      make_stages(domain.grid().dimensions(), domain.precision(), options, any, walls, first, last));
    return static_cast<double>(sweep.work());
  };
  double by_pass = 0;
  for (int pass = 1; pass <= options.iterations; ++pass) by_pass += work(pass, pass);
  constexpr double worth = 1.25;
  return domain.max(work(1, options.iterations) / by_pass) <= worth;
}

/// One pass waits for memory on any grid, two on large ones.
bool cheap_steps(const Domain& domain, const Options& options) {
  return options.iterations == 1 || (options.iterations == 2 && !options.nonoscillatory && domain.outgrows_cache());
}

}  // namespace

Plan make_plan(Domain& domain, const Options& options, const Walls& walls, bool several) {
  const Index more = options.coupled ? 1 : 0;
  const Index depth = options.deep_depth();
  if (!domain.thick_enough(depth + more) || !choose_deep(domain, options, walls))
    return {false, 1, options.shallow_depth() + more};
  const int at_once = several && !options.coupled ? steps_at_once(domain, depth, cheap_steps(domain, options)) : 1;
  return {true, at_once, at_once * depth + more};
}

AdvectedField::AdvectedField(const std::string& name, Domain& domain, const Options& options, const Plan& plan,
                             Flow& flow, Boundary boundary)
    : domain_(domain),
      options_(options),
      plan_(plan),
      flow_(flow),
      walls_(domain, std::move(boundary)),
      psi_(domain, name, Location::cells, plan.ghosts) {
  const Grid& grid = domain.grid();
  const Given given{flow.uniform(), flow.diffusion(), flow.has_g(), !flow.changes().empty()};
  const auto add_sweep = [&](int first, int last, int steps) {
    sweeps_.emplace_back(
        domain, make_stages(grid.dimensions(), domain.precision(), options, given, walls_, first, last, steps));
  };
  if (plan.deep) {
    add_sweep(1, options.iterations, 1);
    if (plan.at_once > 1) add_sweep(1, options.iterations, plan.at_once);
  } else {
    for (int pass = 1; pass <= options.iterations; ++pass) add_sweep(pass, pass, 1);
  }
  for (const Sweep& sweep : sweeps_) {
    if (sweep.depth() > plan.ghosts) throw std::logic_error("mpdata: a pass reads more ghosts than there are");
  }
  const std::size_t result = 1 + flow.courant().size() + (given.has_g ? 1 : 0) + flow.changes().size();
  for (const Sweep& sweep : sweeps_) in_place_.push_back(plan.deep && sweep.in_place(0, result));
  const auto add_field = [&](std::optional<Field>& field) {
    field.emplace(domain, name, Location::cells, plan.ghosts);
  };
  if (std::find(in_place_.begin(), in_place_.end(), false) != in_place_.end()) add_field(next_);
  if (plan.deep) return;
  if (options.iterations > 1 && options.nonoscillatory) add_field(third_);
  exchange_psi_.emplace(domain, std::vector{Location::cells}, plan.ghosts);
  if (!kept(options.iterations)) return;
  std::vector<Location> locations{Location::cells};
  for (int a = grid.first_axis(); a < 3; ++a) {
    for (auto& fields : antidiffusive_) fields.emplace_back(domain, "antidiffusive", faces(a), plan.ghosts);
    locations.push_back(faces(a));
  }
  exchange_all_.emplace(domain, locations, plan.ghosts);
}

void AdvectedField::run(const Block& block, bool many, std::span<const double> moments, Sweep::Cells cells) {
  const std::size_t number = many ? 1 : 0;
  if (cells != Sweep::Cells::inner)
    walls_.psi.apply(block, psi_[block], plan_.ghosts, options_.wall_layers(), moments.front());
  run_sweep(sweeps_[number], block, 1, psi_, in_place_[number] ? psi_ : *next_, moments, cells);
}

void AdvectedField::finish(bool many) {
  if (!in_place_[many ? 1 : 0]) psi_.swap_values(*next_);
}

void AdvectedField::step_by_pass(std::span<const double> moments) {
  Field* from = &psi_;
  for (int pass = 1; pass <= options_.iterations; ++pass) {
    Field* to = from == &*next_ ? (third_ ? &*third_ : &psi_) : &*next_;
    std::array<Field*, 4> fields{from};
    std::size_t count = 1;
    if (kept(pass)) {
      for (Field& component : antidiffusive_[at(pass - 1) % 2]) fields[count++] = &component;
    }
    HaloExchange& exchange = kept(pass) ? *exchange_all_ : *exchange_psi_;
    const auto run_cells = [&](const Block& block, Sweep::Cells cells) {
      run_sweep(sweeps_[at(pass - 1)], block, pass, *from, *to, moments, cells);
    };
    exchange.run(
        {fields.data(), count}, [&](const Block& block) { run_cells(block, Sweep::Cells::inner); },
        [&](const Block& block) {
          const Index layers = options_.wall_layers();
          walls_.psi.apply(block, (*from)[block], plan_.ghosts, layers, moments[pass > 1 ? 1 : 0]);
          for (std::size_t f = 1; f < count; ++f)
            walls_.flow.apply(block, (*fields[f])[block], plan_.ghosts, layers, 0);
          run_cells(block, Sweep::Cells::outer);
        });
    from = to;
  }
  if (from != &psi_) psi_.swap_values(*from);
}

/// The external quantities of make_stages().
void AdvectedField::run_sweep(Sweep& sweep, const Block& block, int pass, Field& from, Field& to,
                              std::span<const double> moments, Sweep::Cells cells) {
  std::array<Array*, 14> arrays{};
  std::size_t n = 0;
  arrays[n++] = &from[block];
  if (pass > 1 && options_.nonoscillatory) arrays[n++] = &psi_[block];
  for (Field& component : !plan_.deep && kept(pass) ? antidiffusive_[at(pass - 1) % 2] : flow_.courant())
    arrays[n++] = &component[block];
  if (flow_.has_g()) arrays[n++] = &(*flow_.g())[block];
  if (plan_.deep || pass == 2) {
    for (Field& component : flow_.changes()) arrays[n++] = &component[block];
  }
  arrays[n++] = &to[block];
  if (!plan_.deep && pass < options_.iterations && kept(pass + 1)) {
    for (Field& component : antidiffusive_[at(pass) % 2]) arrays[n++] = &component[block];
  }
  sweep.run(block, {arrays.data(), n}, moments, cells);
}

void AdvectedField::copy_to(Field& field) {
  domain_.phase([&](const Block& block) {
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) field[block].set(i, j, k, psi_[block](i, j, k));
    });
  });
}

void AdvectedField::remember_extremes() {
  const Extremes now = find_extremes(domain_, psi_);
  first_least_ = now.least;
  first_largest_ = now.largest;
}

void AdvectedField::add_numbers(std::map<std::string, double*>& numbers) {
  numbers["first_least_" + psi_.name()] = &first_least_;
  numbers["first_largest_" + psi_.name()] = &first_largest_;
}

void AdvectedField::add_diagnostics(std::vector<Diagnostic>& diagnostics) {
  const Grid& grid = domain_.grid();
  const Extremes now = find_extremes(domain_, psi_);
  const Sums sums = sum(domain_, psi_);
  const double mass = flow_.has_g() ? sum(domain_, psi_, flow_.g()).values : sums.values;
  const double volume = cell_volume(grid);
  const auto add = [&](const char* what, double value) { diagnostics.push_back({psi_.name() + what, value}); };
  add("_mass", mass * volume);
  add("_min", now.least);
  add("_max", now.largest);
  add("_l2", std::sqrt(sums.squares / static_cast<double>(grid.cells())));
  add("_overshoot", std::max({0.0, now.largest - first_largest_, first_least_ - now.least}));
}

}  // namespace tessera::mpdata
