#include "mpdata_stages.hpp"

#include <optional>

#include "mpdata_kernels.hpp"

namespace tessera::mpdata {
namespace {

using Quantity = Stages::Quantity;
using Quantities = std::vector<Quantity>;

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

class Builder {
 public:
  Builder(int dimensions, Precision precision, const Options& options, bool has_g,
          const std::optional<Courant3>& uniform)
      : dimensions_(dimensions),
        options_(options),
        variant_{dimensions, precision, options.infinite_gauge, has_g, options.dimensionally_split, options.epsilon},
        uniform_(uniform),
        stages_(dimensions, precision) {}

  Stages build(int first, int last, int steps) {
    const bool limited = options_.nonoscillatory && last > 1;
    Quantity psi = stages_.external();
    Quantity beginning = psi;
    if (first > 1 && limited) beginning = stages_.external();
    given_ = first <= 2;
    const Quantities numbers = uniform() != nullptr ? Quantities{} : faces(true);
    if (variant_.has_g) g_ = {stages_.external()};
    const Quantity result = stages_.external();
    for (int step = 1; step <= steps; ++step) {
      given_ = first <= 2;
      numbers_ = numbers;
      if (limited) bounds_ = {stages_.temporary(), stages_.temporary()};
      if (first > 1 && limited) stages_.add("extrema", {{beginning, around()}}, bounds_, extrema(variant_));
      for (int pass = first; pass <= last; ++pass) {
        const Quantity out = pass == last && step == steps ? result : stages_.temporary();
        if (pass == 1) {
          upwind_pass(psi, out);
        } else {
          correct(psi, out, pass < options_.iterations, pass == last);
        }
        psi = out;
      }
    }
    return std::move(stages_);
  }

 private:
  Reach around() const { return Reach::around(dimensions_, 1); }
  const Courant3* uniform() const { return given_ && uniform_ ? &*uniform_ : nullptr; }

  Quantities faces(bool external) {
    Quantities quantities;
    for (int d = 0; d < dimensions_; ++d) {
      const Location location = tessera::faces(sweep_axis(dimensions_, d));
      quantities.push_back(external ? stages_.external(location) : stages_.temporary(location));
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

  /// A corrective pass. With `keep`, a pass follows, which corrects the Courant numbers of this one: those are external
  /// if this is the `last` pass here. With infinite gauge, they and the fluxes are one.
  void correct(Quantity psi, Quantity out, bool keep, bool last) {
    const bool both = keep && !options_.infinite_gauge;
    const auto make = [&](bool external) {
      Quantities made = faces(external && !both);
      Quantities numbers = both ? faces(external) : Quantities{};
      made.insert(made.end(), numbers.begin(), numbers.end());
      return made;
    };
    const bool limited = options_.nonoscillatory;
    Quantities fluxes = make(keep && last && !limited);
    antidiffuse(psi, fluxes, both);
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

  Quantities limit_fluxes(Quantity psi, const Quantities& fluxes, Quantities limited, bool keep) {
    const Quantities capacities{stages_.temporary(), stages_.temporary()};
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
  Stages stages_;
  bool given_ = true;   // the Courant numbers are the given ones, not corrected ones
  Quantities numbers_;  // Courant numbers a dimension
  Quantities g_;        // one or none
  Quantities bounds_;   // least and largest at the step's beginning, or none
};

}  // namespace

Stages make_stages(int dimensions, Precision precision, const Options& options, bool has_g,
                   const std::optional<std::array<double, 3>>& uniform, int first, int last, int steps) {
  return Builder(dimensions, precision, options, has_g, uniform).build(first, last, steps);
}

}  // namespace tessera::mpdata
