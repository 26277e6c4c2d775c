// What tessera-doctor looks at: files, and the compiler.
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iomanip>
#include <sstream>

#include "examination.hpp"
#include "tessera/core/setup.hpp"
#include "tessera/io/grid_file.hpp"
#include "tessera/io/series.hpp"
#include "tessera/solvers/explicit.hpp"

namespace tessera::apps {
namespace {

using Verdict = Finding::Verdict;

/// On the disk while it lives, for this job alone.
std::string file_in(const std::string& folder, const comm::WaitingCommunicator& world, const char* end) {
  Index process = getpid();
  world.bcast(process);
  return folder + "/tessera-doctor-" + std::to_string(process) + end;
}

template <class Value>
std::string digits(Value value, int number) {
  std::ostringstream text;
  text << std::setprecision(number) << value;
  return text.str();
}

std::string kind_of_file_system(const std::string& folder) {
  struct statfs about {};
  if (statfs(folder.c_str(), &about) != 0) return "unknown";
  constexpr long lustre = 0x0BD00BD0;
  constexpr long gpfs = 0x47504653;
  constexpr long beegfs = 0x19830326;
  constexpr long xfs = 0x58465342;
  constexpr std::array<std::pair<long, const char*>, 9> known{{{EXT4_SUPER_MAGIC, "ext4"},
                                                               {xfs, "xfs"},
                                                               {BTRFS_SUPER_MAGIC, "btrfs"},
                                                               {TMPFS_MAGIC, "tmpfs"},
                                                               {OVERLAYFS_SUPER_MAGIC, "overlayfs"},
                                                               {NFS_SUPER_MAGIC, "NFS"},
                                                               {lustre, "Lustre"},
                                                               {gpfs, "GPFS"},
                                                               {beegfs, "BeeGFS"}}};
  for (const auto& [magic, name] : known) {
    if (about.f_type == magic) return name;
  }
  std::ostringstream text;
  text << "of type 0x" << std::hex << about.f_type;
  return text.str();
}

/// Of rank 0. What cannot be done, or nothing; and megabytes a second to the disk.
struct Tried {
  std::string problem, missing;
  double speed = 0;
};
Tried try_folder(const std::string& name) {
  Tried tried;
  const auto failed = [&](const char* what) { tried.problem = std::string(what) + ": " + std::strerror(errno); };
  constexpr std::size_t bytes = std::size_t{1} << 25U;
  const std::vector<char> data(bytes, 'x');
  const int file = open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
  if (file < 0) {
    failed("a file cannot be made");
    return tried;
  }
  const double begin = comm::wtime();
  std::size_t written = 0;
  while (written < bytes) {
    const ssize_t now = write(file, data.data() + written, bytes - written);
    if (now <= 0) break;
    written += static_cast<std::size_t>(now);
  }
  if (written < bytes) failed("32 MB cannot be written");
  else if (fsync(file) != 0) failed("fsync does not work");
  tried.speed = static_cast<double>(bytes) / (comm::wtime() - begin) / 1e6;
  if (flock(file, LOCK_EX | LOCK_NB) != 0) tried.missing = "locks";
  close(file);
  const std::string other = name + ".link";
  if (link(name.c_str(), other.c_str()) != 0) tried.missing += tried.missing.empty() ? "hard links" : " and hard links";
  if (tried.problem.empty() && rename(name.c_str(), other.c_str()) != 0) failed("a file cannot be renamed");
  unlink(name.c_str());
  unlink(other.c_str());
  return tried;
}

/// A grid of so many cells along its first dimension, a rank each.
Domain small_domain(const comm::WaitingCommunicator& world, Index rows) {
  const Grid grid({rows, 16}, {{0, 1}, {0, 1}}, {true, true});
  Layout layout;
  layout.ranks[1] = world.size();
  return Domain(grid, layout, world, {}, Log(false, Verbosity::quiet));
}

}  // namespace

Finding examine_output(const comm::WaitingCommunicator& world, const std::string& folder) {
  const std::string file = file_in(folder, world, ".h5");
  std::string problem;
  try {
    Domain domain = small_domain(world, 8 * world.size());
    const auto value = [&](const Block& block, Index i, Index j) {
      return static_cast<double>(block.global(1, i) * 16 + j) + 0.5;
    };
    Field written(domain, "c", Location::cells, 1);
    Field read(domain, "c", Location::cells, 1);
    for (const Block& block : domain.blocks()) {
      for_each_row(block.local(), [&](Index i, Index j) {
        for (Index k = 0; k < 16; ++k) written[block].set(i, j, k, value(block, j, k));
      });
    }
    io::SeriesOptions options;
    options.file = file;
    options.fields = {&written};
    options.region = io::read_region(Config::parse("{}", "doctor"), domain.grid());
    {
      io::Series series(domain, options, {}, 1);
      series.write(0, 0);
      series.flush();
      series.finish(true, {});
    }
    const Config config = Config::parse("{file: \"" + file + "\", dataset: c}", "doctor");
    const io::GridFile input(domain, config.at("file"));
    input.read(config.at("dataset"), read, io::GridFile::Record{0, 1});
    int different = 0;
    for (const Block& block : domain.blocks()) {
      for_each_row(block.local(), [&](Index i, Index j) {
        for (Index k = 0; k < 16; ++k) different += read[block](i, j, k) == value(block, j, k) ? 0 : 1;
      });
    }
    if (world.allreduce(different, comm::Operator::sum) > 0) problem = "what was read is not what was written";
  } catch (const std::runtime_error& error) {
    problem = error.what();
  }
  world.barrier();
  if (world.root()) {
    unlink(file.c_str());
    unlink(io::xdmf_beside(file).c_str());
  }
  if (!problem.empty())
    return {Verdict::wrong, "HDF5", "a file of all ranks in '" + folder + "': " + problem,
            "write to another file system; with Open MPI, try --mca io romio321 (or ompio)"};
  return {Verdict::fine, "HDF5",
          "parallel; a file that " + std::to_string(world.size()) +
              " rank(s) wrote through MPI's I/O was read again, all right",
          ""};
}

Finding examine_folder(const comm::WaitingCommunicator& world, const std::string& folder) {
  Finding finding{Verdict::fine, "folder", "", ""};
  const std::string name = file_in(folder, world, ".try");
  if (world.root()) {
    const Tried tried = try_folder(name);
    const std::string where = "'" + folder + "', file system " + kind_of_file_system(folder) + ": ";
    if (!tried.problem.empty()) {
      finding = {Verdict::wrong, "folder", where + tried.problem,
                 "start runs in, or name for their files, a folder that can be written and has room"};
    } else {
      finding.what = where + digits(tried.speed, 3) + " MB/s to the disk from rank 0";
      if (!tried.missing.empty()) {
        finding.verdict = Verdict::doubtful;
        finding.what += "; it has no " + tried.missing;
        finding.remedy = "checkpoints and outputs are tried on file systems that have them: prefer another for these";
      }
    }
  }
  // What rank 0 found is what all ranks say.
  for (std::string* text : {&finding.what, &finding.remedy}) {
    Index size = static_cast<Index>(text->size());
    world.bcast(size);
    text->resize(static_cast<std::size_t>(size));
    world.bcast(*text);
  }
  int verdict = static_cast<int>(finding.verdict);
  world.bcast(verdict);
  finding.verdict = static_cast<Verdict>(verdict);
  return finding;
}

Finding examine_compiler(const comm::WaitingCommunicator& world) {
  const std::string text =
      "equations: {c: \"laplace(c)\"}\nfields: {c: {initial: 1}}\nkernels: compiled\ntime: {step: 0.01, steps: "
      "1}\ngrid: {shape: [" +
      std::to_string(8 * world.size()) + ", 16], boundary: periodic}";
  try {
    const Config config = Config::parse(text, "doctor");
    Domain domain = small_domain(world, 8 * world.size());
    const auto solver = make_explicit_solver(find_equation(config), config, domain, {});
    const double begin = comm::wtime();
    solver->prepare();
    solver->advance(0, 1, 1);
    return {Verdict::fine, "compiler",
            "expressions become kernels, ready in " + digits(comm::wtime() - begin, 2) + " s", ""};
  } catch (const std::runtime_error& error) {
    return {Verdict::doubtful, "compiler",
            std::string("expressions are interpreted, at a quarter to a half of the speed: ") + error.what(),
            "install a C++ compiler where rank 0 runs (Debian: g++), or name one in TESSERA_CXX"};
  }
}

}  // namespace tessera::apps
