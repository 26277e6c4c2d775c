// Keys of the app mpdata.
#include "keys.hpp"

namespace tessera {

using namespace keys;

std::vector<ConfigKey> mpdata_keys() {
  return {
      other("mpdata.courant", "list of expressions of `x y z t`, one a dimension; in 1-D also one without a list",
            "one of these four is required",
            "the Courant numbers u Δt/Δx (times G where `g_factor` is set). Component d is evaluated in the middles of "
            "the "
            "faces normal to dimension d"),
      other("mpdata.velocity", "as `courant`; expressions of the fields, too", "",
            "u, in lengths per time. Where it depends on the fields, `time.step` is required"),
      other("mpdata.stream_function", "expression of `x y t`", "", "in 2-D: S, with G u = (-∂S/∂y, ∂S/∂x)"),
      other("mpdata.vector_potential", "list of three expressions of `x y z t`", "", "in 3-D: A, with G u = ∇ × A"),
      text("mpdata.courant.file", "", "an HDF5 file that has them, [see below](#a-flow-from-a-file)"),
      other("mpdata.courant.datasets", "list of texts, one a dimension", "required with `file`", "its data sets"),
      text("mpdata.courant.times", "", "the data set of their times, where the flow changes"),
      text("mpdata.velocity.file", "", "the same of velocities"),
      other("mpdata.velocity.datasets", "list of texts, one a dimension", "required with `file`", ""),
      text("mpdata.velocity.times", "", ""),
      integer("mpdata.iterations", {.least = 1, .most = 100}, "2",
              "passes a step: 1 is upwind, every further one corrects the error of those before", "2 to 4 are usual"),
      flag("mpdata.nonoscillatory", "limits the corrections so that no new extremum appears"),
      flag("mpdata.infinite_gauge",
           "the variant for fields of changing sign; with more than 2 iterations it depends on the scale of psi, and a "
           "warning says so"),
      flag("mpdata.absolute", "another one for such fields: corrections by |psi|"),
      flag("mpdata.third_order",
           "terms of third order, for uniform flow; with `divergence_form` for any that does not depend on the fields"),
      flag("mpdata.divergence_form", "corrections for flow that varies"),
      flag("mpdata.divergent_flow", "without `divergence_form`: the term that flow of some divergence needs"),
      flag("mpdata.dpdc", "in 1-D: the last pass stands for all that could follow"),
      flag("mpdata.dimensionally_split", "not in 1-D: leaves out the cross terms, for comparisons"),
      number("mpdata.epsilon", {.least = 1e-90}, "1e-15",
             "added to denominators; small beside psi. In single precision at least 1e-18",
             "products of smaller ones underflow, and 0/0 is not a number"),
      number(
          "mpdata.courant_limit", positive, "1",
          "the outgoing Courant numbers of a cell that are not refused. Above 1 upwind steps are no longer positive: "
          "for cases that are defined so"),
      other("mpdata.g_factor", "expression of `x y z`", "1 everywhere, and nothing is stored for it",
            "G, a density or volume factor, at the cell centres; above 0 everywhere"),
      other("mpdata.diffusion", "number ≥ 0, or an expression of parameters, or a list of such, one a dimension",
            "none", "with `courant`: diffusivity × step / spacing²"),
      other("mpdata.diffusivity", "the same", "none", "with the other three: in lengths² per time"),
      other("mpdata.sources.<field>",
            "expression of `x y z t`, the fields and their gradients: `psi_x` is ∂ψ/∂x, a central difference", "none",
            "what the field gains per time besides advection"),
      other("mpdata.boundaries.<field>", "its [boundaries](#boundaries)", "those of `grid.boundary`",
            "periodic, polar and rigid ends must be the same for all fields"),
  };
}

}  // namespace tessera
