/// Handles of unfinished calls, and how to wait for them.
#pragma once

#include <mpi.h>

#include <array>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "tessera/comm/status.hpp"

namespace tessera::comm {

/// How a wait spends its time: `spin` leaves it to MPI (fastest when every waiting thread has a core
/// of its own), `yield` tests and gives the core away in between (far faster when it has not).
enum class WaitPolicy { spin, yield };

namespace detail {

/// What a call needs until it is finished: staged elements, moved-in buffers, counts, an operator.
struct Kept {
  Kept() = default;
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  virtual ~Kept() = default;
  /// Before a persistent request is started again.
  virtual void begin() {}
  virtual void finish(const MPI_Status& status) = 0;

  std::unique_ptr<Kept> next;
};

class RequestBatch;

}  // namespace detail

/// A nonblocking or persistent call. It keeps alive what MPI needs of temporaries and strided buffers; an lvalue
/// stays the caller's, who keeps it alive, and untouched, until the request is finished.
///
/// Destroying or overwriting an unfinished request ends the job with a message: MPI would go on using the buffer.
/// A finished request, and one that never was started, finish at once.
class Request {
 public:
  Request() noexcept = default;
  Request(MPI_Request handle, WaitPolicy policy, std::unique_ptr<detail::Kept> kept, bool persistent) noexcept
      : handle_(handle), kept_(std::move(kept)), policy_(policy), persistent_(persistent), active_(!persistent) {}
  Request(Request&& other) noexcept { swap(other); }
  Request& operator=(Request&& other) noexcept;
  ~Request();

  /// True from the start of the call until it is found to be finished.
  bool active() const noexcept { return active_; }
  bool persistent() const noexcept { return persistent_; }

  /// Starts a persistent request, which must not be active.
  void start();
  /// True once finished, and then fills in `status`, if given; never blocks.
  bool test(Status* status = nullptr);
  /// Waits as the communicator of the call does, or as `policy` says.
  Status wait() { return wait(policy_); }
  Status wait(WaitPolicy policy);
  /// Asks MPI to give up a receive that has not begun; it still has to be waited for, and its status says what became
  /// of it. Sends cannot be cancelled.
  void cancel();

  MPI_Request native() const noexcept { return handle_; }
  WaitPolicy policy() const noexcept { return policy_; }

 private:
  friend class detail::RequestBatch;
  void swap(Request& other) noexcept;
  /// Called once MPI says that the call is finished.
  void finish(const MPI_Status& status);
  /// Called once MPI says that the call has failed, and is over.
  void fail() noexcept;
  void release() noexcept;

  MPI_Request handle_ = MPI_REQUEST_NULL;
  std::unique_ptr<detail::Kept> kept_;
  WaitPolicy policy_ = WaitPolicy::spin;
  bool persistent_ = false;
  bool active_ = false;
};

/// A receive into a buffer of its own.
template <class Buffer>
class OwningRequest {
 public:
  OwningRequest(Request request, std::shared_ptr<Buffer> buffer) noexcept
      : request_(std::move(request)), buffer_(std::move(buffer)) {}
  OwningRequest(OwningRequest&&) noexcept = default;
  OwningRequest& operator=(OwningRequest&&) noexcept = default;

  /// For waits together with others.
  Request& request() noexcept { return request_; }
  /// Waits, and hands the buffer over.
  Buffer get() {
    request_.wait();
    return std::move(*buffer_);
  }

 private:
  Request request_;
  std::shared_ptr<Buffer> buffer_;
};

/// Anything that gives references to requests: std::vector, std::array, std::span, views.
template <class R>
concept RequestRange = std::ranges::input_range<R> && std::same_as<std::ranges::range_reference_t<R>, Request&>;

namespace detail {

/// Requests and their handles side by side, as MPI wants them; in place for as many as a halo exchange in three
/// dimensions has.
class RequestBatch {
 public:
  template <RequestRange R>
  explicit RequestBatch(R&& requests) {  // NOLINT(bugprone-forwarding-reference-overload): no batch is a range
    for (Request& request : requests) add(request);
  }
  explicit RequestBatch(std::initializer_list<Request*> requests) {
    for (Request* request : requests) add(*request);
  }
  RequestBatch(const RequestBatch&) = delete;
  RequestBatch& operator=(const RequestBatch&) = delete;

