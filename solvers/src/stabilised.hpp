// Stabilised Runge-Kutta methods of second order by their coefficients.
#pragma once

#include <string>
#include <vector>

#include "tessera/core/index.hpp"

namespace tessera {

/// Y_0 = y, Y_1 = y + first h f(y, t), and for j from 2 on
///     Y_j = base y + one Y_{j-1} + two Y_{j-2} + rate h f(Y_{j-1}, t + c_{j-1} h) + start h f(y, t);
/// the last one is the result.
struct StabilisedStages {
  struct Stage {
    double base, one, two, rate, start;
  };
  double first;
  std::vector<Stage> stages;  // for j from 2 on
  std::vector<double> c;      // for j from 1 on
};

/// A family of methods; with s stages one is stable for eigenvalues times step down to about -limit(s).
struct StabilisedMethod {
  std::string name;
  double (*limit)(Index stages);
  /// The least number for a step times a spectral bound.
  Index (*needed)(double extent);
  StabilisedStages (*coefficients)(Index stages);
};

/// Runge-Kutta-Chebyshev, with damping 2/13: Sommeijer, Shampine and Verwer 1997 (J. Comput. Appl. Math. 88).
StabilisedMethod rkc2_method();
/// Runge-Kutta-Legendre: Meyer, Balsara and Aslam 2014 (J. Comput. Phys. 257). An odd number of stages.
StabilisedMethod rkl2_method();

}  // namespace tessera
