// Keys: how values are kept, the grid, its layout, parameters, initial values.
#include "keys.hpp"

namespace tessera {

using namespace keys;

namespace {

ConfigKey conditions() {
  ConfigKey key =
      other("grid.boundary", "see [Boundaries](#boundaries)", "`mpdata`: `periodic`; else `{derivative: 0}`",
            "what happens at the edges: one condition for all dimensions, or a list with one a dimension. In "
            "conditions, n is the outward normal, and v a number or an expression of `x y z t` and parameters");
  key.choices = {
      {"periodic", "the grid goes on at its other end"},
      {"antiperiodic", "equations: as `periodic`, but with the other sign beyond"},
      {"open", "`mpdata`: ψ goes on as it ends"},
      {"extrapolated", "`mpdata`: ψ goes on as it changes: [mpdata.md](mpdata.md#boundaries)"},
      {"wall", "`mpdata`: nothing flows through, and ∂ψ/∂n = 0"},
      {"polar",
       "`mpdata`: an end of the latitude on a sphere: the dimension before it is the longitude, periodic and with "
       "an even number of cells, and beyond the pole the grid goes on half a turn away"}};
  return key;
}

ConfigKey automatic_layout() {
  ConfigKey key = choice("layout",
                         {{"auto",
                           "`ranks` and `threads` are -1 in all dimensions, with fewer threads where blocks would have "
                           "less than 4096 cells, and all else is as below"}},
                         "one word, or a section of these keys", false);
  key.type = "`auto`, or a section of the keys below";
  return key;
}

}  // namespace

std::vector<ConfigKey> grid_keys() {
  return {
      choice("precision", {{"double", "64 bits"}, {"single", "32 bits: half the memory and messages, about 7 digits"}},
             "precision of the fields (IEEE 754), of what is computed with them, and of output and checkpoints"),

      other("grid.shape", "list of 1 to 3 integers ≥ 1", "required",
            "cells a dimension; the length of the list is the number of dimensions", {.least = 1}),
      other("grid.bounds", "list of pairs `[lower, upper]`, lower < upper", "`[0, cells]` each: unit cells",
            "edges of the domain, in your unit of length"),
      conditions(),
      other("grid.boundary.value", "v", "", "equations: c = v on the wall"),
      other("grid.boundary.derivative", "v", "", "∂c/∂n = v"),
      other("grid.boundary.mixed", "[g, v]", "", "equations: ∂c/∂n + g c = v"),
      other("grid.boundary.curvature", "v", "", "equations: ∂²c/∂n² = v"),
      other("grid.boundary.constant", "v", "", "`mpdata`: ψ = v beyond the wall"),
      other("grid.boundary.lower", ".., upper: ..", "", "one of these for each end; both are required"),
      other("grid.boundary.upper", "..", "", "that of the upper end"),

      automatic_layout(),
      other("layout.ranks", "list of integers ≥ 1, or -1", "-1 each",
            "ranks a dimension. Their product must be the number that `mpiexec` started. -1: chosen so that the least "
            "is exchanged "
            "between blocks, where what is cut along the last dimension counts twice"),
      other("layout.threads", "list of integers ≥ 1, or -1",
            "1 each; in a [Slurm](slurm.md) job as many as a task has CPUs",
            "threads of every rank, a dimension; 1024 at most in all. -1: chosen in the same way, so that a rank uses "
            "its share of "
            "the node's cores"),
      choice("layout.messages",
             {{"auto", "`multiple` where the MPI library allows it"},
              {"multiple", "every thread sends and receives for its own block"},
              {"funneled", "the main thread does it for all"}},
             "who sends and receives"),
      choice("layout.exchange",
             {{"auto",
               "one deep exchange a step, unless blocks are too thin or would compute a quarter more cells for it "
               "(many iterations in 3-D)"},
              {"pass", "one exchange for each iteration"}},
             "when ghosts are exchanged; `mpdata` only has use for it"),
      flag("layout.overlap",
           "compute inner cells while messages travel. The block is walked in parts and into a second array, which "
           "costs "
           "more than it hides where messages are as fast as within a node: try it where `wait` is large in the "
           "summary. "
           "Nothing is gained if the last dimension is cut between ranks"),
      choice("layout.sweep",
             {{"streamed", "stage after stage in the cache"},
              {"plain", "every stage of a step over the whole block before the next one: slow, to compare with"}},
             "the order of a step's stages"),
      integer(
          "layout.steps_at_once", {.least = 1, .most = 64}, "",
          "fixed steps for one exchange and one way through memory, with ghosts for all of them; fewer if blocks are "
          "too thin. Unless given, 1, or more where steps are so cheap that memory limits them",
          "more steps at once compute more twice than they save; 2 to 8 are usual"),
      integer("layout.cache", {.least = 1}, "",
              "KiB a thread may fill with a step's temporaries, unless given three quarters of a core's second-level "
              "cache. Blocks that need more are walked in tiles"),
      choice("layout.background",
             {{"auto", "where every rank has a core to spare for it, and the MPI library allows threads to call it"},
              {"true", "always"},
              {"false", "never"}},
             "records are copied, and written by a thread of their own while the run goes on; up to two of each output "
             "wait in memory"),
      choice("layout.wait",
             {{"auto", "`yield` if the job has more threads than cores, else `spin`"},
              {"spin", "the core is kept"},
              {"yield", "the core is given away meanwhile: better when cores are shared with other work"}},
             "how a rank waits for messages"),

      other("parameters.<name>", "number, or expression of the parameters above it", "",
            "a number for [expressions](#expressions)"),

      other("initial.<field>", "number, expression of `x y z` and parameters, or a section of the keys below",
            "required", "values at the cell centres; they must be finite everywhere"),
      other("initial.<field>.uniform", "list `[low, high]`", "",
            "uniform random numbers. A cell's value depends on the seed and on its place in the grid alone"),
      other("initial.<field>.normal", "list `[mean, deviation]`, deviation ≥ 0", "",
            "the same, of a normal distribution"),
      integer("initial.<field>.seed", any, "0", "of the random numbers"),
      other("initial.<field>.expression", "number or expression", "", "is added to the random numbers"),
      text("initial.<field>.file", "",
           "an HDF5 file, the output of another run for example, instead of random numbers"),
      other("initial.<field>.dataset", "text", "required with `file`",
            "a data set of the grid's shape, or several behind one another (the first dimension, as time is in an "
            "output). "
            "Another shape is refused"),
      integer("initial.<field>.record", any, "-1", "which of several: from 0 on, or from -1, the last, backwards"),
  };
}

}  // namespace tessera
