// The wave equation du/dt = v, dv/dt = s^2 lap u: Klein-Gordon's without mass.
#include "tessera/solvers/equation.hpp"

namespace tessera::equations {

namespace klein_gordon {
std::unique_ptr<Equation> make(const EquationInput& input, double mass);
}

namespace wave {
extern const EquationEntry entry;
const EquationEntry entry{1, [](const EquationInput& input) { return klein_gordon::make(input, 0); }};
}  // namespace wave

}  // namespace tessera::equations
