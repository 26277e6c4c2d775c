// Reductions: every operator x type, kinds of buffer, in place, nonblocking, every root; operators of one's own.
#include "samples.hpp"

using namespace samples;
using comm::Operator;
using comm::WaitingCommunicator;
using comm::WaitPolicy;

namespace {

constexpr int n = 12;

template <class T>
inline constexpr bool is_integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// What MPI's operator is to do with two elements of T.
template <class T>
T apply(Operator op, const T& a, const T& b) {
  if constexpr (comm::detail::is_located<T>) {
    const bool take = op == Operator::minloc ? b.value < a.value : b.value > a.value;
    return take || (a.value == b.value && b.index < a.index) ? b : a;
  } else if constexpr (std::is_same_v<T, std::byte>) {
    return op == Operator::bitwise_and ? a & b : op == Operator::bitwise_or ? a | b : a ^ b;
  } else if constexpr (comm::detail::is_complex<T>) {
    return op == Operator::sum ? a + b : a * b;
  } else {
    switch (op) {
      case Operator::sum: return static_cast<T>(a + b);
      case Operator::prod: return static_cast<T>(a * b);
      case Operator::min: return b < a ? b : a;
      case Operator::max: return a < b ? b : a;
      case Operator::logical_and: return static_cast<T>(a != T{} && b != T{});
      case Operator::logical_or: return static_cast<T>(a != T{} || b != T{});
      case Operator::logical_xor: return static_cast<T>((a != T{}) != (b != T{}));
      default: break;
    }
    if constexpr (is_integer<T>) {
      return static_cast<T>(op == Operator::bitwise_and ? a & b : op == Operator::bitwise_or ? a | b : a ^ b);
    }
    return a;
  }
}

/// The operators that MPI has for T (MPI standard 3.1, section 5.9.2).
template <class T>
std::vector<Operator> operators() {
  if constexpr (comm::detail::is_located<T>) return {Operator::minloc, Operator::maxloc};
  if constexpr (std::is_same_v<T, std::byte>)
    return {Operator::bitwise_and, Operator::bitwise_or, Operator::bitwise_xor};
  if constexpr (std::is_same_v<T, bool>) return {Operator::logical_and, Operator::logical_or, Operator::logical_xor};
  if constexpr (comm::detail::is_complex<T>) return {Operator::sum, Operator::prod};
  if constexpr (std::is_floating_point_v<T>) return {Operator::sum, Operator::prod, Operator::min, Operator::max};
  return {Operator::sum,         Operator::prod,       Operator::min,         Operator::max,
          Operator::logical_and, Operator::logical_or, Operator::logical_xor, Operator::bitwise_and,
          Operator::bitwise_or,  Operator::bitwise_xor};
}

/// Element k of rank r: small, so that sums and products are exact.
template <class T>
T element(int r, int k) {
  if constexpr (comm::detail::is_located<T>) return T{static_cast<decltype(T::value)>((r * 5 + k) % 3), r};
  else if constexpr (std::is_same_v<T, std::byte>) return std::byte(r * 5 + k);
  else if constexpr (std::is_same_v<T, bool>) return (r + k) % 3 != 0;
  else if constexpr (comm::detail::is_complex<T>) return {static_cast<typename T::value_type>((r * 3 + k) % 4), 1};
  else return static_cast<T>((r * 3 + k) % 4);
}

/// The combination of ranks first to last.
template <class T>
std::vector<T> combined(Operator op, int first, int last) {
  std::vector<T> result;
  for (int k = 0; k < n; ++k) {
    T x = element<T>(first, k);
    for (int r = first + 1; r <= last; ++r) x = apply<T>(op, x, element<T>(r, k));
    result.push_back(x);
  }
  return result;
}

template <class T, class Kind>
void fill(Sample<T, Kind>& sample) {
  for (int k = 0; k < n; ++k) sample[k] = element<T>(comm::rank(), k);
}

/// Calls f<T>() for everything that MPI's operators take.
template <class F>
void for_reducible(const F& f) {
  for_numbers(f);
  for_types<F, bool, std::byte, std::complex<double>, std::complex<float>, comm::Located<double>, comm::Located<float>,
            comm::Located<long double>, comm::Located<int>, comm::Located<short>, comm::Located<long>>(f);
}

template <class F>
void matrix(const F& f) {
  for (const WaitPolicy policy : policies()) {
    const WaitingCommunicator world = comm::world().waiting(policy);
    for_matrix<int>([](const auto& each) { for_reducible(each); },
                    [&]<class T, class S, class R>() {
                      for (const Operator op : operators<T>()) f.template operator()<T, S, R>(world, op);
                    });
  }
}

}  // namespace

