/// Which MPI data type stands for a C++ type.
#pragma once

#include <mpi.h>

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include "tessera/comm/error.hpp"

namespace tessera::comm {

/// Describes a struct to MPI by its members. Specialise it for a trivially copyable struct, next to the struct:
///
///     struct Particle { std::array<double, 3> position; int cell; };
///     template <>
///     struct tessera::comm::Members<Particle> {
///       static constexpr auto list = std::tuple(&Particle::position, &Particle::cell);
///     };
///
/// Members may be of any type that can be sent, C arrays and described structs included. Members that are
/// not listed are not sent. The data type is made by MPI_Type_create_struct, once.
template <class T>
struct Members;

/// A value and where it was found: the element type of Operator::minloc and maxloc (MPI standard 3.1, section 5.9.4).
template <class T>
struct Located {
  T value;
  int index;
  bool operator==(const Located&) const = default;
};

namespace detail {

/// Arrays of arrays are so many elements of the innermost type.
template <class T>
struct Innermost {
  using type = T;
  static constexpr std::size_t count = 1;
};
template <class T, std::size_t n>
struct Innermost<std::array<T, n>> {
  using type = typename Innermost<T>::type;
  static constexpr std::size_t count = n * Innermost<T>::count;
};
template <class T, std::size_t n>
struct Innermost<T[n]> : Innermost<std::array<T, n>> {};

template <class T>
inline constexpr bool is_complex = false;
template <class T>
inline constexpr bool is_complex<std::complex<T>> = std::is_floating_point_v<T>;

template <class T>
inline constexpr bool is_located = false;
template <class T>
inline constexpr bool is_located<Located<T>> =
    std::is_same_v<T, double> || std::is_same_v<T, float> || std::is_same_v<T, long double> || std::is_same_v<T, int> ||
    std::is_same_v<T, short> || std::is_same_v<T, long>;

template <class T>
concept Described = requires {
  Members<T>::list;
};

}  // namespace detail

/// A type of which one value can be sent: arithmetic types, bool, std::byte, std::complex, enumerations,
/// Located, and trivially copyable structs with Members.
template <class T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T> || detail::is_complex<T> || detail::is_located<T> ||
    (detail::Described<T>&& std::is_trivially_copyable_v<T>);

/// Scalars, and C arrays and std::array of them.
template <class T>
concept Element = Scalar<typename detail::Innermost<T>::type>;

template <Element T>
MPI_Datatype datatype();

namespace detail {

struct Member {
  std::size_t offset;
  std::size_t count;
  MPI_Datatype type;
};
/// A committed struct type with the given extent; freed when MPI is finalized.
MPI_Datatype make_struct(const std::vector<Member>& members, std::size_t extent);

template <class T>
MPI_Datatype described_type() {
  static const MPI_Datatype type = [] {
    alignas(T) std::byte memory[sizeof(T)] = {};
    const auto* object = reinterpret_cast<const T*>(memory);
    const auto member = [&]<class M>(M T::*pointer) {
      static_assert(Element<M>, "tessera::comm: a listed member is of a type that cannot be sent");
      const auto* address = reinterpret_cast<const std::byte*>(&(object->*pointer));
      if constexpr (Element<M>) {
        return Member{static_cast<std::size_t>(address - memory), Innermost<M>::count,
                      datatype<typename Innermost<M>::type>()};
      } else {
        return Member{};
      }
    };
    return make_struct(
        std::apply([&](auto... pointers) { return std::vector<Member>{member(pointers)...}; }, Members<T>::list),
        sizeof(T));
  }();
  return type;
}

template <class T>
MPI_Datatype located_type() {
  if constexpr (std::is_same_v<T, double>) return MPI_DOUBLE_INT;
  else if constexpr (std::is_same_v<T, float>) return MPI_FLOAT_INT;
  else if constexpr (std::is_same_v<T, long double>) return MPI_LONG_DOUBLE_INT;
  else if constexpr (std::is_same_v<T, long>) return MPI_LONG_INT;
  else if constexpr (std::is_same_v<T, short>) return MPI_SHORT_INT;
  else return MPI_2INT;
}

template <class T>
struct LocatedValue;
template <class T>
struct LocatedValue<Located<T>> {
  using type = T;
};

}  // namespace detail

/// The MPI data type of T; for arrays, of their innermost elements.
template <Element T>
MPI_Datatype datatype() {
  if constexpr (!Scalar<T>) return datatype<typename detail::Innermost<T>::type>();
  else if constexpr (std::is_same_v<T, std::byte>) return MPI_BYTE;
  else if constexpr (std::is_enum_v<T>) return datatype<std::underlying_type_t<T>>();
  else if constexpr (std::is_same_v<T, double>) return MPI_DOUBLE;
  else if constexpr (std::is_same_v<T, float>) return MPI_FLOAT;
  else if constexpr (std::is_same_v<T, long double>) return MPI_LONG_DOUBLE;
  else if constexpr (std::is_same_v<T, std::complex<double>>) return MPI_CXX_DOUBLE_COMPLEX;
  else if constexpr (std::is_same_v<T, std::complex<float>>) return MPI_CXX_FLOAT_COMPLEX;
  else if constexpr (std::is_same_v<T, std::complex<long double>>) return MPI_CXX_LONG_DOUBLE_COMPLEX;
  else if constexpr (std::is_same_v<T, bool>) return MPI_CXX_BOOL;
  else if constexpr (std::is_same_v<T, char>) return MPI_CHAR;
  else if constexpr (std::is_integral_v<T> && sizeof(T) == 1) return std::is_signed_v<T> ? MPI_INT8_T : MPI_UINT8_T;
  else if constexpr (std::is_integral_v<T> && sizeof(T) == 2) return std::is_signed_v<T> ? MPI_INT16_T : MPI_UINT16_T;
  else if constexpr (std::is_integral_v<T> && sizeof(T) == 4) return std::is_signed_v<T> ? MPI_INT32_T : MPI_UINT32_T;
  else if constexpr (std::is_integral_v<T>) return std::is_signed_v<T> ? MPI_INT64_T : MPI_UINT64_T;
  else if constexpr (detail::is_located<T>) return detail::located_type<typename detail::LocatedValue<T>::type>();
  else return detail::described_type<T>();
}

}  // namespace tessera::comm
