#include "tessera/core/exact_sum.hpp"

#include <cmath>
#include <limits>

namespace tessera {

void ExactSum::add(double value) noexcept {
  if (!std::isfinite(value)) {
    ++not_finite_;
    return;
  }
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);  // |value| = fraction 2^exponent
  constexpr int mantissa_bits = 53;
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, mantissa_bits));
  int place = exponent - mantissa_bits + lowest;  // of the mantissa's last bit
  if (place < 0) {                                // there, it has only zeros
    mantissa >>= -place;
    place = 0;
  }
  // Both halves, moved to where they belong, fit into two digits.
  constexpr std::uint64_t digit = (std::uint64_t{1} << bits) - 1;
  const std::uint64_t lower = (mantissa & digit) << (place % bits);
  const std::uint64_t upper = (mantissa >> bits) << (place % bits);
  const auto d = static_cast<std::size_t>(place / bits);
  const auto put = [&](std::size_t where, std::uint64_t part) {
    const auto signed_part = static_cast<std::int64_t>(part);
    digits_[where] += value < 0 ? -signed_part : signed_part;
  };
  put(d, lower & digit);
  put(d + 1, (lower >> bits) + (upper & digit));
  put(d + 2, upper >> bits);
  constexpr std::int64_t room = std::int64_t{1} << 29;
  if (++added_ == room) carry();
}

void ExactSum::add(const ExactSum& other) noexcept {
  ExactSum normal = other;
  normal.carry();
  carry();
  for (std::size_t d = 0; d < digits; ++d) digits_[d] += normal.digits_[d];
  added_ = 1;
  not_finite_ += other.not_finite_;
}

/// Every digit but the last between 0 and 2^32: one form for one sum.
void ExactSum::carry() noexcept {
  std::int64_t over = 0;
  for (std::size_t d = 0; d + 1 < digits; ++d) {
    digits_[d] += over;
    over = digits_[d] >> bits;
    digits_[d] -= over * (std::int64_t{1} << bits);
  }
  digits_[digits - 1] += over;
  added_ = 0;
}

double ExactSum::value() const noexcept {
  if (not_finite_ > 0) return std::numeric_limits<double>::quiet_NaN();
  ExactSum normal = *this;
  normal.carry();
  // Of a negative sum the last digit is negative: what is near zero would cancel. Its opposite is summed up then.
  const bool negative = normal.digits_[digits - 1] < 0;
  if (negative) {
    for (std::int64_t& digit : normal.digits_) digit = -digit;
    normal.carry();
  }
  double sum = 0;
  for (std::size_t d = digits; d-- > 0;)
    sum += std::ldexp(static_cast<double>(normal.digits_[d]), static_cast<int>(d) * bits - lowest);
  return negative ? -sum : sum;
}

double ExactSum::reduce(const comm::WaitingCommunicator& communicator) {
  carry();
  communicator.allreduce(comm::in_place, digits_, comm::Operator::sum);
  not_finite_ = communicator.allreduce(not_finite_, comm::Operator::sum);
  return value();
}

}  // namespace tessera
