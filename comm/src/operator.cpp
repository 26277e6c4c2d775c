#include "tessera/comm/operator.hpp"

namespace tessera::comm::detail {

OperatorHandle::OperatorHandle(MPI_User_function* function, bool commutes) {
  check(MPI_Op_create(function, commutes ? 1 : 0, &op_), "MPI_Op_create");
}

OperatorHandle::~OperatorHandle() {
  if (op_ != MPI_OP_NULL) MPI_Op_free(&op_);
}

void throw_undefined_operator(const char* call) {
  throw Error(call, MPI_ERR_OP, "this operator is not defined for this type of elements; see comm::Operator");
}

}  // namespace tessera::comm::detail
