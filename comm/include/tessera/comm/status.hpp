/// What MPI says of a message that has come.
#pragma once

#include <mpi.h>

#include "tessera/comm/datatype.hpp"

namespace tessera::comm {

class Status {
 public:
  /// Rank of the sender.
  int source() const noexcept { return native_.MPI_SOURCE; }
  int tag() const noexcept { return native_.MPI_TAG; }
  bool cancelled() const {
    int flag = 0;
    check(MPI_Test_cancelled(&native_, &flag), "MPI_Test_cancelled");
    return flag != 0;
  }
  /// How many elements of type T came; throws Error if it is not a whole number of them.
  template <Element T>
  int count() const {
    constexpr int parts = static_cast<int>(detail::Innermost<T>::count);
    const int n = count(datatype<T>());
    if (n == MPI_UNDEFINED || n % parts != 0) {
      throw Error("Status::count", MPI_ERR_TYPE, "the message is not a whole number of elements of this type");
    }
    return n / parts;
  }

  MPI_Status& native() noexcept { return native_; }
  const MPI_Status& native() const noexcept { return native_; }

 private:
  int count(MPI_Datatype type) const {
    int n = 0;
    check(MPI_Get_count(&native_, type, &n), "MPI_Get_count");
    return n;
  }

  MPI_Status native_{};
};

}  // namespace tessera::comm
