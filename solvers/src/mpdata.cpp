#include "tessera/solvers/mpdata.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "mpdata_field.hpp"
#include "mpdata_sources.hpp"
#include "tessera/core/initial.hpp"
#include "tessera/solvers/initial_state.hpp"

namespace tessera::mpdata {
namespace {

const std::vector<std::string> conditions{"constant", "derivative", "open", "extrapolated", "wall", "polar"};

/// That of a field: mpdata.boundaries.NAME or, without, `common`.
Boundary read_boundary(const Config& config, const std::string& name, Domain& domain, const Parameters& parameters,
                       const Options& options, const Boundary& common) {
  const Config own = config.at("mpdata").section("boundaries");
  if (!own.has(name)) return common;
  Boundary boundary(domain, own, name, parameters, conditions, options.wall_layers());
  for (int axis = domain.grid().first_axis(); axis < 3; ++axis) {
    for (int side = 0; side < 2; ++side) {
      if (boundary.rigid(axis, side) != common.rigid(axis, side))
        own.at(name).fail("an end is a `wall` for all fields or for none: as in grid.boundary");
    }
  }
  return boundary;
}

/// Of what runs, and is a mistake in most cases.
void warn_of_risks(const Options& options, Flow& flow, const Log& log) {
  if (options.infinite_gauge && options.iterations > 2) {
    log.warn(
        "mpdata: infinite_gauge with more than 2 iterations depends on the scale of psi and is unstable "
        "for large |psi|; 2 iterations are recommended");
  }
  if (options.infinite_gauge && options.dpdc) {
    log.warn(
        "mpdata: dpdc with infinite_gauge depends on the scale of psi and is unstable for large |psi|; dpdc without "
        "infinite_gauge is recommended");
  }
  if (options.iterations == 1 || flow.coupled()) return;
  const double divergence = flow.largest_divergence();
  constexpr double from_places = 1e-3;  // expressions have that much on faces, even where they have none by themselves
  if (divergence > from_places * flow.largest_outgoing() && !options.divergent_flow && !options.divergence_form) {
    std::ostringstream what;
    what << "mpdata: the flow has a divergence (up to " << divergence
         << " a step), for which the corrections are of first "
         << "order only; with divergent_flow or divergence_form they are of second. Flow without divergence on the "
            "grid, "
         << "too, comes from a stream_function or vector_potential";
    log.warn(what.str());
  }
  const std::optional<Courant3>& uniform = flow.uniform();
  if (!uniform) return;
  const auto flows = std::count_if(uniform->begin(), uniform->end(), [](double c) { return c != 0; });
  double sum = 0;
  for (const double c : *uniform) sum += std::fabs(c);
  const double most = flows == 2 ? 0.59 : 0.52;  // docs/mpdata.md, Stability
  if (flows < 2 || sum <= most) return;
  std::ostringstream what;
  what << "mpdata: in uniform flow oblique to the grid short waves grow slowly where Courant numbers add up to more "
          "than "
       << most << ", here " << sum << "; for many steps use a smaller step";
  log.warn(what.str());
}

/// Of a field with values of both signs.
void warn_of_signs(const std::string& name, const Options& options, const Log& log) {
  const bool corrected = options.iterations > 1 && !options.infinite_gauge && !options.absolute;
  const bool of_one_sign = options.diffuses || options.dpdc;
  if (!corrected && !of_one_sign) return;
  log.warn("mpdata: " + name +
           " has values of both signs, between which denominators vanish and it may grow beyond all bounds; " +
           (of_one_sign ? "leave out diffusion and dpdc, " : "") +
           (corrected ? "use infinite_gauge or absolute, " : "") + "or carry " + name + " plus a constant");
}

class Mpdata final : public Solver {
 public:
  Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters);

  State state() override;
  double stable_step() const override { return flow_.step(); }  // Courant numbers are made for this step
  double fixed_step() const override { return flow_.step(); }
  Reached advance(double time, double limit, Index most) override;
  std::vector<Diagnostic> diagnostics() override;
  std::string describe() const override;

 private:
  void couple();
  void remember();
  void step_deep(bool many);

