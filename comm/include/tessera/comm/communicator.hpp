/// Groups of ranks, and everything that they can say to each other.
#pragma once

#include "tessera/comm/environment.hpp"
#include "tessera/comm/reductions.hpp"

namespace tessera::comm {

template <class Waits>
class BasicCartesian;

/// A communicator: an owned or borrowed handle with its rank and size. Errors throw comm::Error.
///
/// Communicator's blocking calls are MPI's own and nothing else. WaitingCommunicator's wait as chosen at run time:
/// make one with waiting(), once for a program or for a single call.
template <class Waits>
class BasicCommunicator : public Reductions<Waits> {
 public:
  /// None; for one that is assigned later.
  BasicCommunicator() noexcept = default;
  BasicCommunicator(BasicCommunicator&&) noexcept = default;
  BasicCommunicator& operator=(BasicCommunicator&&) noexcept = default;
  /// Somebody else's communicator, who frees it. Its error handler becomes MPI_ERRORS_RETURN.
  static BasicCommunicator borrow(MPI_Comm native) { return {Handle(native, false), {}}; }
  /// Takes the communicator over, and frees it.
  static BasicCommunicator adopt(MPI_Comm native) { return {Handle(native, true), {}}; }

  /// The same ranks and messages, with calls that wait as `policy` says. It borrows the handle of a communicator that
  /// lives on, and takes over that of a temporary. All ranks have to choose the same policy for a collective call: a
  /// blocking one does not match a nonblocking one.
  [[nodiscard]] BasicCommunicator<Chosen> waiting(WaitPolicy policy) const& {
    return {Handle::borrowed_from(*this), {policy}};
  }
  [[nodiscard]] BasicCommunicator<Chosen> waiting(WaitPolicy policy) && { return {std::move(*this), {policy}}; }

  /// Collective: a copy whose messages never meet those of the original.
  [[nodiscard]] BasicCommunicator dup() const { return derived(detail::dup(this->native())); }
  /// Collective: one communicator for each colour (0 or more), ranks ordered by `key`, then by rank. none for no_colour.
  [[nodiscard]] BasicCommunicator split(int colour, int key = 0) const {
    return derived(detail::split(this->native(), colour, key));
  }
  /// Collective: the ranks that share memory with this one.
  [[nodiscard]] BasicCommunicator split_shared(int key = 0) const {
    return derived(detail::split_shared(this->native(), key));
  }
  /// Collective among `ranks` (of this communicator, in the new one's order) alone: others must not call it.
  [[nodiscard]] BasicCommunicator subset(std::span<const int> ranks, int tag = 0) const {
    return derived(detail::subset(this->native(), ranks, tag));
  }

 private:
  template <class Other>
  friend class BasicCommunicator;
  friend class BasicCartesian<Waits>;
  BasicCommunicator(Handle&& handle, Waits waits) noexcept : Reductions<Waits>(std::move(handle), waits) {}
  BasicCommunicator derived(MPI_Comm native) const { return {Handle(native, true), this->waits()}; }
};

using Communicator = BasicCommunicator<Spin>;
using WaitingCommunicator = BasicCommunicator<Chosen>;

namespace detail {
extern Communicator the_world;
extern Communicator the_self;
}  // namespace detail

/// All ranks of the job, and this one alone, between the beginning and the end of an Environment.
inline const Communicator& world() noexcept { return detail::the_world; }
inline const Communicator& self() noexcept { return detail::the_self; }

}  // namespace tessera::comm
