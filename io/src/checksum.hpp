// Sums that tell whether a checkpoint's values are those that were written.
#pragma once

#include <cstdint>
#include <string>

#include "tessera/core/field.hpp"

namespace tessera::io {

/// Collective: the sum, modulo 2^64, over all cells of a hash of the cell's number and its value's bits: the same on every
/// layout. Where a single cell differs the sum does; where more do, it is the same once in 2^64 times.
std::uint64_t checksum(Domain& domain, const Field& field);

/// The same of a text, by eight bytes.
std::uint64_t checksum(const std::string& text);

}  // namespace tessera::io
