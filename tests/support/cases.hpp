// Reference data and whole-grid access to fields, for tests.
#pragma once

#include <string>
#include <vector>

#include "tessera/core/field.hpp"
#include "tessera/core/setup.hpp"

namespace tessera::test {

/// A file of tests/data, read as a whole by every rank.
class DataFile {
 public:
  explicit DataFile(const std::string& name);
  ~DataFile();
  std::vector<std::string> groups() const;
  std::string text(const std::string& group, const char* name) const;
  long long integer(const std::string& group, const char* name) const;
  std::vector<long long> integers(const std::string& group, const char* name) const;
  std::vector<double> values(const std::string& name) const;

 private:
  long long file_;
};

/// Collective: the whole field on every rank, row-major.
std::vector<double> whole(Domain& domain, const Field& field);

/// A layout, given in the grid's dimensions, how its halos travel, and how its sweeps run.
struct Case {
  std::vector<int> ranks;
  std::vector<int> threads;
  bool funneled = false;
  bool by_pass = false;
  bool plain = false;    // each stage over the whole block before the next
  bool tiles = false;    // as small as they can be
  bool overlap = false;  // inner cells while messages travel
  int steps_at_once = 0;
};
std::string describe(const Case& c);

/// Every way to cut `dimensions` dimensions between `rank_count` ranks, times every way to cut them
/// between 1, 2 and 3 threads.
std::vector<Case> all_cases(int dimensions, int rank_count);

/// All ranks, waiting without holding their cores: tests run with more ranks and threads than cores.
const comm::WaitingCommunicator& patient_world();

const comm::WaitingCommunicator& self();

/// One rank and one thread: what every layout must agree with.
Case serial(int dimensions);

/// The case's domain, or none if its blocks are too thin for `reach`.
std::unique_ptr<Domain> make_domain(const Grid& grid, const Case& c, Index reach,
                                    const comm::WaitingCommunicator& communicator,
                                    Precision precision = Precision::float64);

/// Bit patterns, so that -0 and NaN count.
bool same_bits(const std::vector<double>& a, const std::vector<double>& b);
double largest_difference(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace tessera::test
