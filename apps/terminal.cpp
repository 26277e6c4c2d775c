#include "terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

namespace tessera::apps {
namespace {

/// Of UTF-8, as far as each character takes one column.
int columns(const std::string& text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

/// 0: no terminal.
int width_of(int file) {
  if (isatty(file) == 0) return 0;
  winsize size{};
  constexpr int usual = 80;
  return ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

/// Launchers pass on what ranks print: Open MPI's lets them have terminals of their own even if it is written to a file, MPICH's
/// lets them have none. The standard output of the launcher among this process's ancestors, or of its daemon; empty: there is none.
std::string launcher_output() {
  std::string found;
  for (int process = getppid(); process > 1;) {
    std::ifstream status("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(status, text);
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos) break;
    const std::string name = text.substr(open + 1, close - open - 1);
    for (const char* launcher :
         {"mpiexec", "mpirun", "orterun", "prterun", "srun", "orted", "prted", "hydra_pmi_proxy", "slurmstepd"}) {
      if (name.starts_with(launcher)) found = "/proc/" + std::to_string(process) + "/fd/1";
    }
    char state = 0;
    std::istringstream(text.substr(close + 1)) >> state >> process;
  }
  return found;
}

}  // namespace

int terminal_width() {
  const std::string output = launcher_output();
  if (output.empty()) return width_of(STDOUT_FILENO);
  const int file = open(output.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return 0;  // a daemon's on another node, or a pipe that nobody reads
  const int width = width_of(file);
  close(file);
  return width;
}

std::string wrapped(const std::string& text, int indent, int width) {
  const std::string begin(static_cast<std::size_t>(indent), ' ');
  std::istringstream words(text);
  std::string result;
  std::string line;
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + columns(line) + 1 + columns(word) > width)
      result += begin + std::exchange(line, "") + "\n";
    line += (line.empty() ? "" : " ") + word;
  }
  return result + begin + line + "\n";
}

}  // namespace tessera::apps
