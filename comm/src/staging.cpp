#include "tessera/comm/staging.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "tessera/comm/transfer.hpp"

namespace tessera::comm {
namespace {

std::atomic<Strided> chosen{Strided::automatic};

}  // namespace

void set_strided(Strided how) noexcept { chosen.store(how, std::memory_order_relaxed); }
Strided strided() noexcept { return chosen.load(std::memory_order_relaxed); }

namespace detail {
namespace {

enum class Way { pack, unpack };

/// Copies `n` pieces between packed memory and places at equal distances. With 0 for `known`, their size is
/// `given` at run time.
template <Way way, std::size_t known>
void copy_pieces(std::byte* __restrict packed, std::byte* __restrict strided, std::ptrdiff_t distance, std::ptrdiff_t n,
                 std::size_t given) {
  const std::size_t size = known != 0 ? known : given;
#pragma GCC unroll 4  // a tenth less time for a column of 4 KiB
  for (std::ptrdiff_t k = 0; k < n; ++k) {
    if constexpr (way == Way::pack) std::memcpy(packed, strided, size);
    else std::memcpy(strided, packed, size);
    packed += size;
    strided += distance;
  }
}

/// The usual element types, and a few of them side by side as in a halo, get loops of their own: a call of memcpy costs
/// more than so few bytes.
template <Way way>
auto copier(std::size_t size) {
  switch (size) {
    case 1: return copy_pieces<way, 1>;
    case 2: return copy_pieces<way, 2>;
    case 4: return copy_pieces<way, 4>;
    case 8: return copy_pieces<way, 8>;
    case 12: return copy_pieces<way, 12>;
    case 16: return copy_pieces<way, 16>;
    case 24: return copy_pieces<way, 24>;
    case 32: return copy_pieces<way, 32>;
    case 48: return copy_pieces<way, 48>;
    case 64: return copy_pieces<way, 64>;
    default: return copy_pieces<way, 0>;
  }
}

/// All elements; a run of touching ones is one piece.
template <Way way>
void copy_all(std::byte* packed, const Bytes& strided) {
  const auto& extents = strided.extents;
  const auto& distances = strided.distances;
  const bool touching = strided.touching();
  const std::size_t size = touching ? strided.element * static_cast<std::size_t>(extents[2]) : strided.element;
  const std::size_t axis = touching ? 1 : 2;
  const std::ptrdiff_t n = extents[axis];
  const std::ptrdiff_t rows = touching ? 1 : extents[1];
  const auto copy = copier<way>(size);
  for (std::ptrdiff_t i = 0; i < extents[0]; ++i) {
    for (std::ptrdiff_t j = 0; j < rows; ++j) {
      copy(packed, strided.data + i * distances[0] + j * distances[1], distances[axis], n, size);
      packed += n * static_cast<std::ptrdiff_t>(size);
    }
  }
}

/// What a thread keeps of memory that its messages no longer need. Larger ones are given back.
constexpr std::size_t kept_buffers = 8;
constexpr std::size_t kept_bytes = std::size_t{64} << 20U;

struct Block {
  std::unique_ptr<std::byte[]> memory;
  std::size_t capacity;
};
struct Pool {
  std::vector<Block> blocks;
  Pool();
  ~Pool();
};
/// False before the thread's pool exists and after its end: requests may outlive it.
thread_local bool pool_alive = false;
Pool::Pool() {
  blocks.reserve(kept_buffers);
  pool_alive = true;
}
Pool::~Pool() { pool_alive = false; }
thread_local Pool pool;

}  // namespace

Bytes make_bytes(const void* data, std::size_t element, const std::array<std::ptrdiff_t, 3>& extents,
                 const std::array<std::ptrdiff_t, 3>& strides, MPI_Datatype type, std::size_t parts) {
  // One description serves what is read and what is written; the callers keep them apart by their types.
  Bytes bytes{static_cast<std::byte*>(const_cast<void*>(data)), element, {1, 1, 1}, {0, 0, 0}, type, parts};
  bytes.distances[2] = static_cast<std::ptrdiff_t>(element);
  if (std::ranges::find(extents, 0) != extents.end()) {
    bytes.extents[2] = 0;
    return bytes;
  }
  // From the fastest axis to the slowest: an axis joins the one before if it continues it.
  std::size_t axis = 3;
  for (std::size_t a = 3; a-- > 0;) {
    const std::ptrdiff_t distance = strides[a] * static_cast<std::ptrdiff_t>(element);
    if (extents[a] == 1) continue;
    if (axis < 3 && distance == bytes.extents[axis] * bytes.distances[axis]) {
      bytes.extents[axis] *= extents[a];
    } else {
      --axis;
      bytes.extents[axis] = extents[a];
      bytes.distances[axis] = distance;
    }
  }
  return bytes;
}

void pack(const Bytes& from, std::byte* to) { copy_all<Way::pack>(to, from); }

void unpack(const std::byte* from, const Bytes& to, std::size_t elements) {
  auto* packed = const_cast<std::byte*>(from);
  if (elements >= to.elements()) return copy_all<Way::unpack>(packed, to);
  // A message that was shorter than the buffer.
  auto left = static_cast<std::ptrdiff_t>(elements);
  const auto copy = copier<Way::unpack>(to.element);
  for (std::ptrdiff_t i = 0; i < to.extents[0]; ++i) {
    for (std::ptrdiff_t j = 0; j < to.extents[1]; ++j) {
      const std::ptrdiff_t n = std::min(left, to.extents[2]);
      copy(packed, to.data + i * to.distances[0] + j * to.distances[1], to.distances[2], n, to.element);
      packed += n * static_cast<std::ptrdiff_t>(to.element);
      left -= n;
    }
  }
}

void Staging::take(std::size_t bytes) {
  auto& blocks = pool.blocks;
  auto best = blocks.end();
  for (auto block = blocks.begin(); block != blocks.end(); ++block) {
    if (block->capacity >= bytes && (best == blocks.end() || block->capacity < best->capacity)) best = block;
  }
  if (best != blocks.end()) {
    memory_ = std::move(best->memory);
    capacity_ = best->capacity;
    blocks.erase(best);
  } else {
    capacity_ = std::max<std::size_t>(bytes, 4096);
    memory_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
  }
}

void Staging::give_back() noexcept {
  if (!pool_alive || capacity_ > kept_bytes / kept_buffers) return;
  auto& blocks = pool.blocks;
  if (blocks.size() < kept_buffers) {
    blocks.push_back({std::move(memory_), capacity_});
  } else if (const auto least = std::ranges::min_element(blocks, {}, &Block::capacity); least->capacity < capacity_) {
    *least = {std::move(memory_), capacity_};
  }
}

StridedType::StridedType(const Bytes& bytes) {
  const auto parts = static_cast<int>(bytes.parts);
  const auto extents = bytes.extents;
  // The fastest axis first; if its elements touch, they are one block of the next.
  const bool touching = bytes.touching();
  const int run = touching ? static_cast<int>(extents[2]) * parts : parts;
  const std::size_t inner = touching ? 1 : 2;
  check(MPI_Type_create_hvector(static_cast<int>(extents[inner]), run, bytes.distances[inner], bytes.type, &type_),
        "MPI_Type_create_hvector");
  for (std::size_t axis = inner; axis-- > 0;) {
    if (extents[axis] == 1) continue;
    MPI_Datatype rows = type_;
    check(MPI_Type_create_hvector(static_cast<int>(extents[axis]), 1, bytes.distances[axis], rows, &type_),
          "MPI_Type_create_hvector");
    MPI_Type_free(&rows);
  }
  check(MPI_Type_commit(&type_), "MPI_Type_commit");
}

StridedType::StridedType(StridedType&& other) noexcept : type_(std::exchange(other.type_, MPI_DATATYPE_NULL)) {}

StridedType& StridedType::operator=(StridedType&& other) noexcept {
  std::swap(type_, other.type_);
  return *this;
}

void too_many_dimensions(std::size_t dimensions) {
  throw Error("field view", MPI_ERR_DIMS,
              std::to_string(dimensions) + " dimensions are more than the three that a strided buffer may have");
}

void throw_too_many(std::size_t count, const char* call) {
  throw Error(
      call, MPI_ERR_COUNT,
      std::to_string(count) + " elements are more than one call of MPI 3 can count (2147483647); send them in parts");
}

void Gapped::prepare(As as) {
  const std::size_t size = bytes_.elements() * bytes_.element;
  const Strided how = strided();
  const bool describe = how == Strided::datatype ||
                        (how == Strided::automatic && datatype_is_faster(size, bytes_.span(), bytes_.pitch()));
  if (as == As::message && describe) {
    type_ = StridedType(bytes_);
  } else {
    staging_ = Staging(size);
  }
}

void Gapped::finish() {
  if (staging_.data()) unpack(staging_.data(), bytes_, bytes_.elements());
}

void Gapped::finish(const MPI_Status& status) {
  if (!staging_.data()) return;
  int count = 0;
  check(MPI_Get_count(&status, bytes_.type, &count), "MPI_Get_count");
  if (count != MPI_UNDEFINED) unpack(staging_.data(), bytes_, static_cast<std::size_t>(count) / bytes_.parts);
}

}  // namespace detail
}  // namespace tessera::comm
