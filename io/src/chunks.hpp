// Chunks of a data set that are the ranks' parts, so that each rank's are contiguous in the file.
#pragma once

#include "tessera/core/domain.hpp"

namespace tessera::io {

/// Extents of chunks that cut the grid as the ranks do, and further, along the first axes first, until none has more than `most`
/// cells. Where a cut is not even, some ranks share a chunk.
Index3 chunk_of(const Domain& domain, Index most);

/// A box in another numbering: `by` times `sign` (1 or -1) further.
Box shifted(Box box, const Index3& by, Index sign);

/// Calls f(box, first cell of its chunk) for boxes of at most `most` cells (or a row) that together are `part`, each within a chunk.
void for_each_box(const Box& part, const Index3& chunk, Index most, FunctionRef<void(const Box&, const Index3&)> f);

/// Calls f(cells before them in the chunk, cells before them in the box, cells) for as few runs of cells as a box consists of in
/// its chunk, which begins at `origin`.
void for_each_run(const Box& box, const Index3& origin, const Index3& chunk, FunctionRef<void(Index, Index, Index)> f);

}  // namespace tessera::io
