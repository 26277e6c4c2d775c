// Programs as C++ for a compiler. Nothing of a configuration's text gets there, no name and no number: only operations.
#pragma once

#include <string>

#include "program.hpp"
#include "tessera/core/precision.hpp"

namespace tessera::expressions {

/// What comes before kernels in a file.
std::string source_head(Precision precision);
/// A function of the type RowKernel, with C's linkage and this name.
std::string source_of(const Program& program, const std::string& name);

}  // namespace tessera::expressions
