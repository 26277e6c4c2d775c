#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include "lists.hpp"
#include "terminal.hpp"
#include "tessera/comm/environment.hpp"
#include "tessera/core/failure.hpp"
#include "version.hpp"

namespace tessera::apps {

std::optional<Answer> parse(int argc, char** argv, const std::string& name, const std::string& description,
                            CommandLine& result) {
  CLI::App app(description, name);
  bool quiet = false;
  bool verbose = false;
  bool print_version = false;
  app.add_option("CONFIG", result.config, "The run's configuration, a YAML file (docs/config.md)");
  app.add_option("--set", result.overrides, "Override a key: --set time.end=100 (repeatable)")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  app.add_flag("--check", result.check, "Validate everything and print the plan; run nothing");
  auto* resume = app.add_option("--resume", result.resume_file, "Go on from a checkpoint (default: checkpoint.file)")
                     ->type_name("[FILE]")
                     ->expected(0, 1);
  std::string listed;
  auto* list_option =
      app.add_option("--list", listed,
                     "Print equations, steppers and boundaries, or WHAT: one of these, `keys`, a key or a section")
          ->type_name("[WHAT]")
          ->expected(0, 1);
  auto* quiet_flag = app.add_flag("-q,--quiet", quiet, "Print warnings and errors only");
  app.add_flag("-v,--verbose", verbose, "Print more")->excludes(quiet_flag);
  app.add_flag("--version", print_version, "Print the versions of the program and of what it was built with");
  app.footer(
      "Exit codes: 0 done, 1 a failure while running, 2 a wrong command line or configuration,\n"
      "3 stopped early by request with a checkpoint written.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Answer{app.help(), 0};
  } catch (const CLI::ParseError& error) {
    return Answer{"error: command line: " + std::string(error.what()) + "; see " + name + " --help\n", 2};
  }
  if (print_version) return Answer{version(name), 0};
  if (list_option->count() > 0) {
    try {
      return Answer{list(listed, terminal_width()), 0};
    } catch (const ConfigError& error) {
      return Answer{std::string("error: ") + error.what() + "\n", 2};
    }
  }
  if (result.config.empty()) {
    const std::string hint = result.resume_file.empty() ? ""
                                                        : " (--resume took '" + result.resume_file +
                                                              "' as its FILE: write CONFIG before --resume)";
    return Answer{"error: command line: no CONFIG given" + hint + "; see " + name + " --help\n", 2};
  }
  result.resume = resume->count() > 0;
  if (quiet) result.verbosity = Verbosity::quiet;
  if (verbose) result.verbosity = Verbosity::verbose;
  return std::nullopt;
}

std::string short_version() { return std::string(TESSERA_VERSION) + " (" + TESSERA_COMMIT + ")"; }

std::string version(const std::string& name) {
  std::string text = name + " of tessera " + short_version() + "\n";
  text += std::string("MPI: ") + comm::library_version() + "\n";
  text += std::string("HDF5: ") + TESSERA_HDF5 + ", parallel\n";
  text += std::string("compiler: ") + TESSERA_COMPILER +
          ", -march=" + (*TESSERA_ARCHITECTURE != '\0' ? TESSERA_ARCHITECTURE : "default") + "\n";
  return text;
}

}  // namespace tessera::apps
