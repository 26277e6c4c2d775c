#include "tessera/solvers/mpdata.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>

#include "mpdata_stages.hpp"
#include "tessera/core/initial.hpp"
#include "tessera/core/sweep.hpp"
#include "tessera/solvers/step_control.hpp"

namespace tessera::mpdata {
namespace {

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

/// Refuses a Courant field whose two ends of a periodic axis, which are the same face, differ.
void require_periodic(const Grid& grid, const Expression& courant, int axis) {
  const auto value = [&](Index i, Index j, Index k, Index end) {
    std::array<double, 3> position{};
    const Index3 cell{i, j, k};
    for (int a = grid.first_axis(); a < 3; ++a) position[at(a)] = grid.centre(a, cell[at(a)]);
    position[at(axis)] = grid.face(axis, end);
    return courant(position, 0);
  };
  for (int sample = 0; sample < 16; ++sample) {  // along the diagonal of the face
    Index3 cell{};
    for (int a = 0; a < 3; ++a) cell[at(a)] = (grid.cells(a) - 1) * sample / 15;
    const double below = value(cell[0], cell[1], cell[2], 0);
    const double above = value(cell[0], cell[1], cell[2], grid.cells(axis));
    if (std::fabs(below - above) > 1e-10 * std::max(1.0, std::fabs(below))) {
      std::ostringstream what;
      what << courant.place() << ": dimension " << grid.name(axis)
           << " is periodic, so its first and last face are the same, but '" << courant.text() << "' is " << below
           << " on the first and " << above << " on the last; use an expression that is periodic along "
           << grid.name(axis);
      throw ConfigError(what.str());
    }
  }
}

void refuse_walls(const Config& config, const Grid& grid) {
  for (int a = grid.first_axis(); a < 3; ++a) {
    if (!grid.periodic(a))
      config.at("grid").at("boundary").fail("mpdata knows periodic boundaries only; write periodic");
  }
}

class Mpdata final : public Solver {
 public:
  Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters);

  State state() override { return {{&psi_}, {{"steps", &steps_}}}; }
  double stable_step() const override { return options_.step; }  // the Courant numbers are given for this step
  double fixed_step() const override { return options_.step; }
  Reached advance(double time, double limit, Index most) override;
  std::string describe() const override;

 private:
  void read_courant(const Config& section, const Parameters& parameters);
  void require_stable(const Config& section);
  void run(Sweep& sweep, const Block& block, int pass, Field& beginning, Field& from, Field& to, Sweep::Cells cells);
  void step_deep(bool many);
  void step_by_pass();

