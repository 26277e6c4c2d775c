/// What differs between the MPI implementations that this layer was measured with, all in one place.
#pragma once

#include <mpi.h>

#include <cstddef>

namespace tessera::comm {

/// How a strided buffer goes into one message.
enum class Strided {
  automatic,  // whichever was measured to be faster for its size on this MPI (benchmarks/RESULTS.md)
  packed,     // copied into a kept contiguous buffer
  datatype,   // described to MPI by a derived data type
};

#ifdef MPICH
/// MPICH 4.0.2's derived types cost 1.1 to 7 times what packing does, the more the longer the message.
constexpr bool datatype_is_faster(std::size_t /*size*/, std::size_t /*span*/, std::size_t /*pitch*/) { return false; }
/// MPICH 4.0.2 crashes in MPI_Reduce(MPI_IN_PLACE) on a root other than 0 with more than 256 doubles.
inline constexpr bool reduce_in_place_is_safe = false;
#else
/// Open MPI cuts a long message described by a derived type into fragments, which one rank fills while the other empties
/// them. That wins, up to twice, where the elements lie far apart and the caches miss; elsewhere packing does (4.1.4).
/// Rows 4 KiB apart share one set of the first cache, and the type wins later.
constexpr bool datatype_is_faster(std::size_t size, std::size_t span, std::size_t pitch) {
  constexpr std::size_t kib = 1024;
  return size >= (pitch % (4 * kib) == 0 ? 256 * kib : 32 * kib) && span >= 4 * kib * kib;
}
inline constexpr bool reduce_in_place_is_safe = true;
#endif

namespace detail {

/// MPI's headers cast integers to these addresses: a warning wherever they are named.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
inline MPI_Status* ignore_status() { return MPI_STATUS_IGNORE; }
inline void* in_place_address() { return MPI_IN_PLACE; }
#pragma GCC diagnostic pop

}  // namespace detail
}  // namespace tessera::comm
