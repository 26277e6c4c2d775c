// Keys of the time, its steps, and when a run ends.
#include "keys.hpp"

namespace tessera {

using namespace keys;

std::vector<ConfigKey> time_keys() {
  return {
      number("time.end", positive, "",
             "the time at which the run ends; it begins at 0. One of `end` and `steps` is required"),
      integer("time.steps", {.least = 0}, "", "the number of steps instead"),
      number(
          "time.steady.rate", positive, "",
          "equations only: the run ends when no field changes anywhere faster than this per time. With it, `end` and "
          "`steps` may be left out"),
      integer("time.steady.every", {.least = 1}, "100", "steps between looks at the rates"),
      number(
          "time.wall_seconds", positive, "",
          "after so many seconds the run stops as if it were asked to: it writes `checkpoint.file`, which is required, "
          "and ends with exit code 3"),
      text("time.stop_file", "",
           "the name of a file: when it is there, the run stops in the same way, and removes it. No file that the run "
           "reads or writes; its folder must exist"),
      number(
          "time.job_end_margin", positive, "",
          "in a [Slurm](slurm.md) job whose end is known, and with `checkpoint.file`, the run stops in the same way so "
          "many seconds before that end, and at least twice the longest time that a checkpoint took. Unless given, 60, "
          "or a quarter of the job if that is less"),
      number("time.step", positive, "",
             "the time step. `mpdata`: 1 unless given, with `mpdata.courant`. Equations: fixed, or with a tolerance "
             "the first one (0.001 unless given; `rkc2` and `rkl2` choose it)"),
      number("time.courant", {.least = 0, .most = 1, .above = true}, "",
             "`mpdata` with a velocity, instead of `step`: the outgoing Courant numbers of no cell add up to more than "
             "this at the beginning. The step is shortened so that a whole number of steps leads to each output, or to "
             "the end",
             "at most 1 is stable"),
      choice("time.stepper",
             {{"euler", "Euler's method, of first order; fixed or adaptive steps"},
              {"rk4", "Kutta's classical method of fourth order; fixed steps"},
              {"adams-bashforth", "two steps, second order, one evaluation a step; fixed steps"},
              {"rkf45", "Fehlberg's method of fourth order with an error estimate; fixed or adaptive steps"},
              {"rkc2",
               "Runge-Kutta-Chebyshev, stabilised, of second order; the choice for diffusion and ∇⁴; fixed or adaptive "
               "steps"},
              {"rkl2", "Runge-Kutta-Legendre, stabilised, of second order; fixed or adaptive steps"}},
             "equations only: the [method](equations.md#steppers)"),
      number("time.tolerance", positive, "",
             "equations only: adaptive steps. The largest error of a step, in the field's unit"),
      number("time.relative_tolerance", positive, "",
             "the same, times half the range of the field's values; both add up"),
      choice("time.error_norm",
             {{"max", "that of the worst cell"}, {"rms", "the root of the mean of all cells' squares"}},
             "which error of a step must be tolerated"),
      integer("time.most_stages", {.least = 3, .most = 10000}, "200", "`rkc2` and `rkl2`: the most stages of a step",
              "more stages lose too many digits to rounding; 200 are usual"),
  };
}

}  // namespace tessera
