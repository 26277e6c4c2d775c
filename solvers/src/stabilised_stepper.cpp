#include <algorithm>
#include <cmath>
#include <sstream>
#include <tuple>

#include "error_test.hpp"
#include "stabilised.hpp"
#include "stepper.hpp"

namespace tessera {
namespace {

/// A part of a step's evaluations, done by one run of Evaluations.
struct Part {
  bool head;  // begins with Y_1, which needs no evaluation
  int stages;
  bool tail;  // ends with the rate at the result, and the error
  bool single() const { return stages == 1 && !tail; }
  bool operator<(const Part& other) const {
    return std::tie(head, stages, tail) < std::tie(other.head, other.stages, other.tail);
  }
};

/// RKC2 or RKL2. The rate at the end of a step is the first of the next one: s evaluations for s stages.
class Stabilised final : public Stepper {
 public:
  Stabilised(System& system, FieldSet& state, StabilisedMethod method, const StepOptions& options)
      : system_(system),
        state_(state),
        method_(std::move(method)),
        options_(options),
        test_(system, state, options),
        control_(StepControl::Kind::predictive, options.step),
        at_once_(static_cast<std::size_t>(system.evaluations())),
        factors_(at_once_),
        error_rate_(0),
        rate_of_start_(system, {{start, 0, {{start_rate, {}}}}}, {start_rate}),
        sets_(count) {
    moments_.reserve(at_once_);
    make_sets({start_rate, one, two});
  }

  Reached advance(double time, double limit, Index) override {
    test_.begin();
    if (!has_rate_) {
      rate_of_start_.run(std::array{&state_, sets_[start_rate].get()}, std::array{time});
      has_rate_ = true;
    }
    const double bound = system_.equation().spectrum(test_.amplitudes()).real;
    if (!options_.adaptive) return fixed(bound);
    control_.begin(1 / bound);
    while (true) {
      const StepControl::Step step = control_.propose(time, limit, method_.limit(options_.most_stages) / bound);
      const Index stages = method_.needed(step.length * bound);
      note_cap(stages);
      const double end = step.clipped ? limit : time + step.length;
      const std::vector<Findings>& findings = attempt(time, end, step.length, stages);
      const bool accepted = control_.accept(step, test_.error(findings));
      if (control_.gave_up()) test_.give_up(time, static_cast<Index>(steps_) + 1, findings);
      if (accepted) {
        take(findings, stages);
        return {end, 1};
      }
      ++rejected_;
    }
  }

  std::vector<Diagnostic> diagnostics() const override {
    return {{"step_size", options_.adaptive ? control_.taken() : options_.step},
            {"stages", stages_},
            {"rejected_steps", rejected_},
            {"evaluations", evaluations_}};
  }
  std::map<std::string, double*> numbers() override {
    auto all = control_.numbers();
    all.insert({{"steps", &steps_}, {"stages", &stages_}, {"rejected", &rejected_}, {"evaluations", &evaluations_}});
    return all;
  }
  std::string describe() const override {
    std::ostringstream text;
    text << method_.name << ", ";
    if (options_.adaptive) text << test_.describe();
    else text << "step " << options_.step;
    text << ", up to " << options_.most_stages << " stages a step";
    return text.str();
  }
  double stable_step(const Spectrum& spectrum) const override {
    return method_.limit(options_.most_stages) / spectrum.beside_real_axis();
  }

 private:
  // `newest` and `second` are a part's results: its last two stages or, at the end, the state and its rate. `one` and `two` are
  // those of the part before.
  enum : Register { start, start_rate, one, two, newest, second, count };  // and temporaries
  static constexpr double error_of_difference = 0.8;

  Reached fixed(double bound) {
    const double time = steps_ * options_.step;
    const Index stages = method_.needed(options_.step * bound);
    if (stages > options_.most_stages) {
      std::ostringstream what;
      what << "step " << steps_ + 1 << " at t = " << time << ": a step of " << options_.step << " needs " << stages
           << " stages, more than time.most_stages = " << options_.most_stages << "; use a smaller time.step";
      throw RunError(what.str());
    }
    const std::vector<Findings>& findings = attempt(time, (steps_ + 1) * options_.step, options_.step, stages);
    for (std::size_t f = 0; f < system_.size(); ++f) {
      if (findings[f].finite) continue;
      std::ostringstream what;
      const Grid& grid = system_.domain().grid();
      const Index cell = first_not_finite(system_.domain(), sets_[one]->fields[f]);
      what << "step " << steps_ + 1 << ": " << system_.names()[f] << " is not finite in "
           << grid.describe(grid.cell(cell)) << "; use a smaller time.step";
      throw RunError(what.str());
    }
    take(findings, stages);
    return {steps_ * options_.step, 1};
  }

  void take(const std::vector<Findings>& findings, Index stages) {
    state_.swap(*sets_[one]);
    sets_[start_rate]->swap(*sets_[two]);
    test_.accept(findings);
    ++steps_;
    stages_ = static_cast<double>(stages);
  }

  /// Says once that steps are as long as the most stages allow.
  void note_cap(Index stages) {
    if (cap_noted_ || stages < options_.most_stages) return;
    cap_noted_ = true;
    system_.domain().log().warn("steps are as long as time.most_stages = " + std::to_string(options_.most_stages) +
                                " allows; more stages would allow longer ones");
  }