TEST_CASE("allreduce") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, Operator op) {
    const auto expected = combined<T>(op, 0, world.size() - 1);
    Sample<T, S> out(n);
    fill(out);
    Sample<T, R> in(n);
    world.allreduce(std::as_const(out).view(), in.view(), op);
    CHECK(in.is(expected));
    Sample<T, R> later(n);
    world.iallreduce(out.view(), later.view(), op).wait();
    CHECK(later.is(expected));
    world.allreduce(comm::in_place, out.view(), op);
    CHECK(out.is(expected));
    fill(out);
    world.iallreduce(comm::in_place, out.view(), op).wait();
    CHECK(out.is(expected));
    CHECK(world.allreduce(element<T>(world.rank(), 1), op) == expected[1]);
  });
}

TEST_CASE("reduce") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, Operator op) {
    const auto expected = combined<T>(op, 0, world.size() - 1);
    for (int root = 0; root < world.size(); ++root) {
      const bool at_root = world.rank() == root;
      Sample<T, S> out(n);
      fill(out);
      Sample<T, R> in(n);
      world.reduce(out.view(), in.view(), op, root);
      CHECK(in.is(at_root ? expected : std::vector<T>{}));
      Sample<T, R> later(n);
      if (at_root) world.ireduce(out.view(), later.view(), op, root).wait();
      else world.ireduce(out.view(), std::span<T>(), op, root).wait();
      CHECK(later.is(at_root ? expected : std::vector<T>{}));
      Sample<T, S> before(n);
      fill(before);
      world.reduce(comm::in_place, out.view(), op, root);
      for (int k = 0; k < n; ++k) CHECK(out[k] == (at_root ? expected[static_cast<std::size_t>(k)] : before[k]));
      fill(out);
      world.ireduce(comm::in_place, out.view(), op, root).wait();
      for (int k = 0; k < n; ++k) CHECK(out[k] == (at_root ? expected[static_cast<std::size_t>(k)] : before[k]));
      CHECK(world.reduce(element<T>(world.rank(), 1), op, root) ==
            (at_root ? expected[1] : element<T>(world.rank(), 1)));
    }
  });
}

TEST_CASE("scan and exscan") {
  matrix([]<class T, class S, class R>(const WaitingCommunicator& world, Operator op) {
    const auto up_to = combined<T>(op, 0, world.rank());
    const auto before = world.root() ? std::vector<T>{} : combined<T>(op, 0, world.rank() - 1);
    Sample<T, S> out(n);
    fill(out);
    for (const bool blocking : {true, false}) {
      Sample<T, R> in(n);
      Sample<T, R> ex(n);
      if (blocking) {
        world.scan(out.view(), in.view(), op);
        world.exscan(out.view(), ex.view(), op);
      } else {
        world.iscan(out.view(), in.view(), op).wait();
        world.iexscan(out.view(), ex.view(), op).wait();
      }
      CHECK(in.is(up_to));
      CHECK(ex.is(before));  // rank 0's stays as it was
      Sample<T, R> both(n);
      fill(both);
      if (blocking) world.scan(comm::in_place, both.view(), op);
      else world.iscan(comm::in_place, both.view(), op).wait();
      CHECK(both.is(up_to));
    }
    Sample<T, S> both(n);
    fill(both);
    world.exscan(comm::in_place, both.view(), op);
    fill(out);
    for (int k = 0; k < n; ++k) CHECK(both[k] == (world.root() ? out[k] : before[static_cast<std::size_t>(k)]));
    CHECK(world.scan(element<T>(world.rank(), 1), op) == up_to[1]);
    CHECK(world.exscan(element<T>(world.rank(), 1), op, value<T>(9)) == (world.root() ? value<T>(9) : before[1]));
  });
}

