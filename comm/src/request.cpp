#include "tessera/comm/request.hpp"

#include <sched.h>

#include <algorithm>
#include <exception>

#include "tessera/comm/environment.hpp"

namespace tessera::comm {
namespace {

/// Calls test() until it says that it is done, giving the core away in between.
template <class Test>
void until_done(const Test& test) {
  while (!test()) sched_yield();
}

}  // namespace

void Request::swap(Request& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(kept_, other.kept_);
  std::swap(policy_, other.policy_);
  std::swap(persistent_, other.persistent_);
  std::swap(active_, other.active_);
}

Request& Request::operator=(Request&& other) noexcept {
  if (this != &other) {
    release();
    swap(other);
  }
  return *this;
}

Request::~Request() { release(); }

void Request::release() noexcept {
  if (active_) {
    // A call that the communicator's destruction or the end of MPI overtook counts as dropped, too.
    abort(("an unfinished request was dropped: wait for it, its buffer is still in use" + detail::after_last_error())
              .c_str());
  }
  if (persistent_ && handle_ != MPI_REQUEST_NULL && running()) MPI_Request_free(&handle_);
  handle_ = MPI_REQUEST_NULL;
  persistent_ = false;
  kept_.reset();
}

void Request::finish(const MPI_Status& status) {
  active_ = false;
  for (detail::Kept* kept = kept_.get(); kept != nullptr; kept = kept->next.get()) kept->finish(status);
  if (!persistent_) kept_.reset();
}

void Request::fail() noexcept {
  active_ = false;
  // MPICH has freed it, Open MPI leaves that to the caller.
  if (!persistent_ && handle_ != MPI_REQUEST_NULL) MPI_Request_free(&handle_);
}

void Request::start() {
  if (!persistent_ || active_) {
    throw Error("MPI_Start", MPI_ERR_REQUEST,
                active_ ? "the request is active already; wait for it first" : "the request is not a persistent one");
  }
  for (detail::Kept* kept = kept_.get(); kept != nullptr; kept = kept->next.get()) kept->begin();
  check(MPI_Start(&handle_), "MPI_Start");
  active_ = true;
}

bool Request::test(Status* status) {
  Status came;
  int done = 1;
  if (active_) {
    if (const int code = MPI_Test(&handle_, &done, &came.native()); code != MPI_SUCCESS) [[unlikely]] {
      fail();
      throw_error("MPI_Test", code);
    }
    if (done != 0) finish(came.native());
  }
  if (done != 0 && status != nullptr) *status = came;
  return done != 0;
}

Status Request::wait(WaitPolicy policy) {
  Status status;
  if (policy == WaitPolicy::yield) {
    until_done([&] { return test(&status); });
  } else if (active_) {
    if (const int code = MPI_Wait(&handle_, &status.native()); code != MPI_SUCCESS) [[unlikely]] {
      fail();
      throw_error("MPI_Wait", code);
    }
    finish(status.native());
  }
  return status;
}

void Request::cancel() {
  if (active_) check(MPI_Cancel(&handle_), "MPI_Cancel");
}

namespace detail {

void RequestBatch::grow() {
  capacity_ *= 4;
  many_requests_.resize(capacity_);
  many_handles_.resize(capacity_);
  std::copy_n(requests_, size_, many_requests_.data());
  std::copy_n(handles_, size_, many_handles_.data());
  requests_ = many_requests_.data();
  handles_ = many_handles_.data();
}

bool RequestBatch::yields(std::optional<WaitPolicy> policy) const {
  if (policy) return *policy == WaitPolicy::yield;
  for (std::size_t i = 0; i < size_; ++i) {
    if (requests_[i]->policy_ == WaitPolicy::yield) return true;
  }
  return false;
}

namespace {

/// Statuses for a batch, without an allocation for a few.
class Statuses {
 public:
  explicit Statuses(std::size_t size) {
    if (size > few_.size()) many_.resize(size);
  }
  MPI_Status* data() { return many_.empty() ? few_.data() : many_.data(); }

 private:
  std::array<MPI_Status, 52> few_;
  std::vector<MPI_Status> many_;
};

/// Remembers the first error of several requests, to throw it when all have been dealt with.
class FirstError {
 public:
  explicit FirstError(const char* call) : call_(call) {}
  void note(int code) {
    if (code_ == MPI_SUCCESS) code_ = code;
  }
  void raise() const { check(code_, call_); }