  /// A step into `one`, and the rate there at `end_time` into `two`.
  const std::vector<Findings>& attempt(double time, double end_time, double length, Index stages) {
    if (coefficients_.stages.size() + 1 != static_cast<std::size_t>(stages))
      coefficients_ = method_.coefficients(stages);
    evaluations_ += static_cast<double>(stages);
    first_ = length * coefficients_.first;
    error_rate_ = 0.4 * length;
    // s - 1 stages are to be evaluated, and the rate at the end; parts of about the same size.
    const auto evaluations = static_cast<std::size_t>(stages);
    const std::size_t parts = (evaluations + at_once_ - 1) / at_once_;
    std::size_t done = 0;
    for (std::size_t part = 0;; ++part) {
      const bool last = part + 1 == parts;
      const std::size_t end = (part + 1) * evaluations / parts - (last ? 1 : 0);
      moments_.clear();
      for (std::size_t j = done; j < end; ++j) {
        const StabilisedStages::Stage& stage = coefficients_.stages[j];
        factors_[j - done] = {stage.base, stage.one, stage.two, length * stage.rate, length * stage.start};
        moments_.push_back(time + length * coefficients_.c[j]);
      }
      if (last) moments_.push_back(end_time);
      Evaluations& evaluate = run({part == 0, static_cast<int>(end - done), last});
      if (last) return evaluate.find(0);
      done = end;
    }
  }

  /// From `one` and `two` to those that the next part begins with. Where a sweep can, it writes them over these: of less memory,
  /// more stays in the cache.
  Evaluations& run(const Part& part) {
    Evaluations& evaluate = of(part);
    const Register oldest = part.single() ? two : one;  // that is not needed any longer
    const bool in_place = evaluate.in_place(oldest, newest) && (part.single() || evaluate.in_place(two, second));
    if (!in_place && !sets_[newest]) make_sets({newest, second});
    std::array<FieldSet*, count> registers{&state_};
    for (Register number = 1; number < count; ++number) registers[number] = sets_[number].get();
    if (in_place) {
      registers[newest] = sets_[oldest].get();
      registers[second] = sets_[two].get();
    }
    evaluate.run(registers, moments_);
    if (part.single()) sets_[two].swap(sets_[one]);
    if (in_place) return evaluate;
    sets_[one].swap(sets_[newest]);
    if (!part.single()) sets_[two].swap(sets_[second]);
    return evaluate;
  }

  void make_sets(std::initializer_list<Register> numbers) {
    for (const Register number : numbers) sets_[number] = std::make_unique<FieldSet>(system_.make_fields());
  }

  Evaluations& of(const Part& part) {
    auto& found = parts_[part];
    if (!found) found = std::make_unique<Evaluations>(system_, write(part), results(part));
    return *found;
  }

  static std::vector<Register> results(const Part& part) {
    if (part.single()) return {newest, one};
    return {newest, second};
  }

  /// The stages of a part.
  std::vector<Stage> write(const Part& part) const {
    std::vector<Stage> list;
    Register next = count;
    Register before = two;
    Register now = one;
    if (part.head) {
      before = start;
      // A part of one stage leaves Y_1 for the next part, too.
      now = part.single() ? Register{one} : next++;
      list.push_back({{}, 0, {{now, {{{start}, {start_rate, &first_}}}}}});
    }
    for (int j = 0; j < part.stages; ++j) {
      const StabilisedStages::Stage& factors = factors_[static_cast<std::size_t>(j)];
      // The last two are kept for the next part.
      Register to = next++;
      if (!part.tail && j + 1 == part.stages) to = newest;
      if (!part.tail && j + 2 == part.stages) to = second;
      const Combination sum{
          {{start, &factors.base}, {now, &factors.one}, {before, &factors.two}, {start_rate, &factors.start}},
          &factors.rate};
      list.push_back({now, static_cast<std::size_t>(j), {{to, sum}}});
      before = now;
      now = to;
    }
    if (!part.tail) return list;
    // Twelve and six fifteenths: an estimate of the leading error (Sommeijer, Shampine and Verwer, eq. 2.10).
    const Combination error{{{start, &difference_}, {now, &minus_difference_}, {start_rate, &error_rate_}},
                            &error_rate_};
    list.push_back({now,
                    static_cast<std::size_t>(part.stages),
                    {{second, {}}, {newest, {{{now}}}, Sum::Use::extremes}},
                    error,
                    0,
                    test_.weights()});
    return list;
  }

  System& system_;
  FieldSet& state_;
  StabilisedMethod method_;
  StepOptions options_;
  ErrorTest test_;
  StepControl control_;
  StabilisedStages coefficients_;
  std::size_t at_once_;
  std::vector<StabilisedStages::Stage> factors_;  // of a part's stages, times the step where rates are concerned
  double first_ = 0;
  double difference_ = error_of_difference;
  double minus_difference_ = -error_of_difference;
  double error_rate_;
  std::vector<double> moments_;
  Evaluations rate_of_start_;
  std::map<Part, std::unique_ptr<Evaluations>> parts_;
  std::vector<std::unique_ptr<FieldSet>> sets_;
  bool has_rate_ = false;
  bool cap_noted_ = false;
  double steps_ = 0;
  double stages_ = 0;
  double rejected_ = 0;
  double evaluations_ = 0;  // for steps and rejected ones, but the first rate of all
};

}  // namespace

std::unique_ptr<Stepper> make_stabilised_stepper(System& system, FieldSet& state, const StepOptions& options) {
  return std::make_unique<Stabilised>(system, state, options.stepper == "rkc2" ? rkc2_method() : rkl2_method(),
                                      options);
}

}  // namespace tessera
