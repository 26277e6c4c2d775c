/// What fields are stored and computed in: IEEE 754 single or double precision.
#pragma once

#include <type_traits>

#include "tessera/core/index.hpp"

namespace tessera {

enum class Precision { float32, float64 };

template <class Real>
inline constexpr Precision precision_of =
    std::is_same_v<std::remove_const_t<Real>, float> ? Precision::float32 : Precision::float64;
constexpr Index bytes_of(Precision precision) { return precision == Precision::float32 ? 4 : 8; }

/// Of either, without a cast that is useless for one of them.
inline double as_double(float value) { return static_cast<double>(value); }
inline double as_double(double value) { return value; }

/// f<float>() or f<double>().
template <class F>
decltype(auto) with_real(Precision precision, const F& f) {
  return precision == Precision::float32 ? f.template operator()<float>() : f.template operator()<double>();
}

}  // namespace tessera
