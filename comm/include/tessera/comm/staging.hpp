/// Strided elements on their way into and out of contiguous memory.
#pragma once

#include <mpi.h>

#include <array>
#include <cstddef>
#include <memory>

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
  bool contiguous() const noexcept;
};

Bytes make_bytes(const void* data, std::size_t element, const std::array<std::ptrdiff_t, 3>& extents,
                 const std::array<std::ptrdiff_t, 3>& strides, MPI_Datatype type, std::size_t parts);

template <class T>
Bytes bytes_of(const StridedView<T>& view) {
  using E = Innermost<std::remove_const_t<T>>;
  return make_bytes(view.data, sizeof(T), view.extents, view.strides, datatype<typename E::type>(), E::count);
}

void pack(const Bytes& from, std::byte* to);
/// The first `elements` only; the others stay as they are.
void unpack(const std::byte* from, const Bytes& to, std::size_t elements);

/// Contiguous memory from the thread's own pool: a fresh allocation for every message would fault its pages in anew.
class Staging {
 public:
  Staging() = default;
  explicit Staging(std::size_t bytes);
  Staging(Staging&& other) noexcept = default;
  Staging& operator=(Staging&& other) noexcept;
  ~Staging();

  std::byte* data() const noexcept { return memory_.get(); }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
};

/// A committed data type, freed at the end of its scope (MPI keeps it for the messages that use it).
class StridedType {
 public:
  StridedType() = default;
  explicit StridedType(const Bytes& bytes);
  StridedType(StridedType&& other) noexcept;
  StridedType& operator=(StridedType&& other) noexcept;
  ~StridedType();

  MPI_Datatype native() const noexcept { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

}  // namespace detail
}  // namespace tessera::comm