  Domain& domain_;
  Options options_;
  bool deep_;
  int at_once_;  // steps of one exchange and sweep
  Index ghosts_;
  Field psi_;
  std::optional<Field> next_;   // unless all sweeps write over what they have read
  std::optional<Field> third_;  // by pass, where the limiter needs psi of the step's beginning
  std::optional<Field> g_;
  std::optional<std::array<double, 3>> uniform_;     // Courant numbers by dimension that need no fields
  std::vector<Field> courant_;                       // by dimension
  std::array<std::vector<Field>, 2> antidiffusive_;  // by pass, where passes have exchanges: of odd and even passes
  std::vector<Sweep> sweeps_;                        // a step and at_once_ steps, or a pass each
  std::vector<bool> in_place_;                       // of each sweep
  std::optional<HaloExchange> exchange_psi_;
  std::optional<HaloExchange> exchange_all_;  // psi and the antidiffusive Courant numbers
  double steps_ = 0;
};

/// Collective. One exchange for all passes, unless what blocks and tiles then compute twice costs more than the exchanges, and
/// the ways through memory, that it saves: measured, at about a quarter more cells.
bool choose_deep(Domain& domain, const Options& options) {
  if (domain.exchange().depth == ExchangeOptions::Depth::pass || !domain.thick_enough(options.deep_depth()))
    return false;
  if (options.iterations == 1) return true;
  const auto work = [&](int first, int last) {  // neither G nor the flow change how many cells there are to do
    const Sweep sweep(domain, make_stages(domain.grid().dimensions(), domain.precision(), options, false,
                                          std::array<double, 3>{}, first, last));
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

Mpdata::Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters)
    : domain_(domain),
      options_(options),
      deep_(choose_deep(domain, options)),
      at_once_(deep_ ? steps_at_once(domain, options.deep_depth(), cheap_steps(domain, options)) : 1),
      ghosts_(deep_ ? at_once_ * options.deep_depth() : options.shallow_depth()),
      psi_(domain, "psi", Location::cells, ghosts_) {
  const Grid& grid = domain.grid();
  const Config section = config.at("mpdata");
  refuse_walls(config, grid);
  if (section.has("g_factor")) {
    g_.emplace(domain, "g", Location::cells, ghosts_);
    fill(domain, *g_, Expression(section.at("g_factor"), grid.dimensions(), false, parameters), 0, ghosts_);
  }
  read_courant(section, parameters);
  require_stable(section);
  fill_initial(domain, psi_, config.at("initial").at("psi"), parameters);

  const auto add_sweep = [&](int first, int last, int steps) {
    sweeps_.emplace_back(domain, make_stages(grid.dimensions(), domain.precision(), options, g_.has_value(), uniform_,
                                             first, last, steps));
  };
  if (deep_) {
    add_sweep(1, options.iterations, 1);
    if (at_once_ > 1) add_sweep(1, options.iterations, at_once_);
  } else {
    for (int pass = 1; pass <= options.iterations; ++pass) add_sweep(pass, pass, 1);
  }
  for (const Sweep& sweep : sweeps_) {
    if (sweep.depth() > ghosts_) throw std::logic_error("mpdata: a pass reads more ghosts than there are");
  }
  const std::size_t result = 1 + courant_.size() + (g_ ? 1 : 0);
  for (const Sweep& sweep : sweeps_) in_place_.push_back(deep_ && sweep.in_place(0, result));
  const bool always = std::find(in_place_.begin(), in_place_.end(), false) == in_place_.end();
  if (!always) next_.emplace(domain, "psi", Location::cells, ghosts_);
  if (!deep_ && options.iterations > 1 && options.nonoscillatory)
    third_.emplace(domain, "psi", Location::cells, ghosts_);
  for (int a = grid.first_axis(); a < 3 && !deep_ && options.iterations > 2; ++a) {
    for (auto& fields : antidiffusive_) fields.emplace_back(domain, "antidiffusive", faces(a), ghosts_);
  }
  exchange_psi_.emplace(domain, std::vector{Location::cells}, ghosts_);
  if (!deep_ && options.iterations > 2) {
    std::vector<Location> locations{Location::cells};
    for (int a = grid.first_axis(); a < 3; ++a) locations.push_back(faces(a));
    exchange_all_.emplace(domain, locations, ghosts_);
  }
  if (options.infinite_gauge && options.iterations > 2) {
    domain.log().warn(
        "mpdata: infinite_gauge with more than 2 iterations depends on the scale of psi and is unstable "
        "for large |psi|; 2 iterations are recommended");
  }
}

void Mpdata::read_courant(const Config& section, const Parameters& parameters) {
  const Grid& grid = domain_.grid();
  const Config list = section.at("courant");
  const auto components = list.is_list()           ? list.items(grid.dimensions(), "Courant numbers, one a dimension")
                          : grid.dimensions() == 1 ? std::vector{list}
                                                   : list.items();
  std::vector<Expression> courant;
  bool uniform = true;
  for (int a = grid.first_axis(); a < 3; ++a) {
    courant.emplace_back(components[at(a - grid.first_axis())], grid.dimensions(), false, parameters);
    require_periodic(grid, courant.back(), a);
    for (int d = 0; d < grid.dimensions(); ++d) uniform = uniform && !courant.back().uses_dimension(d);
  }
  if (uniform) uniform_.emplace();
  for (int d = 0; d < grid.dimensions(); ++d) {
    if (uniform) {
      (*uniform_)[at(d)] = courant[at(d)]({}, 0);
    } else {
      courant_.emplace_back(domain_, "courant", faces(grid.first_axis() + d), ghosts_);
      fill(domain_, courant_.back(), courant[at(d)], 0, ghosts_);
    }
  }
}

void Mpdata::require_stable(const Config& section) {
  const Grid& grid = domain_.grid();
  std::vector<Index> first(domain_.blocks().size(), std::numeric_limits<Index>::max());
  const auto outgoing = [&](const Block& block, Index i, Index j, Index k) {
    double sum = 0;
    for (int d = 0; d < grid.dimensions(); ++d) {
      double lower = uniform_ ? (*uniform_)[at(d)] : 0;
      double upper = lower;
      if (!uniform_) {
        const Array& c = courant_[at(d)][block];
        lower = c(i, j, k);
        Index3 above{i, j, k};
        ++above[at(grid.first_axis() + d)];
        upper = c(above[0], above[1], above[2]);
      }
      if (!std::isfinite(lower) || !std::isfinite(upper)) return std::numeric_limits<double>::quiet_NaN();
      sum += std::fmax(upper, 0) - std::fmin(lower, 0);
    }
    return g_ ? sum / (*g_)[block](i, j, k) : sum;
  };
  const double rounding = domain_.precision() == Precision::float32 ? 1e-6 : 1e-12;
  double worst = 0;
  std::vector<double> largest(domain_.blocks().size(), 0);
  domain_.phase([&](const Block& block) {
    Index& found = first[at(block.number)];
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        const double sum = outgoing(block, i, j, k);
        const bool positive = !g_ || (*g_)[block](i, j, k) > 0;
        if (positive && sum <= 1 + rounding) continue;
        if (found != std::numeric_limits<Index>::max()) continue;
        found = grid.number({block.global(0, i), block.global(1, j), block.global(2, k)});
        largest[at(block.number)] = positive ? sum : -1;
      }
    });
  });
  const auto local = std::min_element(first.begin(), first.end());
  const Index cell = domain_.min(*local);
  if (cell == std::numeric_limits<Index>::max()) return;
  // The rank that owns the cell knows the value; sharing it makes all ranks throw the same message.
  const bool mine = *local == cell;
  worst = mine ? largest[static_cast<std::size_t>(local - first.begin())] : 0;
  const bool bad_number = domain_.communicator().allreduce(mine && std::isnan(worst) ? 1 : 0, comm::Operator::max) == 1;
  const double value = domain_.communicator().allreduce(bad_number ? 0.0 : worst, comm::Operator::sum);
  const Config courant = section.at("courant");
  const std::string where = grid.describe(grid.cell(cell));
  std::ostringstream what;
  if (bad_number) {
    courant.fail("not finite at a face of " + where + "; correct the expressions");
  } else if (value < 0) {
    section.at("g_factor").fail("not above 0 in " + where + "; it is a density or a volume factor");
  }
  what << "the outgoing Courant numbers " << (g_ ? "over G " : "") << "add up to " << value << " in " << where
       << ", but at most 1 is stable; use a smaller step, and with it smaller Courant numbers";
  courant.fail(what.str());
}

