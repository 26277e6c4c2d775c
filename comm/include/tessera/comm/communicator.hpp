/// A group of ranks and what they can say to each other.
#pragma once

#include <mpi.h>

#include <climits>
#include <concepts>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "tessera/comm/datatype.hpp"
#include "tessera/comm/environment.hpp"
#include "tessera/comm/error.hpp"
#include "tessera/comm/request.hpp"

namespace tessera::comm {

enum class Operator { sum, min, max, bitwise_or, logical_and };

inline constexpr int any_tag = MPI_ANY_TAG;
inline constexpr int any_source = MPI_ANY_SOURCE;

/// A contiguous range that MPI can read: vectors, arrays, spans, strings.
template <class R>
concept Buffer = std::ranges::contiguous_range<R> && std::ranges::sized_range<R>;

template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;

/// A communicator: an owned handle with its rank and size. Errors throw comm::Error.
class Communicator {
 public:
  /// All ranks of the job.
  static Communicator world();
  /// This rank alone.
  static Communicator self();

  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  ~Communicator();

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool root() const noexcept { return rank_ == 0; }
  MPI_Comm native() const noexcept { return handle_; }

  /// Collective: a copy whose messages never meet those of the original.
  Communicator dup() const;
  /// Collective: one communicator for each colour, ranks ordered by `key`.
  Communicator split(int colour, int key = 0) const;
  /// Collective: the ranks that share memory with this one.
  Communicator split_shared() const;

  /// The largest tag that a message may carry.
  int tag_limit() const;

  /// How barrier, bcast and allreduce wait. Yielding, they are nonblocking calls with a loop of tests:
  /// MPI's own blocking collectives never give a core away.
  void set_wait_policy(WaitPolicy policy) noexcept { wait_policy_ = policy; }

  void barrier() const {
    if (wait_policy_ == WaitPolicy::yield)
      return finish([&](MPI_Request* r) { return MPI_Ibarrier(handle_, r); }, "MPI_Ibarrier");
    check(MPI_Barrier(handle_), "MPI_Barrier");
  }

  template <Buffer R>
  void send(const R& data, int destination, int tag = 0) const {
    check(MPI_Send(std::ranges::data(data), count(data, "MPI_Send"), type(data), destination, tag, handle_),
          "MPI_Send");
  }
  template <Buffer R>
  void recv(R&& data, int source = any_source, int tag = any_tag) const {
    MPI_Status status;
    check(MPI_Recv(std::ranges::data(data), count(data, "MPI_Recv"), type(data), source, tag, handle_, &status),
          "MPI_Recv");
  }
  /// The buffer must stay alive and unchanged until the request is finished.
  template <Buffer R>
  [[nodiscard]] Request isend(const R& data, int destination, int tag = 0) const {
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Isend(std::ranges::data(data), count(data, "MPI_Isend"), type(data), destination, tag, handle_, &request),
          "MPI_Isend");
    return Request(request);
  }
  /// The buffer must stay alive and untouched until the request is finished.
  template <Buffer R>
  [[nodiscard]] Request irecv(R&& data, int source = any_source, int tag = any_tag) const {
    MPI_Request request = MPI_REQUEST_NULL;
    check(MPI_Irecv(std::ranges::data(data), count(data, "MPI_Irecv"), type(data), source, tag, handle_, &request),
          "MPI_Irecv");
    return Request(request);
  }

  template <Buffer R>
  void bcast(R&& data, int root = 0) const {
    if (wait_policy_ == WaitPolicy::yield) {
      return finish(
          [&](MPI_Request* r) {
            return MPI_Ibcast(std::ranges::data(data), count(data, "MPI_Ibcast"), type(data), root, handle_, r);
          },
          "MPI_Ibcast");
    }
    check(MPI_Bcast(std::ranges::data(data), count(data, "MPI_Bcast"), type(data), root, handle_), "MPI_Bcast");
  }
  /// A string of any length, which only root needs to know.
  void bcast(std::string& text, int root = 0) const;

  /// In place: every rank's `data` becomes the result.
  template <Buffer R>
  void allreduce(R&& data, Operator op) const {
    if (wait_policy_ == WaitPolicy::yield) {
      return finish(
          [&](MPI_Request* r) {
            return MPI_Iallreduce(in_place(), std::ranges::data(data), count(data, "MPI_Iallreduce"), type(data),
                                  native(op), handle_, r);
          },
          "MPI_Iallreduce");
    }
    check(MPI_Allreduce(in_place(), std::ranges::data(data), count(data, "MPI_Allreduce"), type(data), native(op),
                        handle_),
          "MPI_Allreduce");
  }
  template <Arithmetic T>
  T allreduce(T value, Operator op) const {
    allreduce(std::span<T>(&value, 1), op);
    return value;
  }
  /// Every rank's value, by rank.
  template <Arithmetic T>
  std::vector<T> allgather(T value) const {
    std::vector<T> all(static_cast<std::size_t>(size_));
    check(MPI_Allgather(&value, 1, datatype<T>(), all.data(), 1, datatype<T>(), handle_), "MPI_Allgather");
    return all;
  }

 private:
  Communicator(MPI_Comm handle, bool owner);

  /// Starts a nonblocking collective and yields until it is done.
  template <class Start>
  static void finish(const Start& start, const char* call) {
    MPI_Request request = MPI_REQUEST_NULL;
    check(start(&request), call);
    Request(request).wait(WaitPolicy::yield);
  }
  static MPI_Op native(Operator op);
  static const void* in_place();
  template <class R>
  static MPI_Datatype type(const R&) {
    return datatype<std::remove_cv_t<std::ranges::range_value_t<R>>>();
  }
  template <class R>
  static int count(const R& data, const char* call) {
    const auto size = std::ranges::size(data);
    if (size > static_cast<std::size_t>(INT_MAX)) [[unlikely]] {
      throw Error(call, MPI_ERR_COUNT, std::to_string(size) + " elements are more than MPI 3 can count (2147483647)");
    }
    return static_cast<int>(size);
  }

  MPI_Comm handle_ = MPI_COMM_NULL;
  bool owner_ = false;
  int rank_ = 0;
  int size_ = 1;
  WaitPolicy wait_policy_ = WaitPolicy::spin;
};

/// Ranks arranged in a Cartesian grid, the last dimension varying fastest.
class Cartesian {
 public:
  /// Throws Error unless the product of `dimensions` is the size of `communicator`. Not a collective call.
  Cartesian(const Communicator& communicator, std::vector<int> dimensions, std::vector<bool> periodic);

  std::span<const int> dimensions() const noexcept { return dimensions_; }
  /// This rank's coordinates, or another's.
  std::vector<int> coordinates() const { return coordinates(rank_); }
  std::vector<int> coordinates(int rank) const;
  /// The rank at `coordinates`, wrapped around periodic dimensions; MPI_PROC_NULL beyond the others' ends.
  int rank_at(std::vector<int> coordinates) const;

 private:
  std::vector<int> dimensions_;
  std::vector<bool> periodic_;
  int rank_;
};

/// numba-mpi's names, on all ranks of the job.
int rank();
int size();
void barrier();

}  // namespace tessera::comm
