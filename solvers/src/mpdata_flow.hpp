// What carries psi: Courant numbers on faces, and G in cells.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "mpdata_flow_file.hpp"
#include "mpdata_kernels.hpp"
#include "mpdata_stages.hpp"
#include "tessera/core/halo.hpp"

namespace tessera::mpdata {

/// Read from the section `mpdata`: one of `courant`, `velocity`, `stream_function` and `vector_potential`, expressions or, of the
/// first two, the name of a file; `g_factor`, `diffusion` or `diffusivity`; and from the section `time` the step, for which Courant numbers are made.
///
/// They are those in the middle of a step; for third order, where they change in time, their means over the step, with their
/// changes. A velocity may depend on the fields that are carried: then it is that of cells, at
/// fields extrapolated from this step's and the last one's beginning, and its mean on faces (Jaruga et al. 2015). Beyond
/// walls they and G go on as they end; through rigid walls nothing flows.
/// Throws ConfigError, on every rank alike, where they are not finite, differ between the ends of a periodic dimension, or
/// leave a cell with an outgoing sum (and diffusion) over G above `courant_limit`.
class Flow {
 public:
  /// Collective. `fields`: what a velocity may depend on. `ghosts`: layers of the flow's fields.
  Flow(const Config& config, const Options& options, Domain& domain, const Walls& walls,
       const std::vector<std::string>& fields, Index ghosts, const Parameters& parameters);

  /// Courant numbers by dimension that need no fields; else none, and there are fields, by dimension.
  const std::optional<Courant3>& uniform() const noexcept { return uniform_; }
  std::vector<Field>& courant() noexcept { return courant_; }
  /// From the beginning to the end of the step, by dimension, if the corrections need them.
  std::vector<Field>& changes() noexcept { return changes_; }
  /// None where G is 1.
  Field* g() noexcept { return g_ ? &*g_ : nullptr; }
  bool has_g() const noexcept { return g_.has_value(); }
  /// Diffusivity times step over spacing squared, a dimension, if there is diffusion.
  const std::optional<Courant3>& diffusion() const noexcept { return diffusion_; }
  /// Of time.
  double step() const noexcept { return step_; }
  bool steady() const noexcept { return steady_; }
  /// Whether it depends on the fields.
  bool coupled() const noexcept { return coupled_; }
  /// For coupled flow, in a phase: a block's Courant numbers of the step that begins at `time`, from the fields now and a step
  /// ago, with as many ghosts as the flow's fields have. require_stable() follows.
  void couple(const Block& block, std::span<Array* const> now, std::span<Array* const> before, double time);
  /// Collective: throws RunError where Courant numbers are not finite or too large.
  void require_stable(double time);
  /// Collective, for other flow that is not steady: the Courant numbers of the step that begins at `time`. Throws RunError where
  /// they are not finite or too large, or the file has none that fit.
  void set_time(double time);
  /// Collective: the most that flows (and diffuses) out of a cell in a step, over what is in it; infinity if it is not finite.
  double largest_outgoing();
  /// Collective: the most that a step would change psi = 1 by, for the flow's divergence; infinity if it is not finite.
  double largest_divergence();

 private:
  struct Term {  // of one component, a value or a difference of values
    Expression expression;
    std::optional<int> along;  // between the places half a cell up and down this axis
    double factor;
  };
  /// The Courant number of one component on faces normal to an axis, for a step of 1 unless it is given as such.
  struct Component {
    int axis;
    std::array<double, 3> spacing;
    std::vector<Term> terms;
    std::optional<Expression> g;  // times this
    double operator()(std::array<double, 3> position, double time) const;
    bool uses_time() const;
    bool uses_fields(std::size_t count) const;
    bool uniform(int dimensions) const;
  };
  struct Problem {  // in a cell
    Index cell;
    enum class What { none, not_finite, too_large } what;
    double sum;
  };

  // mpdata_flow_input.cpp
  void read_components(const Config& section, const std::vector<std::string>& fields, const Parameters& parameters);
  void read_file(const Config& section, const Parameters& parameters);
  void read_diffusion(const Config& section, const Parameters& parameters);
  void require_times(const Config& time) const;
  void choose_step(const Config& section, const Config& config);
  // mpdata_flow.cpp
  void fill(double time);
  void fill_from_file(double time);
  // mpdata_flow_ends.cpp
  void require_same_faces(const Component& component) const;
  void close();
  double close_rigid(const Block& block, int axis, Array& values) const;
  // mpdata_stability.cpp
  struct Faces {  // of a cell, normal to one dimension
    double lower, upper;
  };
  Faces faces_of(const Block& block, const Index3& cell, int dimension) const;
  double outgoing(const Block& block, const Index3& cell) const;
  double divergence(const Block& block, const Index3& cell) const;
  double largest(double (Flow::*of)(const Block&, const Index3&) const);
  void require_positive_g(const Config& key);
  Problem find_problem();
  std::string describe(const Problem& problem) const;

  Domain& domain_;
  const Walls& walls_;
  Config key_;  // of the flow
  Index ghosts_, layers_;
  double step_ = 1;
  bool for_a_step_ = true;  // Courant numbers are given, not velocities
  bool steady_ = true;
  bool coupled_ = false;
  double limit_ = 1;  // of what flows out of a cell
  std::vector<Component> components_;
  std::unique_ptr<FlowFile> file_;                         // instead of the components' terms
  std::optional<HaloExchange> exchange_;                   // of what it holds
  std::vector<std::vector<Component>> blocks_components_;  // of coupled flow: threads need their own
  std::optional<Courant3> uniform_;
  std::vector<Field> courant_;
  std::vector<Field> changes_;
  std::optional<Field> g_;
  std::optional<Courant3> diffusion_;
};

/// Whether the flow of a configuration does not depend on time.
bool is_steady(const Config& config, int dimensions, const std::vector<std::string>& fields,
               const Parameters& parameters);

}  // namespace tessera::mpdata
