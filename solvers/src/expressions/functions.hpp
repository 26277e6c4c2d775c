// Functions whose values libraries give: called for rows of cells, by interpreted and compiled kernels alike, so that
// both have the same bits.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tessera::expressions {

template <class Real>
using RowFunction = void (*)(Real* result, const Real* a, const Real* b, std::size_t count, void* of);

/// For a row: to be called with `of`.
template <class Real>
struct RowCall {
  RowFunction<Real> run;
  void* of;
};

struct Function {
  std::string name;
  std::size_t arguments;  // 1 or 2
  double (*value)(double a, double b);
  double (*slope)(double a, double b);        // the derivative by a
  double (*other_slope)(double a, double b);  // by b
  RowFunction<double> row_of_doubles;
  RowFunction<float> row_of_floats;

  template <class Real>
  RowFunction<Real> row() const {
    if constexpr (sizeof(Real) == sizeof(double)) return row_of_doubles;
    else return row_of_floats;
  }
};

const std::vector<Function>& functions();
/// The number of the one with this name; none: functions().size().
std::size_t find_function(const std::string& name);

}  // namespace tessera::expressions
