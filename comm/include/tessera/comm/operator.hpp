/// What reductions combine elements with: MPI's operators and the program's own.
#pragma once

#include <mpi.h>

#include <type_traits>
#include <utility>

#include "tessera/comm/transfer.hpp"

namespace tessera::comm {

/// MPI's own operators (MPI standard 3.1, sections 5.9.2 and 5.9.4). Which of them a type has is as MPI says: no minimum
/// of complex numbers, nothing logical or bitwise of floating-point ones, only the logical ones of bool, only the bitwise
/// ones of std::byte; minloc and maxloc of Located. Others throw Error (MPI libraries differ, and some end the job).
enum class Operator {
  sum,
  prod,
  min,
  max,
  logical_and,
  logical_or,
  logical_xor,
  bitwise_and,
  bitwise_or,
  bitwise_xor,
  minloc,
  maxloc,
};

inline MPI_Op native(Operator op) {
  // A table, not a switch: compilers count its instructions before they decide what to put inline.
  static const MPI_Op ops[] = {MPI_SUM,  MPI_PROD, MPI_MIN, MPI_MAX,  MPI_LAND,   MPI_LOR,
                               MPI_LXOR, MPI_BAND, MPI_BOR, MPI_BXOR, MPI_MINLOC, MPI_MAXLOC};
  return ops[static_cast<std::size_t>(op)];
}

/// Marks a function of two elements as commutative: MPI may then combine them in any order of ranks.
template <class F>
struct Commutative {
  F function;
};
template <class F>
constexpr Commutative<F> commutative(F function) {
  return {std::move(function)};
}

namespace detail {

template <class F>
struct IsCommutative : std::false_type {
  using type = F;
};
template <class F>
struct IsCommutative<Commutative<F>> : std::true_type {
  using type = F;
};

/// A function of two values of T that gives a T.
template <class F, class T>
concept Combines = std::is_class_v<typename IsCommutative<F>::type> &&
    std::is_invocable_r_v<T, const typename IsCommutative<F>::type&, const T&, const T&>;

/// What may stand as the operator behind a buffer X.
template <class Op, class X>
concept OperatorFor = std::is_same_v<std::remove_cvref_t<Op>, Operator> || Combines < std::remove_cvref_t<Op>,
typename Innermost<ValueOf<X>>::type > ;

template <class T>
constexpr bool is_defined(Operator op) {
  const bool arithmetic = op == Operator::sum || op == Operator::prod;
  const bool extremum = op == Operator::min || op == Operator::max;
  const bool logical = op == Operator::logical_and || op == Operator::logical_or || op == Operator::logical_xor;
  const bool bitwise = op == Operator::bitwise_and || op == Operator::bitwise_or || op == Operator::bitwise_xor;
  if constexpr (is_located<T>) return op == Operator::minloc || op == Operator::maxloc;
  else if constexpr (std::is_same_v<T, std::byte>) return bitwise;
  else if constexpr (std::is_same_v<T, bool>) return logical;
  else if constexpr (is_complex<T>) return arithmetic;
  else if constexpr (std::is_floating_point_v<T>) return arithmetic || extremum;
  else return arithmetic || extremum || logical || bitwise;
}
[[noreturn]] void throw_undefined_operator(const char* call);

template <class F, class T>
void combine(void* earlier, void* later, int* count, MPI_Datatype*) {  // NOLINT(readability-non-const-parameter): MPI's
  const auto* a = static_cast<const T*>(earlier);
  auto* b = static_cast<T*>(later);
  for (int i = 0; i < *count; ++i) b[i] = F{}(a[i], b[i]);
}

/// MPI's handle of a function, made and freed.
class OperatorHandle {
 public:
  OperatorHandle(MPI_User_function* function, bool commutes);
  OperatorHandle(OperatorHandle&& other) noexcept : op_(std::exchange(other.op_, MPI_OP_NULL)) {}
  OperatorHandle& operator=(OperatorHandle&&) = delete;
  ~OperatorHandle();
  MPI_Op native() const noexcept { return op_; }

 private:
  MPI_Op op_ = MPI_OP_NULL;
};
/// One of MPI's own, of which nothing has to be freed: a destructor would cost every reduction instructions.
class NativeOperator {
 public:
  explicit NativeOperator(Operator op) noexcept : op_(comm::native(op)) {}
  MPI_Op native() const noexcept { return op_; }

 private:
  MPI_Op op_;
};

template <class T, class Op>
auto operator_handle([[maybe_unused]] const Op& op, [[maybe_unused]] const char* call) {
  if constexpr (std::is_same_v<Op, Operator>) {
    if (!is_defined<T>(op)) [[unlikely]]
      throw_undefined_operator(call);
    return NativeOperator(op);
  } else {
    return OperatorHandle(&combine<typename IsCommutative<Op>::type, T>, IsCommutative<Op>::value);
  }
}

/// The data type that a reduction of T uses: char counts as the small integer that it is.
template <class T>
MPI_Datatype reduced_type(MPI_Datatype type) {
  if constexpr (std::is_same_v<T, char>) return std::is_signed_v<char> ? MPI_SIGNED_CHAR : MPI_UNSIGNED_CHAR;
  else return type;
}

/// What is meant as an operator, though it may not fit the elements of X.
template <class Op, class X>
concept OperatorLike = OperatorFor<Op, X> || std::is_function_v<std::remove_pointer_t<std::remove_cvref_t<Op>>> ||
    IsCommutative<std::remove_cvref_t<Op>>::value || requires {
  &std::remove_cvref_t<Op>::operator();
};

template <class T, class Op>
constexpr bool require_operator() {
  using F = typename IsCommutative<Op>::type;
  if constexpr (std::is_same_v<Op, Operator>) {
    static_assert(!Described<T>,
                  "tessera::comm: MPI's operators do not know a struct; give a function of two structs instead");
    return !Described<T>;
  } else if constexpr (std::is_function_v<std::remove_pointer_t<F>>) {
    static_assert(
        !std::is_function_v<std::remove_pointer_t<F>>,
        "tessera::comm: a pointer to a function is no operator, since MPI gives it no place to be kept; give a "
        "lambda that calls the function");
    return false;
  } else if constexpr (!Combines<Op, T>) {
    static_assert(
        Combines<Op, T>,
        "tessera::comm: the operator is neither a comm::Operator nor a function of two elements that gives one");
    return false;
  } else {
    constexpr bool stateless = std::is_empty_v<F> && std::is_default_constructible_v<F>;
    static_assert(stateless,
                  "tessera::comm: an operator must not capture anything: MPI gives it no place to keep a state");
    return stateless;
  }
}

}  // namespace detail
}  // namespace tessera::comm
