#include "terms.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "terms.cpp"
#include <hwy/foreach_target.h>

#include "stencil-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::HWY_NAMESPACE {

Kernel laplacian(const Stages& stages, const Stencil& stencil) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      Neighbours<Real, Points> c(panel, 0, stencil);
      write_rows<Real>(
          panel, 1, [&](auto cell) TESSERA_PER_CELL { return c.laplacian(cell); }, c);
    };
  });
}

Kernel double_well_energy(const Stages& stages, const Stencil& stencil, double width) {
  return for_stencil(stages, stencil, [&]<class Real, int Points>() -> Kernel {
    return [=](const Panel& panel) HWY_ATTR {
      using P = Pack<Real>;
      Neighbours<Real, Points> c(panel, 0, stencil);
      const P quarter(0.25);
      const P minus_half(-0.5);
      const P half_width(0.5 * width);
      const auto energy = [&](auto cell) TESSERA_PER_CELL {
        const P square = c(cell) * c(cell);
        return fma(half_width, c.gradient_squared_on_faces(cell), square * fma(quarter, square, minus_half));
      };
      write_rows<Real>(panel, 1, energy, c);
    };
  });
}

}  // namespace tessera::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera {

HWY_EXPORT(laplacian);
HWY_EXPORT(double_well_energy);

Kernel make_laplacian(const Stages& stages, const Stencil& stencil) {
  return HWY_DYNAMIC_DISPATCH(laplacian)(stages, stencil);
}

Kernel make_double_well_energy(const Stages& stages, const Stencil& stencil, double width) {
  return HWY_DYNAMIC_DISPATCH(double_well_energy)(stages, stencil, width);
}

}  // namespace tessera
#endif
