#include "tessera/solvers/mpdata.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <sstream>

#include "mpdata_scheme.hpp"
#include "tessera/core/initial.hpp"

namespace tessera::mpdata {
namespace {

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
  double advance(double time, double limit) override;
  std::string describe() const override;

 private:
  void read_courant(const Config& section, const Parameters& parameters);
  void require_stable(const Config& section);
  void pass(const Block& block, int number, Index extent, const Array& psi, Array& out);
  void step_deep();
  void step_by_pass();

  Domain& domain_;
  Options options_;
  bool deep_;
  Index ghosts_;
  Kernels kernels_{};
  Field psi_;
  Field next_;
  std::optional<Field> g_;
  std::vector<Field> courant_;                       // by dimension
  std::array<std::vector<Field>, 2> antidiffusive_;  // of odd and even passes, by dimension
  std::vector<Field> limiter_;                       // least, largest, up, down
  std::optional<HaloExchange> exchange_psi_;
  std::optional<HaloExchange> exchange_all_;  // psi and the antidiffusive Courant numbers
  double steps_ = 0;
};

bool fits_deep(const Domain& domain, Index depth) {
  for (int a = 0; a < 3; ++a) {
    if (domain.exchanged(a) && thinnest_block(domain.grid(), domain.layout(), a) < depth) return false;
  }
  return true;
}

bool choose_deep(const Domain& domain, const Options& options) {
  using Depth = ExchangeOptions::Depth;
  if (domain.exchange().depth == Depth::pass) return false;
  return fits_deep(domain, options.deep_depth());
}

Mpdata::Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters)
    : domain_(domain),
      options_(options),
      deep_(choose_deep(domain, options)),
      ghosts_(deep_ ? options.deep_depth() : options.shallow_depth()),
      psi_(domain, "psi", Location::cells, ghosts_),
      next_(domain, "psi", Location::cells, ghosts_) {
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

  kernels_ = choose_kernels(grid.dimensions(), options.infinite_gauge, g_.has_value());
  for (int a = grid.first_axis(); a < 3 && options.iterations > 1; ++a) {
    antidiffusive_[0].emplace_back(domain, "antidiffusive", faces(a), ghosts_);
    if (options.iterations > 2) antidiffusive_[1].emplace_back(domain, "antidiffusive", faces(a), ghosts_);
  }
  if (options.nonoscillatory && options.iterations > 1) {
    for (const char* name : {"least", "largest", "up", "down"})
      limiter_.emplace_back(domain, name, Location::cells, ghosts_);
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
  for (int a = grid.first_axis(); a < 3; ++a) {
    const Expression courant(components[at(a - grid.first_axis())], grid.dimensions(), false, parameters);
    require_periodic(grid, courant, a);
    courant_.emplace_back(domain_, "courant", faces(a), ghosts_);
    fill(domain_, courant_.back(), courant, 0, ghosts_);
  }
}

void Mpdata::require_stable(const Config& section) {
  const Grid& grid = domain_.grid();
  std::vector<Index> first(domain_.blocks().size(), std::numeric_limits<Index>::max());
  const auto outgoing = [&](const Block& block, Index i, Index j, Index k) {
    double sum = 0;
    for (const Field& component : courant_) {
      const Array& c = component[block];
      const int axis = static_cast<int>(component.location());
      const double* below = c.row(i, j) + k;
      sum += std::fmax(below[c.stride(axis)], 0) - std::fmin(*below, 0);
      if (!std::isfinite(below[0]) || !std::isfinite(below[c.stride(axis)]))
        return std::numeric_limits<double>::quiet_NaN();
    }
    return g_ ? sum / (*g_)[block](i, j, k) : sum;
  };
  constexpr double rounding = 1e-12;
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

void Mpdata::pass(const Block& block, int number, Index extent, const Array& psi, Array& out) {
  Pass arrays{&psi, &out, {}, {}, g_ ? &(*g_)[block] : nullptr, nullptr, nullptr, nullptr, nullptr};
  const int first_axis = domain_.grid().first_axis();
  // Pass 2 corrects the given Courant numbers; a later one those of the pass before.
  std::vector<Field>& before = number <= 2 ? courant_ : antidiffusive_[static_cast<std::size_t>(number - 1) % 2];
  for (int a = first_axis; a < 3; ++a) {
    const std::size_t d = at(a - first_axis);
    arrays.courant[at(a)] = &before[d][block];
    if (number > 1) arrays.antidiffusive[at(a)] = &antidiffusive_[static_cast<std::size_t>(number) % 2][d][block];
  }
  if (!limiter_.empty()) {
    arrays.least = &limiter_[0][block];
    arrays.largest = &limiter_[1][block];
    arrays.up = &limiter_[2][block];
    arrays.down = &limiter_[3][block];
  }
  const Box cells = kernels_.grown(block.local(), extent);
  if (number > 1) return kernels_.correct(arrays, cells, options_);
  // The extrema serve the corrective passes: pass 2 reads them one layer around what it corrects.
  if (!limiter_.empty()) kernels_.extrema(arrays, kernels_.grown(block.local(), deep_ ? extent - 1 : 1));
  kernels_.upwind(arrays, cells);
}

double Mpdata::advance(double, double) {
  if (deep_) {
    step_deep();
  } else {
    step_by_pass();
  }
  ++steps_;
  return steps_ * options_.step;  // not summed up: no drift
}

void Mpdata::step_deep() {
  Field* const exchanged[] = {&psi_};
  exchange_psi_->run(
      exchanged, [](const Block&) {},
      [&](const Block& block) {
        Array* psi = &psi_[block];
        Array* out = &next_[block];
        for (int number = 1; number <= options_.iterations; ++number) {
          pass(block, number, options_.pass_reach() * (options_.iterations - number), *psi, *out);
          std::swap(psi, out);
        }
      });
  if (options_.iterations % 2 == 1) psi_.swap_values(next_);
}

void Mpdata::step_by_pass() {
  for (int number = 1; number <= options_.iterations; ++number) {
    std::vector<Field*> exchanged{&psi_};
    if (number > 2) {
      for (Field& component : antidiffusive_[static_cast<std::size_t>(number - 1) % 2]) exchanged.push_back(&component);
    }
    HaloExchange& exchange = number > 2 ? *exchange_all_ : *exchange_psi_;
    exchange.run(
        exchanged, [](const Block&) {}, [&](const Block& block) { pass(block, number, 0, psi_[block], next_[block]); });
    psi_.swap_values(next_);
  }
}

std::string Mpdata::describe() const {
  std::ostringstream text;
  text << "MPDATA: " << options_.iterations << " iteration(s)" << (options_.nonoscillatory ? ", nonoscillatory" : "")
       << (options_.infinite_gauge ? ", infinite gauge" : "")
       << (options_.dimensionally_split ? ", dimensionally split" : "") << (g_ ? ", with G" : "") << "; "
       << (deep_ ? "one exchange a step, " : "one exchange a pass, ") << ghosts_ << " ghost layer(s)";
  return text.str();
}

}  // namespace

std::unique_ptr<Solver> make_solver(const Config& config, const Options& options, Domain& domain,
                                    const Parameters& parameters) {
  return std::make_unique<Mpdata>(config, options, domain, parameters);
}

}  // namespace tessera::mpdata
