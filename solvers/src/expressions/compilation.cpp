#include "compilation.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include "kernel_cache.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has no header for it

namespace tessera::expressions {
namespace {

namespace fs = std::filesystem;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Started without fork, which copies what MPI has registered with the network; without a shell; -1 if that fails. What it prints goes
/// to a file.
pid_t spawn(const std::vector<std::string>& command, const std::string& output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t process = -1;
  if (posix_spawn(&process, command[0].c_str(), &files, &attributes, arguments.data(), environ) != 0) process = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return process;
}

/// Whether it ended well; killed if it has not ended then.
bool wait_for(pid_t process, double seconds) {
  for (const double end = now() + seconds;;) {
    int status = 0;
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (ended < 0 && errno != EINTR) return false;
    if (now() > end) {
      kill(process, SIGKILL);
      waitpid(process, &status, 0);
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string contents(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The compiler's path: that of TESSERA_CXX, the one that built tessera, or the system's; empty: none.
std::string find_compiler() {
  std::vector<std::string> names{TESSERA_CXX_COMPILER, "c++", "g++", "clang++"};
  if (const std::string given = environment("TESSERA_CXX"); !given.empty()) names = {given};
  for (const std::string& name : names) {
    std::vector<std::string> places{name};
    if (name.find('/') == std::string::npos) {
      places.clear();
      std::istringstream path(environment("PATH"));
      for (std::string folder; std::getline(path, folder, ':');) {
        if (!folder.empty()) places.push_back(folder + "/" + name);
      }
    }
    for (const std::string& place : places) {
      if (access(place.c_str(), X_OK) == 0 && fs::is_regular_file(place)) return place;
    }
  }
  return "";
}

std::vector<std::string> flags(int level) {
  // Arithmetic is that of tessera's own kernels (cmake/Compiler.cmake).
  std::vector<std::string> list{
      "-std=c++17", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC",
      "-nostdlib",  "-w"};
  if (level > 0) list.push_back("-march=x86-64-v" + std::to_string(level));
  if (level == 4) list.emplace_back("-mprefer-vector-width=512");
  return list;
}

}  // namespace

int processor_level() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool third = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                     __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
  const bool fourth = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                      __builtin_cpu_supports("avx512cd") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0;
  if (third) return fourth ? 4 : 3;
  return __builtin_cpu_supports("sse4.2") != 0 ? 2 : 1;
#else
  return 0;
#endif
}

Compilation::Compilation(const std::string& source, int level) : begun_(now()) {
  try {
    start(source, level);
  } catch (const std::exception& error) {
    why_not_ = error.what();
  }
}

void Compilation::start(const std::string& source, int level) {
  const std::string path = find_compiler();
  if (path.empty()) {
    why_not_ = environment("TESSERA_CXX").empty()
                   ? "there is no compiler (c++, g++ or clang++)"
                   : "TESSERA_CXX is '" + environment("TESSERA_CXX") + "', which is no program";
    return;
  }
  std::string pattern = (fs::temp_directory_path() / "tessera-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    why_not_ = "no temporary folder can be made: " + std::string(std::strerror(errno));
    return;
  }
  folder_ = pattern;
  // The version is asked for each time: a compiler that is replaced may keep its name, size and time.
  const pid_t asked = spawn({path, "--version"}, folder_ + "/version");
  if (asked < 0 || !wait_for(asked, 10)) {
    why_not_ = path + " --version does not work";
    return;
  }
  const std::string version = contents(folder_ + "/version");
  compiler_ = version.substr(0, version.find('\n'));
  std::vector<std::string> command{path};
  key_ = path + "\n" + version;
  for (const std::string& flag : flags(level)) {
    command.push_back(flag);
    key_ += flag + "\n";
  }
  key_ += source;
  entry_ = cache_entry(key_);
  if (!entry_.empty()) found_ = read_cache(entry_, key_);
  if (found_) return;
  const std::string file = folder_ + "/kernels.cpp";
  std::ofstream(file) << source;
  command.insert(command.end(), {"-o", folder_ + "/kernels.so", file});
  process_ = spawn(command, folder_ + "/log");
  if (process_ < 0) why_not_ = path + " cannot be started: " + std::strerror(errno);
}

Compilation::~Compilation() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::string Compilation::first_lines_of_log() const {
  constexpr std::size_t most = 300;
  std::string log = contents(folder_ + "/log").substr(0, most);
  for (char& c : log) {
    if (c == '\n') c = ' ';
  }
  return log;
}

Compilation::Outcome Compilation::wait() {
  if (!why_not_.empty()) return {"", why_not_};
  if (found_) return {*found_, compiler_ + ", compiled before"};
  constexpr double most_seconds = 120;
  const bool good = wait_for(process_, most_seconds);
  process_ = -1;
  std::string library = good ? contents(folder_ + "/kernels.so") : "";
  if (library.empty()) return {"", compiler_ + " failed: " + first_lines_of_log()};
  if (!entry_.empty()) write_cache(entry_, key_, library);
  std::ostringstream what;
  what.precision(2);
  what << compiler_ << ", in " << now() - begun_ << " s";
  return {std::move(library), what.str()};
}

}  // namespace tessera::expressions
