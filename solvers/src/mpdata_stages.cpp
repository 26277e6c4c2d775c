#include "mpdata_stages.hpp"

#include <optional>

#include "mpdata_kernels.hpp"

namespace tessera::mpdata {
namespace {

using Quantity = Stages::Quantity;
using Quantities = std::vector<Quantity>;

class Builder {
 public:
  Builder(int dimensions, Precision precision, const Options& options, const Given& given, const Walls& walls)
      : dimensions_(dimensions),
        options_(options),
        variant_{dimensions,       precision,      options.infinite_gauge, given.has_g, options.dimensionally_split,
                 options.absolute, options.epsilon},
        uniform_(given.uniform),
        diffusion_(given.diffusion),
        changing_(given.changes),
        walls_(walls),
        stages_(dimensions, precision) {}

  Stages build(int first, int last, int steps) {
    const bool limited = options_.nonoscillatory && last > 1;
    Quantity psi = stages_.external();
    Quantity beginning = psi;
    if (first > 1 && limited) beginning = stages_.external();
    given_ = gives(first);
    const Quantities numbers = uniform() != nullptr ? Quantities{} : faces(true);
    const bool diffuses = first == 1 && diffusion_;
    if (variant_.has_g) g_ = {stages_.external()};
    if (changing_ && first <= 2 && last >= 2) changes_ = faces(true);
    const Quantity result = stages_.external();
    const bool left = diffuses && last == 1 && options_.iterations > 1;
    for (int step = 1; step <= steps; ++step) {
      given_ = gives(first);
      numbers_ = numbers;
      moment_ = static_cast<std::size_t>(step);
      if (diffuses) add_diffusion(psi, left ? faces(true) : faces(false));
      if (limited) bounds_ = {stages_.temporary(), stages_.temporary()};
      if (first > 1 && limited) stages_.add("extrema", {{beginning, around()}}, bounds_, extrema(variant_));
      for (int pass = first; pass <= last; ++pass) {
        const Quantity out =
            pass == last && step == steps ? result : stages_.temporary(Location::cells, &walls_.psi, moment_);
        if (pass == 1) {
          upwind_pass(psi, out);
        } else {
          correct(psi, out, pass, pass == last);
        }
        psi = out;
      }
    }
    return std::move(stages_);
  }

 private:
  /// Whether pass `first` starts from the given Courant numbers.
  bool gives(int first) const { return first == 1 || (first == 2 && !diffusion_); }
  Reach around() const { return Reach::around(dimensions_, 1); }
  const Courant3* uniform() const { return given_ && uniform_ ? &*uniform_ : nullptr; }

  Quantities faces(bool external) {
    Quantities quantities;
    for (int d = 0; d < dimensions_; ++d) {
      const Location location = tessera::faces(sweep_axis(dimensions_, d));
      quantities.push_back(external ? stages_.external(location) : stages_.temporary(location, &walls_.flow, moment_));
    }
    return quantities;
  }

  static void add(std::vector<Stages::Input>& inputs, const Quantities& quantities, const Reach& reach) {
    for (const Quantity quantity : quantities) inputs.push_back({quantity, reach});
  }

  void upwind_pass(Quantity psi, Quantity out) {
    std::vector<Stages::Input> inputs{{psi, around()}};
    if (uniform() == nullptr) add(inputs, numbers_, {});
    add(inputs, g_, {});
    Quantities outputs{out};
    outputs.insert(outputs.end(), bounds_.begin(), bounds_.end());
    stages_.add("upwind", inputs, outputs, upwind(variant_, uniform(), !bounds_.empty()));
  }

  void add_diffusion(Quantity psi, const Quantities& outputs) {
    std::vector<Stages::Input> inputs{{psi, around()}};
    if (uniform() == nullptr) add(inputs, numbers_, {});
    add(inputs, g_, around());
    stages_.add("diffusive", inputs, outputs, diffusive(variant_, uniform(), *diffusion_));
    numbers_ = outputs;
    given_ = false;
  }

  /// A corrective pass. If one follows, it corrects the Courant numbers of this one: those are external if this is the `last`
  /// pass here. With infinite gauge, they and the fluxes are one.
  void correct(Quantity psi, Quantity out, int pass, bool last) {
    const bool keep = pass < options_.iterations;
    const bool both = keep && !options_.infinite_gauge;
    const auto make = [&](bool external) {
      Quantities made = faces(external && !both);
      Quantities numbers = both ? faces(external) : Quantities{};
      made.insert(made.end(), numbers.begin(), numbers.end());
      return made;
    };
    const bool limited = options_.nonoscillatory;
    Quantities fluxes = make(keep && last && !limited);
    const Terms terms{options_.third_order, options_.divergent_flow, options_.dpdc && !keep};
    if (options_.divergence_form) {
      add_divergence_form(psi, fluxes, pass == 2 ? changes_ : Quantities{}, both);
    } else if (terms.any()) {
      Quantities second_order = faces(false);
      if (!options_.infinite_gauge) {
        const Quantities numbers = faces(false);
        second_order.insert(second_order.end(), numbers.begin(), numbers.end());
      }
      antidiffuse(psi, second_order, !options_.infinite_gauge);
      add_terms(psi, Quantities(second_order.end() - dimensions_, second_order.end()), fluxes, terms, both);
    } else {
      antidiffuse(psi, fluxes, both);
    }
    if (limited) fluxes = limit_fluxes(psi, fluxes, make(keep && last), both);
    const auto middle = fluxes.begin() + dimensions_;
    const Quantities only(fluxes.begin(), middle);
    std::vector<Stages::Input> inputs{{psi, {}}};
    add(inputs, only, {});
    add(inputs, g_, {});
    stages_.add("update", inputs, {out}, update(variant_));
    numbers_ = both ? Quantities(middle, fluxes.end()) : only;
    given_ = false;
  }

