// What is said of a run in which nothing moves.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tessera/comm/datatype.hpp"
#include "tessera/core/index.hpp"

namespace tessera::apps {

/// A text that travels; too long a one is cut.
using ShortText = std::array<char, 120>;
ShortText short_text(const std::string& text);

/// What a rank is doing, and for how long.
struct Reply {
  double seconds = 0;
  ShortText text{};
};

struct Stall {
  double seconds;                             // without any progress
  Index step;                                 // the last one that was done
  std::vector<std::optional<Reply>> answers;  // of each rank; none: it does not answer
  const std::vector<ShortText>& whereabouts;  // of each rank
  std::string checkpoint;                     // with which the run could go on; empty: none
  bool alone = false;                         // the others cannot be asked
};

/// Which ranks do not answer, what the others say, and what can be done.
std::string report(const Stall& stall);

}  // namespace tessera::apps

template <>
struct tessera::comm::Members<tessera::apps::Reply> {
  static constexpr auto list = std::tuple(&tessera::apps::Reply::seconds, &tessera::apps::Reply::text);
};
