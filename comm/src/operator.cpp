#include "tessera/comm/operator.hpp"

namespace tessera::comm::detail {

OperatorHandle::OperatorHandle(MPI_User_function* function, bool commutes) : op_(MPI_OP_NULL), owner_(true) {
  check(MPI_Op_create(function, commutes ? 1 : 0, &op_), "MPI_Op_create");
}

OperatorHandle::OperatorHandle(OperatorHandle&& other) noexcept
    : op_(other.op_), owner_(std::exchange(other.owner_, false)) {}

void throw_undefined_operator(const char* call) {
  throw Error(call, MPI_ERR_OP, "this operator is not defined for this type of elements; see comm::Operator");
}

void OperatorHandle::free() noexcept { MPI_Op_free(&op_); }

}  // namespace tessera::comm::detail
