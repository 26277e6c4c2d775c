/// Sums that do not depend on the order of what is summed, and so not on the layout.
#pragma once

#include <array>
#include <cstdint>

#include "tessera/comm/communicator.hpp"

namespace tessera {

/// A sum of doubles without rounding, in fixed point over their whole range (Kulisch 2013, Computer Arithmetic and Validity).
/// About 5 ns a value: for diagnostics.
class ExactSum {
 public:
  void add(double value) noexcept;
  void add(const ExactSum& other) noexcept;
  /// Rounded to a double; NaN if any value was not finite.
  double value() const noexcept;
  /// Collective: the sum over all ranks, on every rank.
  double reduce(const comm::WaitingCommunicator& communicator);

 private:
  void carry() noexcept;

  static constexpr int bits = 32;      // of a digit; the rest of its 64 is room for carries
  static constexpr int lowest = 1074;  // 2^-1074 is the least double
  static constexpr std::size_t digits = 68;
  std::array<std::int64_t, digits> digits_{};
  std::int64_t added_ = 0;  // since the last carry
  std::int64_t not_finite_ = 0;
};

}  // namespace tessera
