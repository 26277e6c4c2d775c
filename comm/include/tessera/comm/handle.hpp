/// An MPI communicator as the layer holds it, and how its blocking calls wait.
#pragma once

#include <mpi.h>

#include <span>

#include "tessera/comm/keep.hpp"
#include "tessera/comm/yielding.hpp"

namespace tessera::comm {

inline constexpr int any_tag = MPI_ANY_TAG;
inline constexpr int any_source = MPI_ANY_SOURCE;
/// As destination or source: no message at all.
inline constexpr int no_rank = MPI_PROC_NULL;
/// As a colour: no part for this rank.
inline constexpr int no_colour = MPI_UNDEFINED;

/// Blocking calls wait as MPI does: the call is MPI's own and nothing else.
struct Spin {
  static constexpr WaitPolicy policy = WaitPolicy::spin;
};
/// Blocking calls wait as chosen at run time: yielding, they are nonblocking ones and a loop of tests, since MPI's
/// own never give a core away.
struct Chosen {
  WaitPolicy policy = WaitPolicy::spin;
};

/// Rank, size, and MPI's handle, which is freed if it is owned.
class Handle {
 public:
  Handle() noexcept = default;
  /// Sets the communicator's error handler to MPI_ERRORS_RETURN: errors become exceptions.
  Handle(MPI_Comm native, bool owner);
  /// Another's handle, for as long as the other lives.
  static Handle borrowed_from(const Handle& other) noexcept;
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  ~Handle();

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool root() const noexcept { return rank_ == 0; }
  MPI_Comm native() const noexcept { return native_; }
  /// False where there is none: moved from, or left out of a split.
  explicit operator bool() const noexcept { return native_ != MPI_COMM_NULL; }
  /// The largest tag that a message may carry.
  int tag_limit() const;

 private:
  MPI_Comm native_ = MPI_COMM_NULL;
  int rank_ = -1;
  int size_ = 0;
  bool owner_ = false;
};

namespace detail {

/// Collective calls that make communicators.
MPI_Comm dup(MPI_Comm native);
MPI_Comm split(MPI_Comm native, int colour, int key);
MPI_Comm split_shared(MPI_Comm native, int key);
MPI_Comm subset(MPI_Comm native, std::span<const int> ranks, int tag);
MPI_Comm make_cartesian(MPI_Comm native, std::span<const int> dimensions, const std::vector<bool>& periodic,
                        bool reorder);

}  // namespace detail

/// A communicator together with how its calls wait: what all calls are made through.
template <class Waits>
class Caller : public Handle {
 public:
  Caller() noexcept = default;
  Caller(Handle&& handle, Waits waits) noexcept : Handle(std::move(handle)), waits_(waits) {}

  Waits waits() const noexcept { return waits_; }
  WaitPolicy wait_policy() const noexcept { return waits_.policy; }
  bool yields() const noexcept { return waits_.policy == WaitPolicy::yield; }

  /// MPI's blocking call, or, where waits yield, the nonblocking one with the same arguments and a loop. The communicator
  /// comes last among the arguments, and is not given.
  template <class Blocking, class Nonblocking, class... A>
  void run(const char* call, Blocking blocking, Nonblocking nonblocking, A... arguments) const {
    if (!yields()) {
      check(blocking(arguments..., native()), call);
    } else {
      MPI_Request request = MPI_REQUEST_NULL;
      MPI_Status status;
      check(nonblocking(arguments..., native(), &request), call);
      check(detail::yield_until_done(request, status), call);
    }
  }
  /// A nonblocking call, as a request that keeps `kept` until it is finished.
  template <class Nonblocking, class... A>
  Request start(const char* call, std::unique_ptr<detail::Kept> kept, Nonblocking nonblocking, A... arguments) const {
    MPI_Request request = MPI_REQUEST_NULL;
    check(nonblocking(arguments..., native(), &request), call);
    return Request(request, waits_.policy, std::move(kept), false);
  }

 private:
  [[no_unique_address]] Waits waits_;
};

}  // namespace tessera::comm
