// What a step does, as a list of evaluations of the right-hand side, and how that list is run.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "combination.hpp"
#include "system.hpp"
#include "tessera/core/summary.hpp"
#include "tessera/core/sweep.hpp"

namespace tessera {

/// A stepper's name for a state or rate: an index into what Evaluations::run is given.
using Register = std::size_t;

/// A linear combination of registers and of an evaluation's rate; the factors are found at each run.
struct Combination {
  struct Term {
    Register of;
    const double* factor = nullptr;  // null: 1
  };
  std::vector<Term> terms;
  const double* rate = nullptr;  // null: not in it, unless there are no terms: then it is the rate itself
};

/// The rate at `argument`, and what is made of it; or, without an argument, of registers alone.
struct Stage {
  std::optional<Register> argument;
  std::size_t moment;  // of those that run() is given
  struct Output {
    Register to;
    Combination combination;
    Sum::Use use = Sum::Use::store;
  };
  std::vector<Output> outputs;
  std::optional<Combination> error = {};
  std::size_t finding = 0;  // where is noted what is found
  /// By field: the error is the sum of the squares, times that of the weight. None: it is the largest.
  const double* weights = nullptr;
};

/// What was found of a field, over all cells of a rank (found()) or of the grid.
struct Findings {
  double error = 0;  // the largest or, up to most_squares, the sum of the weighted squares
  Extremes extremes = {};
  bool finite = true;
};

class Evaluations {
 public:
  /// The stages are done in this order, as many in one sweep as the system exchanges ghosts for; afterwards there are `results`.
  /// The right-hand side must outlive this object, and so must the factors.
  Evaluations(System& system, const std::vector<Stage>& stages, const std::vector<Register>& results);

  /// Collective. `registers`: null for those that needs() does not ask for.
  void run(std::span<FieldSet* const> registers, std::span<const double> moments);
  /// Whether a register is more than a temporary of a sweep.
  bool needs(Register number) const;
  /// Whether a result may be the same set as one that is read, which may be any.
  bool in_place(Register read, Register result) const;

  /// Of a rank's block.
  const BlockFindings& found(std::size_t finding, const Block& block, std::size_t field) const;
  /// Collective: over all blocks and ranks, for each field; good until the next call.
  const std::vector<Findings>& find(std::size_t finding);

 private:
  struct Group {  // of stages that a sweep does
    std::vector<Register> read;
    std::vector<Register> written;
    std::vector<Register> exchanged;                          // those of `read` that ghosts are needed of
    std::vector<std::pair<Register, std::size_t>> arguments;  // those of `read`, and their moments
    std::optional<Sweep> sweep;
    std::optional<Sweep> densities;           // of the integrals that its evaluation needs
    std::vector<std::vector<Array*>> arrays;  // of a run, by block
    std::vector<FieldSet*> sets;
  };
  Group make_group(std::span<const Stage> stages, const std::vector<Register>& wanted);
  void add_densities(Group& group);
  void apply_boundaries(const Group& group, const Block& block, std::span<FieldSet* const> registers);
  void find_integrals(Group& group, std::span<FieldSet* const> registers);
  std::optional<Fusion> fuse(const Stage& stage, std::size_t field,
                             const std::vector<std::vector<Stages::Quantity>>& quantities);
  void add_stage(Stages& list, const Stage& stage, const std::vector<std::vector<Stages::Quantity>>& quantities);
  std::size_t pitch() const { return findings_count_ * system_.size(); }

  System& system_;
  std::size_t findings_count_ = 1;
  bool squares_ = false;                 // errors are sums
  std::vector<BlockFindings> findings_;  // by block, finding and field
  std::vector<double> shared_;           // by ranks, for find()
  std::vector<Findings> of_all_;
  std::vector<double> moments_;
  std::vector<Group> groups_;
  std::vector<Field> densities_;
  std::vector<double> integrals_;
};

}  // namespace tessera