  void waitall(std::optional<WaitPolicy> policy);
  bool testall();
  std::optional<std::size_t> waitany(std::optional<WaitPolicy> policy, Status* status);
  std::optional<std::size_t> testany(Status* status);
  std::vector<std::size_t> waitsome(std::optional<WaitPolicy> policy);
  std::vector<std::size_t> testsome();

 private:
  void add(Request& request) {
    if (size_ == capacity_) grow();
    requests_[size_] = &request;
    handles_[size_++] = request.handle_;
  }
  void grow();
  int count() const noexcept { return static_cast<int>(size_); }
  bool yields(std::optional<WaitPolicy> policy) const;
  bool any_active() const;
  /// Takes over what a call for all requests has done.
  void finish(int code, const MPI_Status* statuses, const char* call);
  std::optional<std::size_t> finish_one(int code, int index, const Status& came, Status* wanted, const char* call);
  using SomeCall = int (*)(int, MPI_Request*, int*, int*, MPI_Status*);
  std::vector<std::size_t> some(SomeCall mpi, const char* call);

  static constexpr std::size_t few = 52;
  std::array<Request*, few> few_requests_;
  std::array<MPI_Request, few> few_handles_;
  std::vector<Request*> many_requests_;
  std::vector<MPI_Request> many_handles_;
  Request** requests_ = few_requests_.data();
  MPI_Request* handles_ = few_handles_.data();
  std::size_t capacity_ = few;
  std::size_t size_ = 0;
};

}  // namespace detail

/// numba-mpi's names. The ones for several take any range of requests and skip those that are not active; indices count
/// within that range. Waits go as the requests' communicators do, or as `policy` says. If requests have failed, the
/// first one's Error is thrown after all others have been dealt with.
inline Status wait(Request& request) { return request.wait(); }
inline Status wait(Request& request, WaitPolicy policy) { return request.wait(policy); }
inline bool test(Request& request, Status* status = nullptr) { return request.test(status); }

template <RequestRange R>
void waitall(R&& requests, std::optional<WaitPolicy> policy = {}) {
  detail::RequestBatch(requests).waitall(policy);
}
/// For requests that stand alone: waitall(a, b).
template <std::same_as<Request>... Rest>
void waitall(Request& first, Rest&... rest) {
  detail::RequestBatch({&first, &rest...}).waitall({});
}
/// True once all are finished; before that, none counts as finished.
template <RequestRange R>
bool testall(R&& requests) {
  return detail::RequestBatch(requests).testall();
}
/// Waits for one and says which; none if no request is active.
template <RequestRange R>
std::optional<std::size_t> waitany(R&& requests, std::optional<WaitPolicy> policy = {}, Status* status = nullptr) {
  return detail::RequestBatch(requests).waitany(policy, status);
}
/// One that is finished; none if there is none, or no request is active.
template <RequestRange R>
std::optional<std::size_t> testany(R&& requests, Status* status = nullptr) {
  return detail::RequestBatch(requests).testany(status);
}
/// Waits for one or more and says which; empty if no request is active.
template <RequestRange R>
std::vector<std::size_t> waitsome(R&& requests, std::optional<WaitPolicy> policy = {}) {
  return detail::RequestBatch(requests).waitsome(policy);
}
/// Those that are finished.
template <RequestRange R>
std::vector<std::size_t> testsome(R&& requests) {
  return detail::RequestBatch(requests).testsome();
}
/// Starts persistent requests.
template <RequestRange R>
void startall(R&& requests) {
  for (Request& request : requests) request.start();
}

}  // namespace tessera::comm
