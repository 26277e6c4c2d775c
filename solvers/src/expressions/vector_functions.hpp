// Functions of whole vectors: glibc's libmvec, where there is one.
#pragma once

#include "functions.hpp"

namespace tessera::expressions {

/// The widest vectors that this processor and the system's libmvec have functions for: that of processor_level(), or 0: none.
int vector_function_level();

/// Of a row. At level 0 the C library's function, a cell at a time; else libmvec's, at most 4 units in the last place off. Cells do not
/// depend on each other, but their last bits depend on the level.
template <class Real>
RowCall<Real> row_call(const Function& function, int level);

}  // namespace tessera::expressions
