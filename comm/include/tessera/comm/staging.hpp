/// Strided elements on their way into and out of contiguous memory.
#pragma once

#include <mpi.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "tessera/comm/buffer.hpp"
#include "tessera/comm/implementation.hpp"

namespace tessera::comm {

/// How strided messages travel, for all threads: for measurements, and for an MPI that was not measured.
void set_strided(Strided how) noexcept;
Strided strided() noexcept;

namespace detail {

/// A strided buffer without its C++ type. Distances are in bytes; axes that follow each other without a gap
/// are one, and the last is the fastest.
struct Bytes {
  std::byte* data;
  std::size_t element;                      // bytes of one
  std::array<std::ptrdiff_t, 3> extents;    // in elements
  std::array<std::ptrdiff_t, 3> distances;  // between neighbours along an axis
  MPI_Datatype type;                        // of an element's parts
  std::size_t parts;                        // of that type in an element

  std::size_t elements() const noexcept { return static_cast<std::size_t>(extents[0] * extents[1] * extents[2]); }
  /// Whether elements follow each other without a gap along the last axis.
  bool touching() const noexcept { return distances[2] == static_cast<std::ptrdiff_t>(element); }
  bool contiguous() const noexcept { return elements() <= 1 || (extents[0] == 1 && extents[1] == 1 && touching()); }
  /// From the first element to the last.
  std::size_t span() const noexcept {
    std::ptrdiff_t bytes = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) bytes += (extents[axis] - 1) * std::abs(distances[axis]);
    return static_cast<std::size_t>(bytes);
  }
  /// From a run of touching elements to the next; of the innermost axis that has one.
  std::size_t pitch() const noexcept { return static_cast<std::size_t>(std::abs(distances[touching() ? 1 : 2])); }
};

Bytes make_bytes(const void* data, std::size_t element, const std::array<std::ptrdiff_t, 3>& extents,
                 const std::array<std::ptrdiff_t, 3>& strides, MPI_Datatype type, std::size_t parts);

template <class T>
Bytes bytes_of(const StridedView<T>& view) {
  using E = Innermost<std::remove_const_t<T>>;
  if (view.extents[0] == 1 && view.extents[1] == 1 && view.extents[2] > 1) {  // a column
    return {const_cast<std::byte*>(reinterpret_cast<const std::byte*>(view.data)),
            sizeof(T),
            {1, 1, view.extents[2]},
            {0, 0, view.strides[2] * static_cast<std::ptrdiff_t>(sizeof(T))},
            datatype<typename E::type>(),
            E::count};
  }
  return make_bytes(view.data, sizeof(T), view.extents, view.strides, datatype<typename E::type>(), E::count);
}

void pack(const Bytes& from, std::byte* to);
/// The first `elements` only; the others stay as they are.
void unpack(const std::byte* from, const Bytes& to, std::size_t elements);

/// Contiguous memory: for short messages in the object itself, else from the thread's own pool, as a fresh allocation
/// for every message would fault its pages in anew.
class Staging {
 public:
  Staging() = default;
  explicit Staging(std::size_t bytes) : size_(bytes) {
    if (bytes > in_place) take(bytes);
  }
  Staging(Staging&& other) noexcept { *this = std::move(other); }
  Staging& operator=(Staging&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(capacity_, other.capacity_);
    if (!memory_ && other.size_ > 0) std::memcpy(few_, other.few_, other.size_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~Staging() {
    if (memory_) give_back();
  }

  std::byte* data() noexcept { return memory_ ? memory_.get() : size_ > 0 ? few_ : nullptr; }
  const std::byte* data() const noexcept { return memory_ ? memory_.get() : size_ > 0 ? few_ : nullptr; }

 private:
  void take(std::size_t bytes);
  void give_back() noexcept;

  static constexpr std::size_t in_place = 1024;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  alignas(16) std::byte few_[in_place];
};

/// A committed data type, freed at the end of its scope (MPI keeps it for the messages that use it).
class StridedType {
 public:
  StridedType() = default;
  explicit StridedType(const Bytes& bytes);
  StridedType(StridedType&& other) noexcept;
  StridedType& operator=(StridedType&& other) noexcept;
  ~StridedType() {
    if (type_ != MPI_DATATYPE_NULL) MPI_Type_free(&type_);
  }

  MPI_Datatype native() const noexcept { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

}  // namespace detail
}  // namespace tessera::comm