namespace {

struct Interval {
  double low;
  double high;
  bool operator==(const Interval&) const = default;
};

/// Ranks in order are 2 x 2 matrices whose product does not commute.
struct Matrix2 {
  std::array<long, 4> m;
  bool operator==(const Matrix2&) const = default;
};
Matrix2 times(const Matrix2& a, const Matrix2& b) {
  return {{a.m[0] * b.m[0] + a.m[1] * b.m[2], a.m[0] * b.m[1] + a.m[1] * b.m[3], a.m[2] * b.m[0] + a.m[3] * b.m[2],
           a.m[2] * b.m[1] + a.m[3] * b.m[3]}};
}
Matrix2 matrix_of(int rank) { return {{1 + rank, 2, 3, 4 - rank}}; }

}  // namespace

template <>
struct tessera::comm::Members<Interval> {
  static constexpr auto list = std::tuple(&Interval::low, &Interval::high);
};
template <>
struct tessera::comm::Members<Matrix2> {
  static constexpr auto list = std::tuple(&Matrix2::m);
};

TEST_CASE("operators of one's own: structs, strided, in place, nonblocking, in the order of ranks") {
  for (const WaitPolicy policy : policies()) {
    const WaitingCommunicator world = comm::world().waiting(policy);
    const int last = world.size() - 1;
    const auto hull = comm::commutative([](const Interval& a, const Interval& b) {
      return Interval{std::min(a.low, b.low), std::max(a.high, b.high)};
    });
    const Interval mine{-1.0 * world.rank(), 1.0 + world.rank()};
    CHECK(world.allreduce(mine, hull) == Interval{-1.0 * last, 1.0 + last});
    std::vector<Interval> several(300, mine);
    for (int root = 0; root < world.size(); ++root) {
      std::vector<Interval> copy = several;
      world.reduce(comm::in_place, copy, hull, root);
      CHECK(copy.back() == (world.rank() == root ? Interval{-1.0 * last, 1.0 + last} : mine));
    }

    const auto product = [](const Matrix2& a, const Matrix2& b) { return times(a, b); };
    Matrix2 expected = matrix_of(0);
    Matrix2 up_to = matrix_of(0);
    for (int r = 1; r <= last; ++r) {
      expected = times(expected, matrix_of(r));
      if (r <= world.rank()) up_to = times(up_to, matrix_of(r));
    }
    CHECK(world.allreduce(matrix_of(world.rank()), product) == expected);
    CHECK(world.scan(matrix_of(world.rank()), product) == up_to);
    const std::vector<Matrix2> out(5, matrix_of(world.rank()));
    std::vector<Matrix2> in(5);
    comm::Request request = world.iallreduce(out, in, product);
    request.wait();
    CHECK(in == std::vector<Matrix2>(5, expected));

    Sample<double, RowOfColumns> row(n, 10 * world.rank());
    Sample<double, EveryOther> largest(n);
    world.allreduce(row.view(), largest.view(), [](double a, double b) { return a > b ? a : b; });
    CHECK(largest.has(10 * last));
  }
}

TEST_CASE("arrays are combined element by element") {
  const auto& world = comm::world();
  const int size = world.size();
  std::vector<std::array<int, 3>> all(4, {1, world.rank(), 2});
  world.allreduce(comm::in_place, all);
  CHECK(all.back() == std::array{size, size * (size - 1) / 2, 2 * size});
  double table[2][2] = {{1, 2}, {3, 4}};
  double sum[2][2] = {};
  world.allreduce(table, sum);
  CHECK(sum[1][0] == 3 * size);
}

TEST_CASE("an operator that the type does not have is an error, the same on every MPI") {
  CHECK(class_of([] { std::ignore = comm::allreduce(1.5, Operator::logical_and); }) == MPI_ERR_OP);
  CHECK(class_of([] { std::ignore = comm::allreduce(std::byte{1}, Operator::sum); }) == MPI_ERR_OP);
  CHECK(class_of([] { std::ignore = comm::allreduce(true, Operator::max); }) == MPI_ERR_OP);
  CHECK(class_of([] { std::ignore = comm::allreduce(1, Operator::minloc); }) == MPI_ERR_OP);
  CHECK(class_of([] { std::ignore = comm::allreduce(std::complex<double>(1), Operator::min); }) == MPI_ERR_OP);
  CHECK(class_of([] { std::ignore = comm::allreduce(1.5, Operator::bitwise_and); }) == MPI_ERR_OP);
}