Reached Mpdata::advance(double, double, Index most) {
  const bool many = at_once_ > 1 && most >= at_once_;
  if (deep_) {
    step_deep(many);
  } else {
    step_by_pass();
  }
  const Index steps = many ? at_once_ : 1;
  steps_ += static_cast<double>(steps);
  return {steps_ * options_.step, steps};  // not summed up: no drift
}

void Mpdata::step_deep(bool many) {
  Field* const exchanged[] = {&psi_};
  const std::size_t number = many ? 1 : 0;
  Field& to = in_place_[number] ? psi_ : *next_;
  const auto task = [&](Sweep::Cells cells) {
    return [&, cells](const Block& block) { run(sweeps_[number], block, 1, psi_, psi_, to, cells); };
  };
  exchange_psi_->run(exchanged, task(Sweep::Cells::inner), task(Sweep::Cells::outer));
  if (!in_place_[number]) psi_.swap_values(*next_);
}

void Mpdata::step_by_pass() {
  Field* from = &psi_;
  for (int pass = 1; pass <= options_.iterations; ++pass) {
    Field* to = from == &*next_ ? (third_ ? &*third_ : &psi_) : &*next_;
    std::array<Field*, 4> fields{from};
    std::size_t count = 1;
    if (pass > 2) {
      for (Field& component : antidiffusive_[at(pass - 1) % 2]) fields[count++] = &component;
    }
    const std::span<Field* const> exchanged(fields.data(), count);
    HaloExchange& exchange = pass > 2 ? *exchange_all_ : *exchange_psi_;
    const auto task = [&](Sweep::Cells cells) {
      return [&, cells](const Block& block) { run(sweeps_[at(pass - 1)], block, pass, psi_, *from, *to, cells); };
    };
    exchange.run(exchanged, task(Sweep::Cells::inner), task(Sweep::Cells::outer));
    from = to;
  }
  if (from != &psi_) psi_.swap_values(*from);
}

/// The external quantities of make_stages().
void Mpdata::run(Sweep& sweep, const Block& block, int pass, Field& beginning, Field& from, Field& to,
                 Sweep::Cells cells) {
  std::array<Array*, 12> arrays{};
  std::size_t n = 0;
  arrays[n++] = &from[block];
  if (pass > 1 && options_.nonoscillatory) arrays[n++] = &beginning[block];
  for (Field& component : pass > 2 ? antidiffusive_[at(pass - 1) % 2] : courant_) arrays[n++] = &component[block];
  if (g_) arrays[n++] = &(*g_)[block];
  arrays[n++] = &to[block];
  if (!deep_ && pass > 1 && pass < options_.iterations) {
    for (Field& component : antidiffusive_[at(pass) % 2]) arrays[n++] = &component[block];
  }
  sweep.run(block, {arrays.data(), n}, {}, cells);
}

std::string Mpdata::describe() const {
  std::ostringstream text;
  text << "MPDATA: " << options_.iterations << " iteration(s)" << (options_.nonoscillatory ? ", nonoscillatory" : "")
       << (options_.infinite_gauge ? ", infinite gauge" : "")
       << (options_.dimensionally_split ? ", dimensionally split" : "") << (g_ ? ", with G" : "") << "; "
       << (at_once_ > 1 ? std::to_string(at_once_) + " steps an exchange, "
           : deep_      ? "one exchange a step, "
                        : "one exchange a pass, ")
       << ghosts_ << " ghost layer(s)";
  return text.str();
}

}  // namespace

std::unique_ptr<Solver> make_solver(const Config& config, const Options& options, Domain& domain,
                                    const Parameters& parameters) {
  return std::make_unique<Mpdata>(config, options, domain, parameters);
}

}  // namespace tessera::mpdata