  Options options_;
  Walls walls_;  // of the first field
  Sources sources_;
  Plan plan_;
  Flow flow_;
  std::vector<std::unique_ptr<AdvectedField>> fields_;
  std::vector<Field*> exchanged_;  // where the plan is deep
  std::optional<HaloExchange> exchange_;
  std::vector<Field> before_;  // of coupled flow: the fields a step ago
  std::vector<Field*> now_and_before_;
  std::optional<HaloExchange> couple_exchange_;
  std::vector<double> moments_;  // the beginnings of a sweep's steps, and the last one's end
  double steps_ = 0;
};

Mpdata::Mpdata(const Config& config, const Options& options, Domain& domain, const Parameters& parameters)
    : options_(options),
      walls_(domain, Boundary(domain, config.at("grid"), "boundary", parameters, conditions, options.wall_layers())),
      sources_(config, domain, parameters),
      plan_(make_plan(domain, options, walls_,
                      sources_.none() && is_steady(config, domain.grid().dimensions(), sources_.fields(), parameters))),
      flow_(config, options, domain, walls_, sources_.fields(), plan_.ghosts, parameters),
      moments_(static_cast<std::size_t>(plan_.at_once) + 1) {
  for (const std::string& name : sources_.fields()) {
    fields_.push_back(std::make_unique<AdvectedField>(
        name, domain, options_, plan_, flow_, read_boundary(config, name, domain, parameters, options, walls_.psi)));
    fill_initial(domain, fields_.back()->psi(), config.at("initial").at(name), parameters);
    fields_.back()->remember_extremes();
    exchanged_.push_back(&fields_.back()->psi());
  }
  if (plan_.deep) exchange_.emplace(domain, std::vector<Location>(fields_.size(), Location::cells), plan_.ghosts);
  if (flow_.coupled()) {
    for (const auto& field : fields_) {
      Field& psi = field->psi();
      before_.emplace_back(domain, psi.name() + "@before", Location::cells, plan_.ghosts);
    }
    remember();
    now_and_before_ = exchanged_;
    for (Field& field : before_) now_and_before_.push_back(&field);
    couple_exchange_.emplace(domain, std::vector<Location>(now_and_before_.size(), Location::cells), plan_.ghosts);
  }
  warn_of_risks(options, flow_, domain.log());
  for (const auto& field : fields_) {
    if (field->changes_sign()) warn_of_signs(field->psi().name(), options, domain.log());
  }
}

State Mpdata::state() {
  State state{exchanged_, {{"steps", &steps_}}};
  for (const auto& field : fields_) field->add_numbers(state.numbers);
  for (Field& field : before_) state.memory.push_back(&field);
  return state;
}

Reached Mpdata::advance(double, double, Index most) {
  const bool many = plan_.at_once > 1 && most >= plan_.at_once;
  const double step = flow_.step();
  if (flow_.coupled()) couple();
  else if (!flow_.steady()) flow_.set_time(steps_ * step);
  for (std::size_t m = 0; m < moments_.size(); ++m)
    moments_[m] = (steps_ + static_cast<double>(m)) * step;  // not summed up: no drift
  const auto close = [&](const Block& block, std::size_t field, Array& values, double time) {
    fields_[field]->close(block, values, 1, 1, time);
  };
  sources_.apply(exchanged_, moments_.front(), 0.5 * step, close);
  if (plan_.deep) {
    step_deep(many);
  } else {
    for (const auto& field : fields_) field->step_by_pass(moments_);
  }
  sources_.apply(exchanged_, moments_.front() + 0.5 * step, 0.5 * step, close);
  const Index steps = many ? plan_.at_once : 1;
  steps_ += static_cast<double>(steps);
  return {steps_ * step, steps};
}

/// The flow of this step, from the fields now and a step ago.
void Mpdata::couple() {
  const double step = flow_.step();
  const double time = steps_ * step;
  const double before = std::max(0.0, time - step);  // in the first step the fields before are those now
  couple_exchange_->run(
      now_and_before_, [](const Block&) {},
      [&](const Block& block) {
        std::vector<Array*> arrays;
        for (Field* field : now_and_before_) arrays.push_back(&(*field)[block]);
        const std::size_t count = fields_.size();
        for (std::size_t f = 0; f < arrays.size(); ++f)
          fields_[f % count]->close(block, *arrays[f], plan_.ghosts, 1, f < count ? time : before);
        flow_.couple(block, std::span(arrays).first(count), std::span(arrays).subspan(count), time);
      });
  flow_.require_stable(time);
  remember();
}

void Mpdata::remember() {
  for (std::size_t f = 0; f < before_.size(); ++f) fields_[f]->copy_to(before_[f]);
}

void Mpdata::step_deep(bool many) {
  const auto run = [&](Sweep::Cells cells) {
    return [&, cells](const Block& block) {
      for (const auto& field : fields_) field->run(block, many, moments_, cells);
    };
  };
  exchange_->run(exchanged_, run(Sweep::Cells::inner), run(Sweep::Cells::outer));
  for (const auto& field : fields_) field->finish(many);
}

std::vector<Diagnostic> Mpdata::diagnostics() {
  std::vector<Diagnostic> all;
  for (const auto& field : fields_) field->add_diagnostics(all);
  all.push_back({"courant_max", flow_.largest_outgoing()});
  all.push_back({"divergence_max", flow_.largest_divergence()});
  return all;
}

std::string Mpdata::describe() const {
  std::ostringstream text;
  text << "MPDATA: " << options_.iterations << " iteration(s)" << (options_.nonoscillatory ? ", nonoscillatory" : "")
       << (options_.infinite_gauge ? ", infinite gauge" : "") << (options_.third_order ? ", third order" : "")
       << (options_.divergence_form ? ", divergence form" : "") << (options_.divergent_flow ? ", divergent flow" : "")
       << (options_.dpdc ? ", double-pass donor cell" : "") << (options_.absolute ? ", absolute" : "")
       << (options_.dimensionally_split ? ", dimensionally split" : "") << (options_.diffuses ? ", with diffusion" : "")
       << (flow_.has_g() ? ", with G" : "") << (sources_.none() ? "" : ", with sources") << "; ";
  if (fields_.size() > 1) text << fields_.size() << " fields, ";
  text << (plan_.at_once > 1 ? std::to_string(plan_.at_once) + " steps an exchange, "
           : plan_.deep      ? "one exchange a step, "
                             : "one exchange a pass, ")
       << plan_.ghosts << " ghost layer(s)";
  return text.str();
}

}  // namespace

std::unique_ptr<Solver> make_solver(const Config& config, const Options& options, Domain& domain,
                                    const Parameters& parameters) {
  return std::make_unique<Mpdata>(config, options, domain, parameters);
}

}  // namespace tessera::mpdata
