/// How a buffer is cut into parts of different lengths, one a rank.
#pragma once

#include <concepts>
#include <initializer_list>
#include <limits>
#include <ranges>
#include <utility>
#include <vector>

#include "tessera/comm/error.hpp"

namespace tessera::comm {

/// Counts of elements by rank, and where in the buffer each part begins: one after the other unless said otherwise.
/// Any range of integers will do where Cuts are wanted.
class Cuts {
 public:
  template <std::ranges::input_range C>
    requires(std::integral<std::ranges::range_value_t<C>>)
  Cuts(const C& counts) : counts_(std::ranges::begin(counts), std::ranges::end(counts)) {
    int begin = 0;
    for (const int count : counts_) {
      displacements_.push_back(begin);
      begin = count > std::numeric_limits<int>::max() - begin ? std::numeric_limits<int>::max() : begin + count;
    }
  }
  Cuts(std::initializer_list<int> counts) : Cuts(std::vector<int>(counts)) {}
  Cuts(std::vector<int> counts, std::vector<int> displacements)
      : counts_(std::move(counts)), displacements_(std::move(displacements)), gaps_(true) {}

  const int* counts() const noexcept { return counts_.data(); }
  const int* displacements() const noexcept { return displacements_.data(); }
  /// True if elements of the buffer may belong to no part.
  bool gaps() const noexcept { return gaps_; }

  /// Makes counts of elements counts of MPI's types, `parts` in an element. Throws Error unless there is a count for
  /// each of `ranks` ranks, all parts lie within the buffer's `length` types and, if this rank's part is known to be
  /// `own` long, the count says so, too.
  void fit(int parts, int ranks, int length, const char* call);
  void require(int rank, int own, const char* call) const;
  /// Where rank 0's part begins, which then counts as the beginning.
  int take_displacement() noexcept { return std::exchange(displacements_.front(), 0); }

 private:
  std::vector<int> counts_;
  std::vector<int> displacements_;
  bool gaps_ = false;
};

}  // namespace tessera::comm
