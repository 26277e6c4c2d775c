// The bounds that equations give for their eigenvalues: with the largest fixed step that is not refused, noise does not grow without
// limit.
#include <doctest/doctest.h>

#include <algorithm>

#include "equation_run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {

/// For fields whose names are letters.
std::string noise(const std::string& fields) {
  std::string text;
  for (const char field : fields)
    text += (text.empty() ? "" : ", ") + std::string(1, field) + ": {uniform: [0.4, 0.6], seed: 1}";
  return "initial: {" + text + "}\n";
}

}  // namespace

TEST_CASE("noise stays bounded with a step just below the limit") {
  const std::string grid = "grid: {shape: [16, 12], bounds: [[0, 8], [0, 9]], boundary: [periodic, {value: 0}]}\n";
  for (const std::string& equation :
       {"equation: diffusion\ndiffusion: {diffusivity: 0.7}\n" + noise("c"),
        "equation: cahn-hilliard\ncahn_hilliard: {interface_width: 0.3, rate: 0.1}\n" + noise("c"),
        "equation: allen-cahn\nallen_cahn: {mobility: 1.7, interface_width: 0.3}\n" + noise("c"),
        "equation: kpz\nkpz: {nu: 0.7, lambda: 0.2}\n" + noise("h"),
        "equation: kuramoto-sivashinsky\nkuramoto_sivashinsky: {nu: 0.7}\n" + noise("c"),
        "equation: swift-hohenberg\nswift_hohenberg: {rate: 0.4, kc2: 0.7, delta: 1.3}\n" + noise("c"),
        "equation: brusselator\nbrusselator: {a: 1.2, b: 2, diffusivity_u: 1.7, diffusivity_v: 0.3}\n" + noise("uv"),
        "equation: brusselator\nbrusselator: {a: 1.2, b: 2, diffusivity_u: 0.3, diffusivity_v: 1.7}\n" + noise("uv"),
        "equation: gray-scott\ngray_scott: {diffusivity_u: 1.7, diffusivity_v: 0.3}\n" + noise("uv"),
        "equation: gray-scott\ngray_scott: {diffusivity_u: 0.3, diffusivity_v: 1.7}\n" + noise("uv"),
        "equation: reaction-diffusion\nreaction_diffusion: {diffusivity: {u: 0.7}, reaction: {u: -u*v, v: 8*u - "
        "60*v}}\n" +
            noise("uv"),
        "equation: wave\nwave: {speed: 1.7}\n" + noise("uv"),
        "equation: klein-gordon\nklein_gordon: {speed: 0.3, mass: 7}\n" + noise("uv")}) {
    CAPTURE(equation);
    const bool waves = equation.find("wave") != std::string::npos || equation.find("klein") != std::string::npos;
    const std::string time = std::string("time: {stepper: ") + (waves ? "rk4" : "euler") + ", step: ";
    const double limit = EquationRun(equation + grid + time + "1e-9}\n").stable_step();
    EquationRun run(equation + grid + time + exact(0.999 * limit) + "}\n");
    run.step(500);
    CHECK(run.errors([](const Place&, double) { return 0; }).max < 10);
  }
}
