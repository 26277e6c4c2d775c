// What is said of ranks that do not get on.
#include <doctest/doctest.h>

#include "stall_report.hpp"

namespace tessera::apps {
namespace {

struct Ranks {
  std::vector<ShortText> whereabouts;
  std::vector<std::optional<Reply>> answers;

  void add(const std::optional<Reply>& answer) {
    const std::size_t rank = answers.size();
    whereabouts.push_back(short_text("host n" + std::to_string(rank / 64) + ", process " + std::to_string(100 + rank)));
    answers.push_back(answer);
  }
  std::string text(const std::string& checkpoint = "") const {
    return report({61.7, 125, answers, whereabouts, checkpoint});
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("what all ranks do is blamed on none") {
  Ranks ranks;
  for (int rank = 0; rank < 4; ++rank) ranks.add(Reply{60.0 + rank, short_text("writing out.h5")});
  const std::string text = ranks.text("run.ckpt");
  CHECK(contains(text, "nothing has moved for 62 s, since step 125:\n  all ranks: writing out.h5, for 63 s\n"));
  CHECK_FALSE(contains(text, "process"));
  CHECK_FALSE(contains(text, "no answer"));
  CHECK(contains(text, "log.stall_seconds"));
  CHECK(contains(text, "--resume run.ckpt"));
}

TEST_CASE("one does something else") {
  Ranks ranks;
  for (int rank = 0; rank < 6; ++rank)
    ranks.add(Reply{61, short_text(rank == 3 ? "writing out.h5" : "waiting for messages in step 126")});
  CHECK(contains(ranks.text(), "\n  rank 3 (host n0, process 103): writing out.h5, for 61 s\n"));
  CHECK(contains(ranks.text(), "\n  ranks 0-2, 4-5: waiting for messages in step 126, for 61 s\n"));
  CHECK_FALSE(contains(ranks.text(), "--resume"));
}

TEST_CASE("many") {
  Ranks ranks;
  for (int rank = 0; rank < 10000; ++rank)
    ranks.add(rank % 2 == 1 ? std::nullopt : std::optional(Reply{61, short_text("in step 126")}));
  const std::string text = ranks.text();
  CHECK(contains(text, "no answer from 5000 ranks: 1 (host n0, process 101), 3 (host n0, process 103), "));
  CHECK(contains(text, "15 (host n0, process 115) and 4992 more: they are stopped"));
  CHECK(contains(text, "ranks 0, 2, 4, 6, 8, 10, 12, 14 and 4992 more: in step 126"));
  CHECK(text.size() < 1000);
}

TEST_CASE("a long text is cut") {
  const ShortText text = short_text(std::string(500, 'a'));
  CHECK(std::string(text.data()) == std::string(text.size() - 1, 'a'));
}

}  // namespace
}  // namespace tessera::apps
