/// Errors of MPI calls, as exceptions.
#pragma once

#include <stdexcept>
#include <string>

namespace tessera::comm {

/// A failed MPI call. The error *class* is portable between MPI implementations; error codes are not.
class Error : public std::runtime_error {
 public:
  /// `call` is the MPI function's name, `code` what it returned.
  Error(const char* call, int code);
  /// A refusal by this layer itself, before MPI was called (`error_class` as MPI would have given it).
  Error(const char* call, int error_class, const std::string& what);

  const std::string& call() const noexcept { return call_; }
  int error_class() const noexcept { return error_class_; }
  /// Rank in MPI_COMM_WORLD of the process that failed, -1 if MPI is not initialized.
  int rank() const noexcept { return rank_; }

 private:
  std::string call_;
  int error_class_;
  int rank_;
};

[[noreturn]] void throw_error(const char* call, int code);

namespace detail {
int class_of(int code);
/// While an exception is on its way: the text of this thread's last Error, for those who end the job meanwhile.
std::string after_last_error();
}  // namespace detail

/// Throws Error unless `code` is MPI_SUCCESS (which the MPI standard defines as 0).
inline void check(int code, const char* call) {
  if (code != 0) [[unlikely]]
    throw_error(call, code);
}

}  // namespace tessera::comm