  void antidiffuse(Quantity psi, const Quantities& outputs, bool keep) {
    std::vector<Stages::Input> inputs{{psi, around()}};
    for (int d = 0; d < dimensions_ && uniform() == nullptr; ++d) {
      Reach reach = around();
      reach.below[at(sweep_axis(dimensions_, d))] = 0;
      reach.above[at(sweep_axis(dimensions_, d))] = 0;
      inputs.push_back({numbers_[at(d)], reach});
    }
    add(inputs, g_, around());
    stages_.add("antidiffusive", inputs, outputs, antidiffusive(variant_, uniform(), keep));
  }

  void add_divergence_form(Quantity psi, const Quantities& outputs, const Quantities& changes, bool keep) {
    std::vector<Stages::Input> inputs{{psi, around()}};
    if (uniform() == nullptr) add(inputs, numbers_, around());
    add(inputs, g_, around());
    if (options_.third_order) {
      const Quantity centres = stages_.temporary(Location::cells, &walls_.flow, moment_);
      Quantities corners;
      for (int d = 0; d < dimensions_; ++d) {
        for (int e = d + 1; e < dimensions_; ++e)
          corners.push_back(
              stages_.temporary(tessera::corners(sweep_axis(dimensions_, d), sweep_axis(dimensions_, e))));
      }
      Quantities all{centres};
      all.insert(all.end(), corners.begin(), corners.end());
      stages_.add("divergences", inputs, all, divergences(variant_, uniform()));
      inputs[0].reach = Reach::around(dimensions_, 2);
      inputs.push_back({centres, around()});
      add(inputs, corners, {});
    }
    add(inputs, changes, around());
    const Order order{options_.third_order, !changes.empty()};
    // The third-order terms do not vanish with the Courant number.
    stages_.add("divergence form", inputs, outputs, divergence_form(variant_, uniform(), order, keep),
                options_.third_order ? &walls_.psi : nullptr);
  }

  void add_terms(Quantity psi, const Quantities& second_order, const Quantities& outputs, const Terms& terms,
                 bool keep) {
    std::vector<Stages::Input> inputs{{psi, Reach::around(dimensions_, terms.third_order ? 2 : 1)}};
    if (uniform() == nullptr) add(inputs, numbers_, around());
    add(inputs, g_, around());
    add(inputs, second_order, {});
    stages_.add("further terms", inputs, outputs, further(variant_, uniform(), terms, keep));
  }

  Quantities limit_fluxes(Quantity psi, const Quantities& fluxes, Quantities limited, bool keep) {
    const auto make = [&] { return stages_.temporary(Location::cells, &walls_.capacity, moment_); };
    const Quantities capacities{make(), make()};
    std::vector<Stages::Input> inputs{{psi, around()}};
    add(inputs, Quantities(fluxes.begin(), fluxes.begin() + dimensions_), {});
    add(inputs, bounds_, {});
    add(inputs, g_, {});
    stages_.add("capacity", inputs, capacities, capacity(variant_));
    inputs.clear();
    add(inputs, capacities, around());
    add(inputs, fluxes, {});
    stages_.add("limit", inputs, limited, limit(variant_, keep));
    return limited;
  }

  int dimensions_;
  Options options_;
  Variant variant_;
  std::optional<Courant3> uniform_;
  std::optional<Courant3> diffusion_;
  bool changing_;
  const Walls& walls_;
  Stages stages_;
  bool given_ = true;       // the Courant numbers are the given ones, not corrected ones
  Quantities numbers_;      // Courant numbers a dimension
  Quantities g_;            // one or none
  Quantities changes_;      // of the given Courant numbers, a dimension, or none
  std::size_t moment_ = 0;  // the end of the step
  Quantities bounds_;       // least and largest at the step's beginning, or none
};

}  // namespace

Stages make_stages(int dimensions, Precision precision, const Options& options, const Given& given, const Walls& walls,
                   int first, int last, int steps) {
  return Builder(dimensions, precision, options, given, walls).build(first, last, steps);
}

}  // namespace tessera::mpdata
