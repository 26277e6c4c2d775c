#include "tessera/comm/communicator.hpp"

#include <exception>

namespace tessera::comm {

namespace detail {
Communicator the_world;
Communicator the_self;
}  // namespace detail

Handle::Handle(MPI_Comm native, bool owner) : native_(native), owner_(owner) {
  if (native_ == MPI_COMM_NULL) return;
  check(MPI_Comm_set_errhandler(native_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(native_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(native_, &size_), "MPI_Comm_size");
}

Handle Handle::borrowed_from(const Handle& other) noexcept {
  Handle handle;
  handle.native_ = other.native_;
  handle.rank_ = other.rank_;
  handle.size_ = other.size_;
  return handle;
}

Handle::Handle(Handle&& other) noexcept
    : native_(std::exchange(other.native_, MPI_COMM_NULL)),
      rank_(other.rank_),
      size_(other.size_),
      owner_(std::exchange(other.owner_, false)) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(native_, other.native_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  std::swap(owner_, other.owner_);
  return *this;
}

Handle::~Handle() {
  if (!owner_ || native_ == MPI_COMM_NULL) return;
  // MPI_Comm_free is collective: while an exception unwinds on this rank alone it would hang.
  const bool alone = std::uncaught_exceptions() > 0;
  if (running() && (!alone || size_ == 1)) MPI_Comm_free(&native_);
}

int Handle::tag_limit() const {
  void* value = nullptr;
  int found = 0;
  check(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &found), "MPI_Comm_get_attr");
  return found != 0 ? *static_cast<int*>(value) : 32767;  // the least that the standard allows
}

namespace detail {

MPI_Comm dup(MPI_Comm native) {
  MPI_Comm copy = MPI_COMM_NULL;
  check(MPI_Comm_dup(native, &copy), "MPI_Comm_dup");
  return copy;
}

MPI_Comm split(MPI_Comm native, int colour, int key) {
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split(native, colour, key, &part), "MPI_Comm_split");
  return part;
}

MPI_Comm split_shared(MPI_Comm native, int key) {
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split_type(native, MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, &part), "MPI_Comm_split_type");
  return part;
}

MPI_Comm subset(MPI_Comm native, std::span<const int> ranks, int tag) {
  MPI_Group all = MPI_GROUP_NULL;
  MPI_Group some = MPI_GROUP_NULL;
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_group(native, &all), "MPI_Comm_group");
  int code = MPI_Group_incl(all, static_cast<int>(ranks.size()), ranks.data(), &some);
  const char* call = "MPI_Group_incl";
  if (code == MPI_SUCCESS) {
    code = MPI_Comm_create_group(native, some, tag, &part);
    call = "MPI_Comm_create_group";
    MPI_Group_free(&some);
  }
  MPI_Group_free(&all);
  check(code, call);
  return part;
}

MPI_Comm make_cartesian(MPI_Comm native, std::span<const int> dimensions, const std::vector<bool>& periodic,
                        bool reorder) {
  const std::vector<int> wraps(periodic.begin(), periodic.end());
  MPI_Comm arranged = MPI_COMM_NULL;
  check(MPI_Cart_create(native, static_cast<int>(dimensions.size()), dimensions.data(), wraps.data(), reorder ? 1 : 0,
                        &arranged),
        "MPI_Cart_create");
  return arranged;
}

void throw_parts(const char* call, int whole, int part, int ranks) {
  throw Error(call, MPI_ERR_COUNT,
              "the buffer for all " + std::to_string(ranks) + " ranks has " + std::to_string(whole) +
                  " numbers, which are not " + std::to_string(ranks) + " parts of " + std::to_string(part));
}

void throw_unequal(const char* call, int sent, int received) {
  throw Error(call, MPI_ERR_COUNT,
              std::to_string(sent) + " numbers are sent, the buffer to receive them has " + std::to_string(received));
}

}  // namespace detail
}  // namespace tessera::comm
