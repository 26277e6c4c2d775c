// Buffers of every kind, with known values in their elements and a known filler between them.
#pragma once

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tessera/comm/cartesian.hpp"
#include "tessera/comm/eigen.hpp"
#include "tessera/comm/functions.hpp"

namespace samples {

using namespace tessera;

enum class Colour : short { red = 3, blue = -4 };

/// With padding between its members and at its end.
struct Particle {
  char kind;
  std::array<double, 2> position;
  int cell[3];
  std::complex<float> charge;
  Colour colour;
  bool operator==(const Particle&) const = default;
};

/// With a described struct as a member, and a member that is not sent.
struct Pair {
  Particle first;
  bool flag;
  bool operator==(const Pair&) const = default;
};

}  // namespace samples

template <>
struct tessera::comm::Members<samples::Particle> {
  using P = samples::Particle;
  static constexpr auto list = std::tuple(&P::kind, &P::position, &P::cell, &P::charge, &P::colour);
};
template <>
struct tessera::comm::Members<samples::Pair> {
  static constexpr auto list = std::tuple(&samples::Pair::first, &samples::Pair::flag);
};

namespace samples {

/// A value of T that differs, where T has room, for different n.
template <class T>
T value(int n) {
  if constexpr (std::is_same_v<T, bool>) {
    return n % 3 == 0;
  } else if constexpr (std::is_same_v<T, Colour>) {
    return n % 2 == 0 ? Colour::red : Colour::blue;
  } else if constexpr (comm::detail::is_complex<T>) {
    return {static_cast<typename T::value_type>(n % 50), static_cast<typename T::value_type>(-(n % 7))};
  } else if constexpr (std::is_same_v<T, Particle>) {
    const auto x = static_cast<float>(n);
    return {static_cast<char>('a' + n % 20), {n + 0.5, -1.0 * n}, {n, n + 1, n + 2}, {x, -x}, value<Colour>(n)};
  } else if constexpr (std::is_same_v<T, Pair>) {
    return {value<Particle>(n), n % 2 == 0};
  } else if constexpr (std::is_same_v<T, std::array<double, 3>>) {
    return {n + 0.25, n + 0.5, n + 0.75};
  } else if constexpr (comm::detail::is_located<T>) {
    return {static_cast<decltype(T::value)>(n % 100), n};
  } else {
    return static_cast<T>(n % 100);
  }
}

/// How the elements of a buffer lie in memory. positions(n): of n elements, in the order in which they travel;
/// view(memory, n): the buffer. n is one of 12, 6, 4, 3: the lengths of parts for 1 to 4 ranks.
constexpr int memory_size = 128;

inline int rows_of(int n) { return n % 2 == 0 ? 2 : 3; }

template <class Index>
std::vector<int> grid(int outer, int inner, const Index& index) {
  std::vector<int> positions;
  for (int i = 0; i < outer; ++i) {
    for (int j = 0; j < inner; ++j) positions.push_back(index(i, j));
  }
  return positions;
}

struct Contiguous {
  static std::vector<int> positions(int n) {
    return grid(1, n, [](int, int j) { return j; });
  }
  template <class T>
  static auto view(T* memory, int n) {
    return std::span<T>(memory, static_cast<std::size_t>(n));
  }
};
struct EveryOther {
  static std::vector<int> positions(int n) {
    return grid(1, n, [](int, int j) { return 1 + 2 * j; });
  }
  template <class T>
  static auto view(T* memory, int n) {
    return comm::StridedView<T>{memory + 1, {1, 1, n}, {0, 0, 2}};
  }
};
struct Backwards {
  static std::vector<int> positions(int n) {
    return grid(1, n, [](int, int j) { return 20 - j; });
  }
  template <class T>
  static auto view(T* memory, int n) {
    return comm::StridedView<T>{memory + 20, {1, 1, n}, {0, 0, -1}};
  }
};

/// As a field library has them: three dimensions, padded rows.
template <class T>
struct FieldView {
  T* data() const { return memory; }
  std::array<long, 3> extents() const { return shape; }
  std::vector<int> strides() const { return {32, 8, 1}; }
  T* memory;
  std::array<long, 3> shape;
};
struct Field {
  static std::array<long, 3> shape(int n) {
    const int first = n % 4 == 0 ? 2 : 1;
    const int second = n / first % 2 == 0 ? 2 : 1;
    return {first, second, n / first / second};
  }
  static std::vector<int> positions(int n) {
    const auto s = shape(n);
    std::vector<int> positions;
    for (int i = 0; i < s[0]; ++i) {
      for (int j = 0; j < s[1]; ++j) {
        for (int k = 0; k < s[2]; ++k) positions.push_back(3 + 32 * i + 8 * j + k);
      }
    }
    return positions;
  }
  template <class T>
  static auto view(T* memory, int n) {
    return FieldView<T>{memory + 3, shape(n)};
  }
};

template <class T, int order>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, order>;
template <class T, int order>
using MapOf = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Matrix<std::remove_const_t<T>, order>,
                                            Matrix<std::remove_const_t<T>, order>>>;

/// The whole of a matrix, without gaps.
template <int order>
struct Plain {
  static std::vector<int> positions(int n) { return Contiguous::positions(n); }
  template <class T>
  static auto view(T* memory, int n) {
    return MapOf<T, order>(memory, rows_of(n), n / rows_of(n));
  }
};
using PlainRows = Plain<Eigen::RowMajor>;
using PlainColumns = Plain<Eigen::ColMajor>;

/// A block in the middle of a matrix of 8 x 9.
struct RowBlock {
  static std::vector<int> positions(int n) {
    return grid(rows_of(n), n / rows_of(n), [](int i, int j) { return (2 + i) * 9 + 1 + j; });
  }
  template <class T>
  static auto view(T* memory, int n) {
    return MapOf<T, Eigen::RowMajor>(memory, 8, 9).block(2, 1, rows_of(n), n / rows_of(n));
  }
};
struct ColumnBlock {
  static std::vector<int> positions(int n) {
    return grid(n / rows_of(n), rows_of(n), [](int j, int i) { return (1 + j) * 8 + 2 + i; });
  }
  template <class T>
  static auto view(T* memory, int n) {
    return MapOf<T, Eigen::ColMajor>(memory, 8, 9).block(2, 1, rows_of(n), n / rows_of(n));
  }
};
/// One row of a column-major matrix: elements far apart.
struct RowOfColumns {
  static std::vector<int> positions(int n) {
    return grid(1, n, [](int, int j) { return 2 + 9 * j; });
  }
  template <class T>
  static auto view(T* memory, int n) {
    return MapOf<T, Eigen::ColMajor>(memory, 9, 13).row(2).head(n);
  }
};
/// A map with a stride in both directions.
struct StridedMap {
  static std::vector<int> positions(int n) {
    return grid(rows_of(n), n / rows_of(n), [](int i, int j) { return 20 * i + 3 * j; });
  }
  template <class T>
  static auto view(T* memory, int n) {
    using M = std::conditional_t<std::is_const_v<T>, const Matrix<std::remove_const_t<T>, Eigen::RowMajor>,
                                 Matrix<std::remove_const_t<T>, Eigen::RowMajor>>;
    using S = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    return Eigen::Map<M, 0, S>(memory, rows_of(n), n / rows_of(n), S(20, 3));
  }
};

/// Memory, and a buffer of `n` elements in it.
template <class T, class Kind>
class Sample {
 public:
  explicit Sample(int n) : n_(n), positions_(Kind::positions(n)), memory_(new T[memory_size]) {
    for (int i = 0; i < memory_size; ++i) memory_.get()[i] = filler();
  }
  /// With element k = value(first + k).
  Sample(int n, int first) : Sample(n) {
    for (int k = 0; k < n; ++k) (*this)[k] = value<T>(first + k);
  }

