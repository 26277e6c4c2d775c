#include "tessera/comm/cuts.hpp"

#include <mpi.h>

#include <climits>
#include <string>

namespace tessera::comm {
namespace {

[[noreturn]] void refuse(const char* call, const std::string& what) { throw Error(call, MPI_ERR_COUNT, what); }

int scaled(int value, int parts, const char* call) {
  if (value > INT_MAX / parts) refuse(call, std::to_string(value) + " elements are more than one call can count");
  return value * parts;
}

}  // namespace

void Cuts::fit(int parts, int ranks, int length, const char* call) {
  if (counts_.size() != static_cast<std::size_t>(ranks) || displacements_.size() != counts_.size()) {
    refuse(call, std::to_string(counts_.size()) + " counts and " + std::to_string(displacements_.size()) +
                     " displacements were given for " + std::to_string(ranks) + " ranks");
  }
  long long covered = 0;
  for (std::size_t r = 0; r < counts_.size(); ++r) {
    int& count = counts_[r];
    int& begin = displacements_[r];
    if (count < 0 || begin < 0) refuse(call, "the count or displacement of rank " + std::to_string(r) + " is negative");
    count = scaled(count, parts, call);
    begin = scaled(begin, parts, call);
    covered += count;
    if (static_cast<long long>(begin) + count > length) {
      refuse(call, "the part of rank " + std::to_string(r) + " ends at element " +
                       std::to_string((static_cast<long long>(begin) + count) / parts) + " of a buffer of " +
                       std::to_string(length / parts));
    }
  }
  if (!gaps_ && covered != length) {
    refuse(call, "the counts add up to " + std::to_string(covered / parts) + ", the buffer has " +
                     std::to_string(length / parts) + " elements");
  }
}

void Cuts::require(int rank, int own, const char* call) const {
  const int count = counts_[static_cast<std::size_t>(rank)];
  if (count != own) {
    refuse(call, "the count of rank " + std::to_string(rank) + " stands for " + std::to_string(count) +
                     " numbers, its own buffer has " + std::to_string(own));
  }
}

}  // namespace tessera::comm
