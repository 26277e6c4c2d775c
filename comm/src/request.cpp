#include "tessera/comm/request.hpp"

#include <sched.h>

#include <array>
#include <type_traits>
#include <utility>
#include <vector>

#include "tessera/comm/environment.hpp"
#include "tessera/comm/error.hpp"

namespace tessera::comm {
namespace {

// g++ 12 warns falsely of MPICH's MPI_STATUSES_IGNORE (an integer cast to a pointer): contained here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
MPI_Status* ignore_status() { return MPI_STATUS_IGNORE; }
MPI_Status* ignore_statuses() { return MPI_STATUSES_IGNORE; }
#pragma GCC diagnostic pop

/// MPI wants an array of handles. A Request is nothing but one, so a range of them is that array.
static_assert(sizeof(Request) == sizeof(MPI_Request) && std::is_standard_layout_v<Request>);
MPI_Request* handles(std::span<Request> requests) { return requests.empty() ? nullptr : &requests.front().native(); }

}  // namespace

Request::Request(Request&& other) noexcept : handle_(std::exchange(other.handle_, MPI_REQUEST_NULL)) {}

Request& Request::operator=(Request&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

Request::~Request() {
  if (active()) abort("an unfinished request was dropped: wait for it, its buffer is still in use");
}

bool Request::test() {
  int done = 0;
  check(MPI_Test(&handle_, &done, ignore_status()), "MPI_Test");
  return done != 0;
}

void Request::wait(WaitPolicy policy) {
  if (policy == WaitPolicy::spin) {
    check(MPI_Wait(&handle_, ignore_status()), "MPI_Wait");
  } else {
    while (!test()) sched_yield();
  }
}

void wait(Request& request, WaitPolicy policy) { request.wait(policy); }
bool test(Request& request) { return request.test(); }

void waitall(std::span<Request> requests, WaitPolicy policy) {
  if (policy == WaitPolicy::spin) {
    check(MPI_Waitall(static_cast<int>(requests.size()), handles(requests), ignore_statuses()), "MPI_Waitall");
  } else {
    while (!testall(requests)) sched_yield();
  }
}

bool testall(std::span<Request> requests) {
  int done = 0;
  check(MPI_Testall(static_cast<int>(requests.size()), handles(requests), &done, ignore_statuses()), "MPI_Testall");
  return done != 0;
}

}  // namespace tessera::comm
