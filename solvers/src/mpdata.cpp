#include "tessera/solvers/mpdata.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>

#include "mpdata_flow.hpp"
#include "mpdata_stages.hpp"
#include "tessera/core/initial.hpp"
#include "tessera/core/summary.hpp"
#include "tessera/core/sweep.hpp"
#include "tessera/solvers/step_control.hpp"

namespace tessera::mpdata {
namespace {

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

class Mpdata final : public Solver {
 public:
  Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters);

  State state() override {
    return {{&psi_}, {{"steps", &steps_}, {"first_least", &first_least_}, {"first_largest", &first_largest_}}};
  }
  double stable_step() const override { return flow_.step(); }  // Courant numbers are made for this step
  double fixed_step() const override { return flow_.step(); }
  Reached advance(double time, double limit, Index most) override;
  std::vector<Diagnostic> diagnostics() override;
  std::string describe() const override;

 private:
  void run(Sweep& sweep, const Block& block, int pass, Field& beginning, Field& from, Field& to, Sweep::Cells cells);
  void step_deep(bool many);
  void step_by_pass();
  /// Whether a pass starts from Courant numbers that another one left, by pass.
  bool kept(int pass) const { return pass > 2 || (pass == 2 && options_.diffuses); }

  Domain& domain_;
  Options options_;
  Walls walls_;
  bool deep_;
  int at_once_;  // steps of one exchange and sweep
  Index ghosts_;
  Flow flow_;
  Field psi_;
  std::optional<Field> next_;                        // unless all sweeps write over what they have read
  std::optional<Field> third_;                       // by pass, where the limiter needs psi of the step's beginning
  std::array<std::vector<Field>, 2> antidiffusive_;  // by pass, where passes have exchanges: of odd and even passes
  std::vector<double> moments_;                      // the beginnings of a sweep's steps, and the last one's end
  std::vector<Sweep> sweeps_;                        // a step and at_once_ steps, or a pass each
  std::vector<bool> in_place_;                       // of each sweep
  std::optional<HaloExchange> exchange_psi_;
  std::optional<HaloExchange> exchange_all_;  // psi and the antidiffusive Courant numbers
  double steps_ = 0;
  double first_least_ = 0;  // of psi at the beginning of all
  double first_largest_ = 0;
};

/// Collective. One exchange for all passes, unless what blocks and tiles then compute twice costs more than the exchanges, and
/// the ways through memory, that it saves: measured, at about a quarter more cells.
bool choose_deep(Domain& domain, const Options& options, const Walls& walls) {
  if (domain.exchange().depth == ExchangeOptions::Depth::pass || !domain.thick_enough(options.deep_depth()))
    return false;
  if (options.iterations == 1) return true;
  Given any{Courant3{}, {}, false};  // neither G nor the flow change how many cells there are to do
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

Mpdata::Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters)
    : domain_(domain),
      options_(options),
      walls_{Boundary(domain, config.at("grid"), "boundary", parameters,
                      {"constant", "derivative", "open", "extrapolated", "wall", "polar"}),
             Boundary::open(domain), Boundary::constant(domain, std::numeric_limits<double>::infinity())},
      deep_(choose_deep(domain, options, walls_)),
      at_once_(deep_ && is_steady(config, domain.grid().dimensions(), parameters)
                   ? steps_at_once(domain, options.deep_depth(), cheap_steps(domain, options))
                   : 1),
      ghosts_(deep_ ? at_once_ * options.deep_depth() : options.shallow_depth()),
      flow_(config, domain, walls_, ghosts_, options.wall_layers(), parameters),
      psi_(domain, "psi", Location::cells, ghosts_),
      moments_(at(at_once_) + 1) {
  const Grid& grid = domain.grid();
  fill_initial(domain, psi_, config.at("initial").at("psi"), parameters);
  const Summary initial = summarise(domain, psi_);
  first_least_ = initial.least;
  first_largest_ = initial.largest;

  const Given given{flow_.uniform(), flow_.diffusion(), flow_.has_g()};
  const auto add_sweep = [&](int first, int last, int steps) {
    sweeps_.emplace_back(
        domain, make_stages(grid.dimensions(), domain.precision(), options, given, walls_, first, last, steps));
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
  const std::size_t result = 1 + flow_.courant().size() + (given.has_g ? 1 : 0);
  for (const Sweep& sweep : sweeps_) in_place_.push_back(deep_ && sweep.in_place(0, result));
  const bool always = std::find(in_place_.begin(), in_place_.end(), false) == in_place_.end();
  if (!always) next_.emplace(domain, "psi", Location::cells, ghosts_);
  if (!deep_ && options.iterations > 1 && options.nonoscillatory)
    third_.emplace(domain, "psi", Location::cells, ghosts_);
  const bool keeps = !deep_ && kept(options.iterations);
  for (int a = grid.first_axis(); a < 3 && keeps; ++a) {
    for (auto& fields : antidiffusive_) fields.emplace_back(domain, "antidiffusive", faces(a), ghosts_);
  }
  exchange_psi_.emplace(domain, std::vector{Location::cells}, ghosts_);
  if (keeps) {
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

Reached Mpdata::advance(double, double, Index most) {
  const bool many = at_once_ > 1 && most >= at_once_;
  if (!flow_.steady()) flow_.set_time(steps_ * flow_.step());
  for (std::size_t m = 0; m < moments_.size(); ++m)
    moments_[m] = (steps_ + static_cast<double>(m)) * flow_.step();  // not summed up: no drift
  if (deep_) {
    step_deep(many);
  } else {
    step_by_pass();
  }
  const Index steps = many ? at_once_ : 1;
  steps_ += static_cast<double>(steps);
  return {steps_ * flow_.step(), steps};
}

void Mpdata::step_deep(bool many) {
  Field* const exchanged[] = {&psi_};
  const std::size_t number = many ? 1 : 0;
  Field& to = in_place_[number] ? psi_ : *next_;
  const auto run_cells = [&](const Block& block, Sweep::Cells cells) {
    run(sweeps_[number], block, 1, psi_, psi_, to, cells);
  };
  exchange_psi_->run(
      exchanged, [&](const Block& block) { run_cells(block, Sweep::Cells::inner); },
      [&](const Block& block) {
        walls_.psi.apply(block, psi_[block], ghosts_, options_.wall_layers(), moments_[0]);
        run_cells(block, Sweep::Cells::outer);
      });
  if (!in_place_[number]) psi_.swap_values(*next_);
}

void Mpdata::step_by_pass() {
  Field* from = &psi_;
  for (int pass = 1; pass <= options_.iterations; ++pass) {
    Field* to = from == &*next_ ? (third_ ? &*third_ : &psi_) : &*next_;
    std::array<Field*, 4> fields{from};
    std::size_t count = 1;
    if (kept(pass)) {
      for (Field& component : antidiffusive_[at(pass - 1) % 2]) fields[count++] = &component;
    }
    const std::span<Field* const> exchanged(fields.data(), count);
    HaloExchange& exchange = kept(pass) ? *exchange_all_ : *exchange_psi_;
    const auto run_cells = [&](const Block& block, Sweep::Cells cells) {
      run(sweeps_[at(pass - 1)], block, pass, psi_, *from, *to, cells);
    };
    exchange.run(
        exchanged, [&](const Block& block) { run_cells(block, Sweep::Cells::inner); },
        [&](const Block& block) {
          const Index layers = options_.wall_layers();
          walls_.psi.apply(block, (*from)[block], ghosts_, layers, moments_[pass > 1 ? 1 : 0]);
          for (std::size_t f = 1; f < count; ++f) walls_.flow.apply(block, (*fields[f])[block], ghosts_, layers, 0);
          run_cells(block, Sweep::Cells::outer);
        });
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
  for (Field& component : !deep_ && kept(pass) ? antidiffusive_[at(pass - 1) % 2] : flow_.courant())
    arrays[n++] = &component[block];
  if (flow_.has_g()) arrays[n++] = &(*flow_.g())[block];
  arrays[n++] = &to[block];
  if (!deep_ && pass < options_.iterations && kept(pass + 1)) {
    for (Field& component : antidiffusive_[at(pass) % 2]) arrays[n++] = &component[block];
  }
  sweep.run(block, {arrays.data(), n}, moments_, cells);
}

std::vector<Diagnostic> Mpdata::diagnostics() {
  const Grid& grid = domain_.grid();
  const Summary now = summarise(domain_, psi_);
  const double mass = flow_.has_g() ? summarise(domain_, psi_, flow_.g()).sum : now.sum;
  double volume = 1;
  for (int a = grid.first_axis(); a < 3; ++a) volume *= grid.spacing(a);
  const double overshoot = std::max({0.0, now.largest - first_largest_, first_least_ - now.least});
  return {{"psi_mass", mass * volume},  {"psi_min", now.least},
          {"psi_max", now.largest},     {"psi_l2", std::sqrt(now.squares / static_cast<double>(grid.cells()))},
          {"psi_overshoot", overshoot}, {"courant_max", flow_.largest_outgoing()}};
}

std::string Mpdata::describe() const {
  std::ostringstream text;
  text << "MPDATA: " << options_.iterations << " iteration(s)" << (options_.nonoscillatory ? ", nonoscillatory" : "")
       << (options_.infinite_gauge ? ", infinite gauge" : "") << (options_.third_order ? ", third order" : "")
       << (options_.divergence_form ? ", divergence form" : "") << (options_.divergent_flow ? ", divergent flow" : "")
       << (options_.dpdc ? ", double-pass donor cell" : "") << (options_.absolute ? ", absolute" : "")
       << (options_.dimensionally_split ? ", dimensionally split" : "") << (options_.diffuses ? ", with diffusion" : "")
       << (flow_.has_g() ? ", with G" : "") << "; "
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
