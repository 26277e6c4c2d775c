#include "driver.hpp"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <optional>
#include <sstream>

#include "launcher.hpp"
#include "plan.hpp"
#include "run_files.hpp"
#include "tessera/core/setup.hpp"
#include "tessera/io/file_check.hpp"
#include "time_loop.hpp"

namespace tessera::apps {
namespace {

HistoryOptions read_history(const Config& config, const comm::WaitingCommunicator& communicator) {
  const Config section = config.section("history");
  if (section.keys().empty()) return {};
  const HistoryOptions options{section.at("file").text(), section.integer("every")};
  io::require_writable(section.at("file"), files_of_history(options.file), communicator);
  return options;
}

io::Attributes attributes_of(const App& app, const Config& config) {
  const std::string program = app.name;
  return {{"title", program + " run"},
          {"source", "tessera " + short_version()},
          {"history", "created by " + program},
          {"config", config.source()},
          {"version", version(program)}};
}

io::CheckpointData checkpoint_identity(const App& app, const Config& config, const Solver& solver) {
  std::string settings = config.flat();
  if (const std::string formula = solver.formula(); !formula.empty()) settings += "equation: " + formula + "\n";
  return {app.name, version(app.name), config.source(), settings};
}

void warn_of_slurm(const SlurmJob& job, int ranks, const Log& log) {
  for (const std::string& variable : job.malformed) log.warn(variable + " is no number above 0: ignored");
  if (job.tasks > 0 && job.tasks != ranks) {
    log.warn("the Slurm job has " + std::to_string(job.tasks) + " task(s) (SLURM_NTASKS), but MPI " +
             std::to_string(ranks) +
             " rank(s); to have as many, use srun --mpi=pmix (Open MPI) or srun --mpi=pmi2 (MPICH), or mpiexec");
  }
}

/// One line, whatever the configuration's texts hold, and not too long to be read.
std::string printable(std::string text) {
  constexpr std::size_t most = 2000;
  if (text.size() > most) text = text.substr(0, most) + " ...";
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, '?');
  return text;
}

}  // namespace

int run_configured(const App& app, const CommandLine& line, const Config& config,
                   const comm::WaitingCommunicator& everyone, comm::ThreadLevel level) {
  const Log log(everyone.root(), line.verbosity);
  if (!line.check && config.section("checkpoint").has("file")) note_early_warnings();

  // 1. Read; nothing is allocated before the layout is known to work.
  const Parameters parameters = read_parameters(config.section("parameters"), config.has("equations"));
  const Grid grid = read_grid(config, app.periodic_by_default);
  const Problem problem = app.read(config);
  const SlurmJob job = slurm_job();
  warn_of_slurm(job, everyone.size(), log);
  const Machine machine = inspect_machine(everyone);
  const Layout layout = read_layout(config, grid, everyone.size(), machine, problem.reach);
  const ExchangeOptions exchange = read_exchange(config, layout, machine, everyone, level, log);

  const Precision precision = read_precision(config);

  // 2. Set up.
  const comm::WaitingCommunicator world = everyone.waiting(exchange.wait);
  const LogOptions logs = read_log_options(config, world);
  RankLog rank_log;
  Watchdog watchdog(world, level, logs.stall_seconds, log, rank_log, config.section("checkpoint").text("file"));
  std::optional<Watchdog::Task> setting_up(std::in_place, watchdog, "setting up");
  Domain domain(grid, layout, world, exchange, log, read_sweep(config), precision);
  limit_memory(config, domain, machine);
  const std::unique_ptr<Solver> solver = problem.make(config, domain, parameters);
  const Schedule schedule(config, solver->fixed_step());
  const std::vector<OutputOptions> outputs = read_outputs(config, domain, solver->state(), schedule);
  const bool background = read_background(config, domain, machine, level);
  const CheckpointOptions checkpoint = read_checkpoint_options(config, world);
  const HistoryOptions history = read_history(config, world);
  const StopOptions stop = read_stop_options(config, schedule, !checkpoint.file.empty(), job, world, log);
  config.require_all_read();
  const Config time = config.at("time");
  if (schedule.ends_when_steady() && !solver->knows_rates())
    time.at("steady").fail("this app does not know how fast its fields change; give `end` or `steps` instead");
  require_different_files(config, line, world);
  const Plan plan{domain, *solver, schedule, outputs, background, checkpoint, stop};
  print_plan(plan);
  const std::string resume_file = line.resume ? find_checkpoint(line, checkpoint, world) : "";
  if (line.check) {
    print_details(plan);
    return 0;
  }

  // 3. Run.
  solver->prepare();
  rank_log.open(config, logs, world, line.resume);
  rank_log.introduce(std::string(app.name) + " " + short_version(), domain, machine);
  setting_up.reset();
  Outputs output(domain, outputs, schedule, background, attributes_of(app, config), watchdog, rank_log);
  Checkpoints checkpoints(domain, *solver, checkpoint, checkpoint_identity(app, config, *solver));
  TimeLoop loop(domain, *solver, schedule, output, checkpoints, history, stop, watchdog, rank_log);
  if (line.resume) loop.resume(resume_file);
  return loop.run() ? 0 : 3;
}

int run(int argc, char** argv, const App& app) {
  comm::Environment environment(argc, argv, comm::ThreadLevel::multiple, comm::ThreadLevel::funneled);
  const bool root = comm::world().root();
  std::signal(SIGXFSZ, SIG_IGN);  // to write beyond a limit on files fails with a message, as on a disk that is full
  CommandLine line;
  if (const auto answer = parse(argc, argv, app.name, app.description, line)) {
    if (root) std::fputs(answer->text.c_str(), answer->exit_code == 0 ? stdout : stderr);
    return answer->exit_code;
  }
  if (const std::string problem = launcher_problem(comm::world().size()); !problem.empty()) {
    if (launcher_rank() == 0) std::fprintf(stderr, "error: %s\n", problem.c_str());
    return 2;
  }
  const Log log(root, line.verbosity);
  // These two are thrown on every rank alike; anything else ends the job where it happens (Environment).
  try {
    const comm::WaitingCommunicator everyone = comm::world().dup().waiting(comm::WaitPolicy::spin);
    return run_configured(app, line, Config::read(line.config, line.overrides, everyone), everyone,
                          environment.thread_level());
  } catch (const ConfigError& error) {
    log.error(printable(error.what()));
    return 2;
  } catch (const RunError& error) {
    log.error(printable(error.what()));
    return 1;
  }
}

}  // namespace tessera::apps
