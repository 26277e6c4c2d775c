// Keys of explicit equations, by name and as expressions.
#include "keys.hpp"

namespace tessera {

using namespace keys;

std::vector<ConfigKey> equation_keys() {
  return {
      other("equation", "a name of [equations.md](equations.md), or of `--list`",
            "required by `pde`, unless there are `equations`", "which equation"),
      choice("laplacian",
             {{"standard", "3, 5 or 7 points"},
              {"nine_point",
               "in 2-D with equal spacings: an error that is the same in all directions, and steps half as "
               "long again"}},
             "the stencil of ∇²"),
      number("<equation>.<coefficient>", any, "",
             "in a section of the equation's name, with `_` for `-`: its coefficients, which "
             "[equations.md](equations.md) and `--list` show"),
      other("<equation>.boundaries.<name>", "[boundaries](#boundaries)", "those of `grid.boundary`",
            "of fields, and of what equations.md calls further boundaries"),

      other("equations.<field>", "[expression](expressions.md#what-may-stand-in-an-expression)", "required",
            "the field's rate of change. The keys of `equations` are the fields"),
      other("fields.<field>.initial", "as [initial](config.md#initial)", "that of `initial`", "initial values"),
      other("fields.<field>.boundary", "as [boundaries](config.md#boundaries)", "that of `grid.boundary`",
            "the field's boundaries"),
      other("bc_ops.<field:operator>", "as [boundaries](config.md#boundaries)", "that of `grid.boundary`",
            "conditions for what an operator is taken of: `\"c:laplace\": {value: 0}` in the equation of `c`; `*` for "
            "any "
            "equation or operator; the first that fits. Names are those that the tables below have first"),
      other("noise.variance", "number or expression, or a section of the key below", "required",
            "white noise, [see below](#noise)"),
      other("noise.variance.<field>", "number or expression", "", "that of a field; `\"*\"`: of all others"),
      integer("noise.seed", any, "0", "of the random numbers"),
      choice("kernels",
             {{"auto", "compiled if there is a compiler, else interpreted"},
              {"compiled", "or refused"},
              {"interpreted", "always"}},
             "how expressions are computed"),
      number("spectrum.real", not_negative, "",
             "a bound for the eigenvalues' negative real parts, instead of an [estimate](#which-steps-are-stable). "
             "Required if the section is there"),
      number("spectrum.imaginary", not_negative, "0", "a bound for their imaginary parts"),
  };
}

}  // namespace tessera