 private:
  const char* call_;
  int code_ = MPI_SUCCESS;
};

}  // namespace

void RequestBatch::finish(int code, const MPI_Status* statuses, const char* call) {
  const bool in_status = code != MPI_SUCCESS && class_of(code) == MPI_ERR_IN_STATUS;
  FirstError error(call);
  for (std::size_t i = 0; i < size_; ++i) {
    Request& request = *requests_[i];
    request.handle_ = handles_[i];
    if (!request.active_) continue;
    const int own = in_status ? statuses[i].MPI_ERROR : code;
    if (own == MPI_SUCCESS) {
      request.finish(statuses[i]);
    } else if (!in_status || class_of(own) != MPI_ERR_PENDING) {
      request.fail();
      error.note(own);
    }
  }
  error.raise();
}

void RequestBatch::waitall(std::optional<WaitPolicy> policy) {
  // One after the other: Open MPI 4.1's MPI_Waitall never returns if a request has failed before others are finished.
  std::exception_ptr first;
  for (std::size_t i = 0; i < size_; ++i) {
    try {
      requests_[i]->wait(policy.value_or(requests_[i]->policy_));
    } catch (const Error&) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

bool RequestBatch::testall() {
  Statuses statuses(size_);
  int done = 0;
  const int code = MPI_Testall(count(), handles_, &done, statuses.data());
  if (code != MPI_SUCCESS || done != 0) finish(code, statuses.data(), "MPI_Testall");
  return done != 0;
}

std::optional<std::size_t> RequestBatch::finish_one(int code, int index, const Status& came, Status* wanted,
                                                    const char* call) {
  if (index == MPI_UNDEFINED) {
    check(code, call);
    return {};
  }
  const auto i = static_cast<std::size_t>(index);
  Request& request = *requests_[i];
  request.handle_ = handles_[i];
  if (code != MPI_SUCCESS) [[unlikely]] {
    request.fail();
    throw_error(call, code);
  }
  request.finish(came.native());
  if (wanted != nullptr) *wanted = came;
  return i;
}

std::optional<std::size_t> RequestBatch::waitany(std::optional<WaitPolicy> policy, Status* status) {
  int index = MPI_UNDEFINED;
  Status came;
  int code = MPI_SUCCESS;
  if (yields(policy)) {
    int done = 0;
    until_done([&] {
      code = MPI_Testany(count(), handles_, &index, &done, &came.native());
      return done != 0 || code != MPI_SUCCESS;
    });
  } else {
    code = MPI_Waitany(count(), handles_, &index, &came.native());
  }
  return finish_one(code, index, came, status, "MPI_Waitany");
}

std::optional<std::size_t> RequestBatch::testany(Status* status) {
  int index = MPI_UNDEFINED;
  int done = 0;
  Status came;
  const int code = MPI_Testany(count(), handles_, &index, &done, &came.native());
  return finish_one(code, index, came, status, "MPI_Testany");
}

std::vector<std::size_t> RequestBatch::some(SomeCall mpi, const char* call) {
  Statuses statuses(size_);
  std::vector<int> indices(size_);
  int found = 0;
  const int code = mpi(count(), handles_, &found, indices.data(), statuses.data());
  const bool in_status = code != MPI_SUCCESS && class_of(code) == MPI_ERR_IN_STATUS;
  if (!in_status) check(code, call);
  std::vector<std::size_t> finished;
  FirstError error(call);
  for (int k = 0; k < found && found != MPI_UNDEFINED; ++k) {
    const auto i = static_cast<std::size_t>(indices[static_cast<std::size_t>(k)]);
    Request& request = *requests_[i];
    request.handle_ = handles_[i];
    const MPI_Status& status = statuses.data()[k];
    if (const int own = in_status ? status.MPI_ERROR : code; own != MPI_SUCCESS) {
      request.fail();
      error.note(own);
    } else {
      request.finish(status);
      finished.push_back(i);
    }
  }
  error.raise();
  return finished;
}

std::vector<std::size_t> RequestBatch::testsome() { return some(MPI_Testsome, "MPI_Testsome"); }

std::vector<std::size_t> RequestBatch::waitsome(std::optional<WaitPolicy> policy) {
  if (!yields(policy)) return some(MPI_Waitsome, "MPI_Waitsome");
  std::vector<std::size_t> finished;
  until_done([&] {
    finished = testsome();
    return !finished.empty() || !any_active();
  });
  return finished;
}

bool RequestBatch::any_active() const {
  return std::any_of(requests_, requests_ + size_, [](const Request* request) { return request->active(); });
}

}  // namespace detail
}  // namespace tessera::comm
