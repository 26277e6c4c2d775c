#include "chunks.hpp"

#include <algorithm>

namespace tessera::io {
namespace {

/// Calls f(box, origin) for boxes of at most `most` cells (or a row) that together are a box inside one chunk.
void cut_box(const Box& inside, Index most, const Index3& origin, FunctionRef<void(const Box&, const Index3&)> f) {
  const Index plane = inside.extent(1) * inside.extent(2);
  const Index planes = std::max<Index>(most / plane, 1);
  const Index rows = plane <= most ? inside.extent(1) : std::max<Index>(most / inside.extent(2), 1);
  for (Index i = inside.lower[0]; i < inside.upper[0]; i += planes) {
    for (Index j = inside.lower[1]; j < inside.upper[1]; j += rows) {
      Box box = inside;
      box.lower[0] = i;
      box.upper[0] = std::min(i + planes, inside.upper[0]);
      box.lower[1] = j;
      box.upper[1] = std::min(j + rows, inside.upper[1]);
      f(box, origin);
    }
  }
}

/// Calls f(cells before them in the chunk, cells) for as few runs of cells as a box consists of in its chunk, which begins at
/// `origin`.
void for_each_run(const Box& box, const Index3& origin, const Index3& chunk, FunctionRef<void(Index, Index)> f) {
  Index run = 0;  // before it in the chunk
  Index run_cells = 0;
  for_each_row(box, [&](Index i, Index j) {
    const Index row = ((i - origin[0]) * chunk[1] + j - origin[1]) * chunk[2] + box.lower[2] - origin[2];
    if (row != run + run_cells) {
      if (run_cells > 0) f(run, run_cells);
      run = row;
      run_cells = 0;
    }
    run_cells += box.extent(2);
  });
  f(run, run_cells);
}

}  // namespace

Index3 chunk_of(const Domain& domain, Index most) {
  Index3 chunk{1, 1, 1};
  for (int a = domain.grid().first_axis(); a < 3; ++a)
    chunk[at(a)] = cut(domain.grid().cells(a), domain.layout().ranks[at(a)], 0).size();
  const auto cells = [&chunk] { return chunk[0] * chunk[1] * chunk[2]; };
  for (Index& extent : chunk) {
    while (cells() > most && extent > 1) extent = (extent + 1) / 2;
  }
  return chunk;
}

Box shifted(Box box, const Index3& by, Index sign) {
  for (std::size_t a = 0; a < 3; ++a) {
    box.lower[a] += sign * by[a];
    box.upper[a] += sign * by[a];
  }
  return box;
}

void for_each_box(const Box& part, const Index3& chunk, Index most, FunctionRef<void(const Box&, const Index3&)> f) {
  Box numbers;  // of chunks
  for (std::size_t a = 0; a < 3; ++a) {
    numbers.lower[a] = part.lower[a] / chunk[a];
    numbers.upper[a] = (part.upper[a] - 1) / chunk[a] + 1;
  }
  for_each_row(numbers, [&](Index c0, Index c1) {
    for (Index c2 = numbers.lower[2]; c2 < numbers.upper[2]; ++c2) {
      const Index3 origin{c0 * chunk[0], c1 * chunk[1], c2 * chunk[2]};
      Box inside;
      for (std::size_t a = 0; a < 3; ++a) {
        inside.lower[a] = std::max(part.lower[a], origin[a]);
        inside.upper[a] = std::min(part.upper[a], origin[a] + chunk[a]);
      }
      cut_box(inside, most, origin, f);
    }
  });
}

void add_runs(const Box& box, const Index3& origin, const Index3& chunk, std::uint64_t place, std::size_t value_bytes,
              const std::vector<std::span<const std::byte>>& values, std::vector<Run>& runs) {
  auto piece = values.begin();
  std::size_t used = 0;  // of it
  for_each_run(box, origin, chunk, [&](Index in_chunk, Index cells) {
    std::uint64_t to = place + static_cast<std::size_t>(in_chunk) * value_bytes;
    for (std::size_t left = static_cast<std::size_t>(cells) * value_bytes; left > 0;) {
      const std::size_t bytes = std::min(left, piece->size() - used);
      runs.push_back({to, piece->data() + used, bytes});
      to += bytes;
      left -= bytes;
      used += bytes;
      if (used == piece->size()) {
        ++piece;
        used = 0;
      }
    }
  });
}

}  // namespace tessera::io
