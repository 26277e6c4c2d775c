// The table of keys and the program agree: each key in it is read by some app, and apps read no others.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "fuzz/all_apps.hpp"

using namespace tessera;

namespace {

struct Case {
  const char* app;
  const char* text;
};

// Together these have all keys, or are asked for them.
const Case cases[] = {
    {"mpdata", R"(
precision: double
grid: {shape: [8, 8], bounds: [[0, 8], [0, 8]], boundary: [periodic, {lower: {constant: 1}, upper: {derivative: 0}}]}
layout: {ranks: [1, 1], threads: [1, 1]}
parameters: {k: 1}
initial: {psi: {uniform: [1, 2], expression: k}, phi: {normal: [1, 0.1]}}
mpdata:
  velocity: ["psi", 0]
  sources: {psi: "0*psi_x"}
  boundaries: {phi: [periodic, open]}
  g_factor: 1
time: {step: 0.1, steps: 2, wall_seconds: 60, job_end_margin: 5, stop_file: stop}
output:
  - {file: out.h5, every: 1, region: {x: 2}, fields: [psi], units: {psi: m, time: s}}
checkpoint: {file: out.ckpt.h5, every: 1, every_seconds: 10}
history: {file: out.csv}
log: {stall_seconds: 10}
)"},
    {"mpdata", R"(
grid: {shape: [8, 8]}
initial: {psi: 1}
mpdata: {stream_function: "x + y", diffusivity: [0.1, 0.2]}
time: {courant: 0.5, end: 2}
)"},
    {"mpdata", R"(
grid: {shape: [8, 8, 8]}
initial: {psi: 1}
mpdata: {vector_potential: [0, 0, y]}
time: {courant: 0.5, end: 2}
)"},
    {"mpdata", R"(
grid: {shape: [8]}
initial: {psi: 1}
mpdata: {courant: 0.5, diffusion: 0.1}
time: {steps: 2}
)"},
    {"mpdata", R"(
grid: {shape: [8]}
initial: {psi: 1}
mpdata: {courant: {file: made.h5, datasets: [u], times: time}}
time: {steps: 2}
)"},
    {"mpdata", R"(
grid: {shape: [8]}
initial: {psi: 1}
mpdata: {velocity: {file: made.h5, datasets: [u], times: time}}
time: {steps: 2, step: 1}
)"},
    {"mpdata", R"(
grid: {shape: [8]}
initial: {psi: {file: made.h5, dataset: c, record: 1}}
mpdata: {courant: 0.5}
time: {steps: 2}
)"},
    {"pde", R"(
grid:
  shape: [8, 8]
  boundary: [{mixed: [1, 1]}, {lower: {value: 1}, upper: {curvature: 0}}]
fields:
  c: {initial: {uniform: [0.4, 0.6], seed: 1}, boundary: [{derivative: 1}, {value: 1}]}
equations: {c: 'laplace(c)'}
bc_ops: {"c:laplace": {value: 0}}
noise: {variance: {c: 0.1, "*": 0}, seed: 2}
spectrum: {real: 80}
time: {step: 1e-3, steady: {rate: 1e-3}}
)"},
    {"pde", R"(
equation: reaction-diffusion
grid: {shape: [8, 8]}
initial: {u: 1}
reaction_diffusion: {diffusivity: {u: 0.1}, reaction: {u: -u}, boundaries: {u: {value: 1}}}
time: {stepper: rkc2, tolerance: 1e-3, relative_tolerance: 1e-3, error_norm: rms, end: 1}
output: {file: out.h5, interval: 0.5}
)"},
    {"cahn-hilliard", R"(
grid: {shape: [8, 8]}
initial: {c: 0.5}
cahn_hilliard: {boundaries: {mu: {value: 0}}}
time: {step: 1e-3, end: 1}
)"},
};

const Case maker{"cahn-hilliard", R"(
grid: {shape: [8]}
initial: {c: 0.5}
time: {step: 1e-3, steps: 1}
output: {file: made.h5}
)"};

Config read_by_app(const Case& one, bool check) {
  static const comm::WaitingCommunicator everyone = comm::world().dup().waiting(comm::WaitPolicy::spin);
  apps::CommandLine line;
  line.check = check;
  line.verbosity = Verbosity::quiet;
  const Config config = Config::parse(one.text, "case.yaml");
  try {
    apps::run_configured(test::all_apps().at(one.app), line, config, everyone, comm::query_thread());
  } catch (const ConfigError& error) {
    // The file holds no flow of this time: by then its keys were asked for.
    const std::string message = error.what();
    CAPTURE(message);
    CHECK(message.find("the file has the flow from") != std::string::npos);
  }
  return config;
}

/// The coefficients of all equations, as paths: "wave.speed".
std::set<std::string> coefficients() {
  std::set<std::string> paths;
  for (const NamedEquation& equation : all_equations()) {
    std::string section = equation.name;
    std::replace(section.begin(), section.end(), '-', '_');
    paths.insert({section, section + ".boundaries"});
    for (const ConfigKey& key : equation.entry.coefficients) paths.insert(section + "." + key.path);
  }
  return paths;
}

std::string without_number(const std::string& path) { return path.substr(0, path.find('[')); }

}  // namespace

TEST_CASE("each key of the table is read by some app, and apps read no others") {
  std::filesystem::current_path(std::filesystem::temp_directory_path());
  read_by_app(maker, false);
  std::set<std::string> unread;
  for (const ConfigKey& key : config_keys()) unread.insert(key.path);
  const std::set<std::string> of_equations = coefficients();
  for (const Case& one : cases) {
    for (const std::string& path : read_by_app(one, true).asked()) {
      CAPTURE(path);
      const ConfigKey* const key = find_config_key(path);
      if (key != nullptr) unread.erase(key->path);
      const bool section = !config_keys_below(without_number(path)).empty();
      const std::string parent = path.substr(0, path.rfind('.'));
      const bool of_field = parent == "mpdata.sources" || parent == "mpdata.boundaries" || parent == "bc_ops" ||
                            parent == "fields" || parent == "initial" || parent == "output[0].region" ||
                            parent == "output[0].units";
      const bool coefficient = key != nullptr && key->path == "<equation>.<coefficient>";
      const bool of_equation = of_equations.contains(path) || of_equations.contains(parent);
      CHECK((coefficient ? of_equation : key != nullptr || section || of_field || of_equation));
    }
  }
  for (const std::string& path : unread) FAIL_CHECK(path << " is in the table, and read by nothing");
}
