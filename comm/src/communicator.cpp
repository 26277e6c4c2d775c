#include "tessera/comm/communicator.hpp"

#include <exception>
#include <functional>
#include <numeric>
#include <utility>

namespace tessera::comm {

Communicator::Communicator(MPI_Comm handle, bool owner) : handle_(handle), owner_(owner) {
  check(MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(handle_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(handle_, &size_), "MPI_Comm_size");
}

Communicator Communicator::world() { return {MPI_COMM_WORLD, false}; }
Communicator Communicator::self() { return {MPI_COMM_SELF, false}; }

Communicator::Communicator(Communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)),
      owner_(std::exchange(other.owner_, false)),
      rank_(other.rank_),
      size_(other.size_),
      wait_policy_(other.wait_policy_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(owner_, other.owner_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  std::swap(wait_policy_, other.wait_policy_);
  return *this;
}

Communicator::~Communicator() {
  // MPI_Comm_free is collective: while an exception unwinds on this rank alone it would hang.
  if (!owner_ || handle_ == MPI_COMM_NULL || std::uncaught_exceptions() > 0) return;
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (!finalized) MPI_Comm_free(&handle_);
}

Communicator Communicator::dup() const {
  MPI_Comm copy = MPI_COMM_NULL;
  check(MPI_Comm_dup(handle_, &copy), "MPI_Comm_dup");
  return {copy, true};
}

Communicator Communicator::split(int colour, int key) const {
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split(handle_, colour, key, &part), "MPI_Comm_split");
  return {part, true};
}

Communicator Communicator::split_shared() const {
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split_type(handle_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &part), "MPI_Comm_split_type");
  return {part, true};
}

int Communicator::tag_limit() const {
  void* value = nullptr;
  int found = 0;
  check(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &found), "MPI_Comm_get_attr");
  return found ? *static_cast<int*>(value) : 32767;  // the least that the standard allows
}

void Communicator::bcast(std::string& text, int root) const {
  std::uint64_t length = text.size();
  bcast(std::span(&length, 1), root);
  text.resize(length);
  bcast(std::span(text.data(), text.size()), root);
}

MPI_Op Communicator::native(Operator op) {
  switch (op) {
    case Operator::sum: return MPI_SUM;
    case Operator::min: return MPI_MIN;
    case Operator::max: return MPI_MAX;
    case Operator::bitwise_or: return MPI_BOR;
    case Operator::logical_and: return MPI_LAND;
  }
  return MPI_OP_NULL;
}

const void* Communicator::in_place() {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
  return MPI_IN_PLACE;
#pragma GCC diagnostic pop
}

Cartesian::Cartesian(const Communicator& communicator, std::vector<int> dimensions, std::vector<bool> periodic)
    : dimensions_(std::move(dimensions)), periodic_(std::move(periodic)), rank_(communicator.rank()) {
  const int product = std::accumulate(dimensions_.begin(), dimensions_.end(), 1, std::multiplies<>());
  if (product != communicator.size() || periodic_.size() != dimensions_.size()) {
    throw Error("Cartesian", MPI_ERR_DIMS,
                "an arrangement of " + std::to_string(product) + " ranks does not fit a communicator of " +
                    std::to_string(communicator.size()));
  }
}

std::vector<int> Cartesian::coordinates(int rank) const {
  std::vector<int> result(dimensions_.size());
  for (std::size_t d = dimensions_.size(); d-- > 0;) {
    result[d] = rank % dimensions_[d];
    rank /= dimensions_[d];
  }
  return result;
}

int Cartesian::rank_at(std::vector<int> coordinates) const {
  int rank = 0;
  for (std::size_t d = 0; d < dimensions_.size(); ++d) {
    const int size = dimensions_[d];
    int c = coordinates[d];
    if (periodic_[d]) c = ((c % size) + size) % size;
    if (c < 0 || c >= size) return MPI_PROC_NULL;
    rank = rank * size + c;
  }
  return rank;
}

int rank() { return Communicator::world().rank(); }
int size() { return Communicator::world().size(); }
void barrier() { Communicator::world().barrier(); }

}  // namespace tessera::comm
