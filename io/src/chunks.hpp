// Chunks of a data set that are the ranks' parts, so that each rank's are contiguous in the file.
#pragma once

#include <span>
#include <vector>

#include "kept_file.hpp"
#include "tessera/core/domain.hpp"

namespace tessera::io {

/// Extents of chunks that cut the grid as the ranks do, and further, along the first axes first, until none has more than `most`
/// cells. Where a cut is not even, some ranks share a chunk.
Index3 chunk_of(const Domain& domain, Index most);

/// A box in another numbering: `by` times `sign` (1 or -1) further.
Box shifted(Box box, const Index3& by, Index sign);

/// Calls f(box, first cell of its chunk) for boxes of at most `most` cells (or a row) that together are `part`, each within a chunk.
void for_each_box(const Box& part, const Index3& chunk, Index most, FunctionRef<void(const Box&, const Index3&)> f);

/// Adds the runs of bytes by which a box's values, row-major and in pieces, go into its chunk, which lies at `place` in a file.
void add_runs(const Box& box, const Index3& origin, const Index3& chunk, std::uint64_t place, std::size_t value_bytes,
              const std::vector<std::span<const std::byte>>& values, std::vector<Run>& runs);

}  // namespace tessera::io
