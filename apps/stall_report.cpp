#include "stall_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace tessera::apps {
namespace {

constexpr std::size_t most_listed = 8;

std::string in_seconds(double seconds) { return std::to_string(std::lround(seconds)) + " s"; }

/// The first of these, and how many more there are.
std::string listed(std::vector<std::string> items) {
  const std::size_t more = items.size() - std::min(items.size(), most_listed);
  std::string text;
  for (std::size_t i = 0; i + more < items.size(); ++i) text += (i > 0 ? ", " : "") + items[i];
  return more > 0 ? text + " and " + std::to_string(more) + " more" : text;
}

std::string name_of(int rank, const Stall& stall) {
  return std::to_string(rank) + " (" + stall.whereabouts[static_cast<std::size_t>(rank)].data() + ")";
}

/// "rank 3 (host node7, process 4711)", "ranks 0-2, 7".
std::string names_of(const std::vector<int>& ranks, const Stall& stall) {
  if (ranks.size() == 1) return "rank " + name_of(ranks.front(), stall);
  std::vector<std::string> ranges;
  for (std::size_t first = 0; first < ranks.size();) {
    std::size_t last = first;
    while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) ++last;
    ranges.push_back(std::to_string(ranks[first]) + (last > first ? "-" + std::to_string(ranks[last]) : ""));
    first = last + 1;
  }
  return "ranks " + listed(std::move(ranges));
}

}  // namespace

ShortText short_text(const std::string& text) {
  ShortText copy{};
  text.copy(copy.data(), copy.size() - 1);
  return copy;
}

std::string report(const Stall& stall) {
  struct Group {
    std::vector<int> ranks;
    double seconds = 0;
  };
  std::map<std::string, Group> groups;
  std::vector<std::string> silent;
  for (std::size_t rank = 0; rank < stall.answers.size(); ++rank) {
    const auto number = static_cast<int>(rank);
    const std::optional<Reply>& answer = stall.answers[rank];
    if (!answer) {
      silent.push_back(name_of(number, stall));
    } else {
      Group& group = groups[answer->text.data()];
      group.ranks.push_back(number);
      group.seconds = std::max(group.seconds, answer->seconds);
    }
  }
  std::string text =
      "nothing has moved for " + in_seconds(stall.seconds) + ", since step " + std::to_string(stall.step) + ":";
  if (silent.size() == 1) {
    text += "\n  no answer from rank " + silent.front() + ": it is stopped, or its node hangs or is gone";
  } else if (!silent.empty()) {
    text += "\n  no answer from " + std::to_string(silent.size()) + " ranks: " + listed(silent) +
            ": they are stopped, or their nodes hang or are gone";
  }
  if (stall.alone)
    text += "\n  this MPI lets one thread call it only: other ranks cannot be asked, look at their processes";
  const bool alike = groups.size() == 1 && silent.empty();
  for (const auto& [what, group] : groups) {
    text += "\n  " + (alike && group.ranks.size() > 1 ? "all ranks" : names_of(group.ranks, stall)) + ": " + what +
            ", for " + in_seconds(group.seconds);
  }
  const std::string end =
      "end the job" + (stall.checkpoint.empty() ? "" : ", and go on with --resume " + stall.checkpoint);
  if (!silent.empty())
    return text + "\n  The run goes on if they do (kill -CONT, if somebody stopped them); else " + end;
  return text +
         "\n  It may be a long step or a slow disk (raise log.stall_seconds where that is normal); if it does not "
         "end, " +
         end;
}

}  // namespace tessera::apps