  auto view() { return Kind::view(memory_.get(), n_); }
  auto view() const { return Kind::view(static_cast<const T*>(memory_.get()), n_); }
  T& operator[](int k) { return memory_.get()[positions_.at(static_cast<std::size_t>(k))]; }

  bool has(int first) { return has(first, n_); }
  /// The first `count` elements are value(first + k), and nothing else was touched.
  bool has(int first, int count) {
    std::vector<T> expected;
    for (int k = 0; k < count; ++k) expected.push_back(value<T>(first + k));
    return is(expected);
  }
  template <class Values>
  bool is(const Values& expected) {
    std::vector<char> seen(memory_size, 0);
    int k = 0;
    for (const T& x : expected) {
      if (!((*this)[k] == x)) return false;
      seen.at(static_cast<std::size_t>(positions_.at(static_cast<std::size_t>(k++)))) = 1;
    }
    for (int i = 0; i < memory_size; ++i) {
      if (seen[static_cast<std::size_t>(i)] == 0 && !(memory_.get()[i] == filler())) return false;
    }
    return true;
  }

 private:
  static T filler() { return value<T>(77); }
  int n_;
  std::vector<int> positions_;
  std::unique_ptr<T[]> memory_;
};

/// Every rank sends to the next; one rank to itself.
struct Ring {
  int here = comm::rank();
  int next = (comm::rank() + 1) % comm::size();
  int previous = (comm::rank() + comm::size() - 1) % comm::size();
};

/// A communicator for the matrix of tests, and the same with the other way to wait. Spinning with more ranks than
/// cores takes minutes.
inline std::vector<comm::WaitPolicy> policies() {
  if (comm::size() > 2) return {comm::WaitPolicy::yield};
  return {comm::WaitPolicy::spin, comm::WaitPolicy::yield};
}

template <class F, class... T>
void for_types(const F& f) {
  (f.template operator()<T>(), ...);
}
/// Calls f<T>() for every arithmetic type.
template <class F>
void for_numbers(const F& f) {
  for_types<F, double, float, long double, char, signed char, unsigned char, short, unsigned short, int, unsigned, long,
            unsigned long, long long, unsigned long long>(f);
}
/// Calls f<T>() for everything that can be sent.
template <class F>
void for_all_types(const F& f) {
  for_numbers(f);
  for_types<F, bool, std::byte, std::complex<double>, std::complex<float>, std::complex<long double>, Colour, Particle,
            Pair, std::array<double, 3>, comm::Located<double>, comm::Located<int>, char16_t, wchar_t>(f);
}
/// Calls f<Kind>() for every kind that needs no Eigen, and for every other.
template <class F>
void for_plain_kinds(const F& f) {
  for_types<F, Contiguous, EveryOther, Backwards, Field>(f);
}
template <class F>
void for_eigen_kinds(const F& f) {
  for_types<F, PlainRows, PlainColumns, RowBlock, ColumnBlock, RowOfColumns, StridedMap>(f);
}
/// Runs f<T, Kind of the sent buffer, Kind of the received one>(): all types that `for_each_type` calls its argument
/// with, contiguous and strided; all kinds, Eigen's of double and the others of Other.
template <class Other, class Types, class F>
void for_matrix(const Types& for_each_type, const F& f) {
  for_each_type([&]<class T>() {
    f.template operator()<T, Contiguous, Contiguous>();
    f.template operator()<T, EveryOther, Contiguous>();
    f.template operator()<T, Contiguous, EveryOther>();
  });
  for_plain_kinds([&]<class Kind>() { f.template operator()<Other, Kind, Kind>(); });
  for_eigen_kinds([&]<class Kind>() {
    f.template operator()<double, Kind, Kind>();
    f.template operator()<double, Kind, Contiguous>();
    f.template operator()<double, Contiguous, Kind>();
  });
}
/// The same with everything that can be sent, and a struct.
template <class F>
void for_matrix(const F& f) {
  for_matrix<Particle>([](const auto& each) { for_all_types(each); }, f);
}

/// The MPI error class of what f throws, MPI_SUCCESS if nothing.
template <class F>
int class_of(const F& f) {
  try {
    f();
  } catch (const comm::Error& error) {
    CHECK_FALSE(error.call().empty());
    CHECK(error.rank() == comm::rank());
    return error.error_class();
  }
  return MPI_SUCCESS;
}

}  // namespace samples
