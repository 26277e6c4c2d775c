// Whole runs of the solvers inside a test, from a configuration's text to the final field.
#pragma once

#include <optional>

#include "cases.hpp"
#include "config_or.hpp"
#include "tessera/solvers/explicit.hpp"
#include "tessera/solvers/mpdata.hpp"

namespace tessera::test {

struct Outcome {
  std::vector<double> values;  // of the whole grid, field after field
  double time = 0;
  Index steps = 0;
};

/// Advances to time.steps or time.end.
inline Outcome advance(Domain& domain, Solver& solver, const Config& config) {
  Outcome outcome;
  const Config time = config.at("time");
  const Index steps = test::integer_or(time, "steps", -1);
  const double end = test::number_or(time, "end", 0);
  while (steps >= 0 ? outcome.steps < steps : outcome.time < end) {
    const Index most = steps >= 0 ? steps - outcome.steps : 1;
    const Reached reached = solver.advance(outcome.time, steps >= 0 ? 1e300 : end, most);
    outcome.time = reached.time;
    outcome.steps += reached.steps;
  }
  for (const Field* field : solver.state().fields) {
    const std::vector<double> values = whole(domain, *field);
    outcome.values.insert(outcome.values.end(), values.begin(), values.end());
  }
  return outcome;
}

/// None if the layout's blocks are too thin.
inline std::optional<Outcome> run_mpdata(const std::string& text, const Case& c,
                                         const comm::WaitingCommunicator& communicator) {
  const Config config = Config::parse(text, "test");
  const mpdata::Options options = mpdata::read_options(config);
  const auto domain = make_domain(read_grid(config, true), c, options.thinnest(), communicator, read_precision(config));
  if (!domain) return std::nullopt;
  const auto solver = mpdata::make_solver(config, options, *domain, read_parameters(config.section("parameters")));
  static_cast<void>(config.at("time").has("step"));  // which not every case needs
  Outcome outcome = advance(*domain, *solver, config);
  config.require_all_read();
  return outcome;
}

/// The equation is that of the key `equation`, or those of `equations`.
inline std::optional<Outcome> run_pde(const std::string& text, const Case& c,
                                      const comm::WaitingCommunicator& communicator) {
  const Config config = Config::parse(text, "test");
  const NamedEquation equation = find_equation(config);
  const auto domain =
      make_domain(read_grid(config, false), c, equation.entry.reach, communicator, read_precision(config));
  if (!domain) return std::nullopt;
  const auto solver = make_explicit_solver(equation, config, *domain,
                                           read_parameters(config.section("parameters"), config.has("equations")));
  solver->prepare();
  Outcome outcome = advance(*domain, *solver, config);
  config.require_all_read();
  return outcome;
}

inline std::optional<Outcome> run_cahn_hilliard(const std::string& text, const Case& c,
                                                const comm::WaitingCommunicator& communicator) {
  return run_pde("equation: cahn-hilliard\n" + text, c, communicator);
}

}  // namespace tessera::test
