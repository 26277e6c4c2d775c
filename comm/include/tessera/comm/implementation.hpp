/// What differs between the MPI implementations that this layer was measured with, all in one place.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <limits>

namespace tessera::comm {

/// How a strided buffer goes into one message.
enum class Strided {
  automatic,  // whichever was measured to be faster for its size on this MPI (benchmarks/RESULTS.md)
  packed,     // copied into a kept contiguous buffer
  datatype,   // described to MPI by a derived data type
};

#ifdef MPICH
/// MPICH's vector types beat packing from about this size on (MPICH 4.0).
inline constexpr std::size_t datatype_from_bytes = std::size_t{32} * 1024;
/// MPICH 4.0.2 crashes in MPI_Reduce(MPI_IN_PLACE) on a root other than 0 with more than 256 doubles.
inline constexpr bool reduce_in_place_is_safe = false;
#else
/// Open MPI's derived types cost 1.3 to 2.6 times what packing does (Open MPI 4.1).
inline constexpr std::size_t datatype_from_bytes = std::numeric_limits<std::size_t>::max();
inline constexpr bool reduce_in_place_is_safe = true;
#endif

}  // namespace tessera::comm
