/// What the driver sees of a solver.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tessera/core/config.hpp"
#include "tessera/core/field.hpp"

namespace tessera {

/// All that a restart needs: the fields (which are also what is written), named numbers, the step control's memory among
/// them, and fields that nothing but a restart needs.
struct State {
  std::vector<Field*> fields;
  std::map<std::string, double*> numbers;
  std::vector<Field*> memory = {};

  std::vector<Field*> all_fields() const {
    std::vector<Field*> all = fields;
    all.insert(all.end(), memory.begin(), memory.end());
    return all;
  }
};

/// The first value that was not finite, of this rank.
struct Fault {
  Index step;
  Index cell;  // Grid::number
  std::size_t field = 0;
};

/// A number that tells how a run goes.
struct Diagnostic {
  std::string name;
  double value;
};

/// Where a solver got to.
struct Reached {
  double time;
  Index steps;  // of this call
};

/// One problem, advanced step by step. Virtual calls happen a few times a step, never a cell.
class Solver {
 public:
  virtual ~Solver() = default;

  virtual State state() = 0;
  /// Collective, before the first step of a run: begins in the background what would keep that waiting.
  virtual void prepare() {}
  /// Collective: the largest stable step at present; infinity if there is no limit.
  virtual double stable_step() const = 0;
  /// Collective: a step from `time`, at most to `limit`, or several of them at once, up to `most`. The time reached is
  /// `limit` itself if it got there.
  virtual Reached advance(double time, double limit, Index most) = 0;
  /// What went wrong on this rank so far; asked for now and then, and before anything is written.
  virtual std::optional<Fault> fault() const { return std::nullopt; }
  /// The fixed step, or 0 if the solver chooses its steps.
  virtual double fixed_step() const = 0;
  /// Collective: for the history of a run, the same on every rank and layout; always the same names.
  virtual std::vector<Diagnostic> diagnostics() { return {}; }
  /// Whether largest_rate() may be asked for.
  virtual bool knows_rates() const { return false; }
  /// Collective: the largest rate of change of any field at present.
  virtual double largest_rate() { return std::numeric_limits<double>::infinity(); }
  /// A few lines for the start of a run.
  virtual std::string describe() const = 0;
  /// More of them, for --check.
  virtual std::vector<std::string> details() const { return {}; }
  /// What a configuration's own equations mean, for checkpoints: the same text for the same equations. Empty where there are none.
  virtual std::string formula() const { return ""; }
};

}  // namespace tessera
