// Seconds that series, checkpoints and plain writes of the same bytes take, all in one process.
//
//     mpiexec -n RANKS io_bench FOLDER SHAPE LAYOUT      for example: io_bench . 2048,4096 2,1
// Rank 0 reads commands, WHAT [RECORDS [TO_DISK [DEFLATE [STAGED [COLLECTIVE]]]]], and answers each with a line of JSON.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tessera/io/checkpoint.hpp"
#include "tessera/io/grid_file.hpp"
#include "tessera/io/series.hpp"

namespace {

using namespace tessera;

struct Command {
  std::string what;
  Index records = 1;
  bool to_disk = false;
  int deflate = 0;
  bool staged = false;
  bool collective = false;
};

void require(bool good, const std::string& what) {
  if (!good) throw std::runtime_error("io_bench: " + what);
}

/// As one writes it in C: open, write, fsync, close.
class PlainFile {
 public:
  PlainFile(const std::string& name, int flags) : descriptor_(open(name.c_str(), flags, 0666)) {
    require(descriptor_ >= 0, "cannot open " + name);
  }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;
  ~PlainFile() { close(descriptor_); }

  void write(const std::vector<char>& bytes, std::size_t offset) const {
    for_each_part(bytes.size(), [&](std::size_t at, std::size_t count) {
      return pwrite(descriptor_, bytes.data() + at, count, static_cast<off_t>(offset + at));
    });
  }
  void read(std::vector<char>& bytes, std::size_t offset) const {
    for_each_part(bytes.size(), [&](std::size_t at, std::size_t count) {
      return pread(descriptor_, bytes.data() + at, count, static_cast<off_t>(offset + at));
    });
  }
  void sync() const { require(fsync(descriptor_) == 0, "fsync failed"); }
  void sync_all() const { require(syncfs(descriptor_) == 0, "syncfs failed"); }

 private:
  static void for_each_part(std::size_t bytes, const std::function<ssize_t(std::size_t, std::size_t)>& call) {
    constexpr std::size_t most = 4 << 20;
    for (std::size_t at = 0; at < bytes; at += most) {
      const std::size_t count = std::min(most, bytes - at);
      require(call(at, count) == static_cast<ssize_t>(count), "a plain read or write failed");
    }
  }
  int descriptor_;
};

class Bench {
 public:
  Bench(const std::string& folder, Domain& domain, const comm::WaitingCommunicator& world)
      : folder_(folder), domain_(domain), world_(world), field_(domain, "c", Location::cells, 2) {
    const Grid& grid = domain.grid();
    own_.resize(static_cast<std::size_t>(domain.rank_box().cells()) * sizeof(double));
    if (world.root()) all_.resize(static_cast<std::size_t>(grid.cells()) * sizeof(double));
    domain.phase([&](const Block& block) {
      for_each_row(block.local(), [&](Index i, Index j) {
        for (Index k = 0; k < block.cells.extent(2); ++k) {
          const auto x = static_cast<double>(block.global(1, j)) / 128;
          const auto y = static_cast<double>(block.global(2, k)) / 128;
          // Domains with soft edges; h5py_child.py has the same.
          field_[block].set(i, j, k,
                            0.5 + 0.5 * std::tanh(4 * std::sin(x + std::sin(y)) * std::sin(1.5 * y + x * y / 40)));
        }
      });
    });
  }

  /// Names of parts, and their seconds on the slowest rank.
  std::vector<std::pair<std::string, double>> run(const Command& command) {
    seconds_.clear();
    if (world_.root() && command.what != "restore" && command.what != "initial" && command.what != "read") {
      if (command.what != "checkpoint" && command.what != "replace") std::filesystem::remove(file_of(command.what));
      PlainFile(folder_, O_RDONLY).sync_all();  // nobody waits for what others left to be written
    }
    if (command.what == "series") series(command);
    else if (command.what == "plain") plain(command, false);
    else if (command.what == "replace") plain(command, true);
    else if (command.what == "shared") shared(command);
    else if (command.what == "checkpoint") checkpoint();
    else if (command.what == "restore") restore();
    else if (command.what == "initial") initial(command);
    else if (command.what == "read") read(command);
    else throw std::runtime_error("io_bench: unknown command " + command.what);
    return seconds_;
  }

 private:
  std::string file_of(const std::string& what) const { return folder_ + "/" + what + ".h5"; }

  void part(const std::string& name, const std::function<void()>& work) {
    world_.barrier();
    const double begin = comm::wtime();
    work();
    seconds_.emplace_back(name, world_.allreduce(comm::wtime() - begin, comm::Operator::max));
  }

  void series(const Command& command) {
    io::SeriesOptions options{file_of("series"), {&field_}, {domain_.grid().box()}};
    options.deflate = command.deflate;
    options.collective = command.collective;
    std::optional<io::Series> file;
    part("create", [&] { file.emplace(domain_, options, io::Attributes{}, command.records); });
    part("write", [&] {
      for (Index record = 0; record < command.records; ++record) {
        if (command.staged) {
          file->stage(static_cast<double>(record), record, record_);
          file->write(record_);
        } else {
          file->write(static_cast<double>(record), record);
        }
      }
      if (command.to_disk) file->flush();
    });
    part("finish", [&] { file->finish(true, {}); });
  }

  /// By rank 0 alone; `replace`: beside the file that is there, in whose place it comes then.
  void plain(const Command& command, bool replace) {
    const std::string name = file_of(command.what);
    part("write", [&] {
      if (!world_.root()) return;
      const std::string written = replace ? name + ".tmp" : name;
      const PlainFile file(written, O_WRONLY | O_CREAT | O_TRUNC);
      for (Index record = 0; record < command.records; ++record)
        file.write(all_, static_cast<std::size_t>(record) * all_.size());
      if (command.to_disk) file.sync();
      if (replace) std::filesystem::rename(written, name);
    });
  }

  /// By all ranks into one file, each its own part of a record.
  void shared(const Command& command) {
    if (world_.root()) PlainFile(file_of("shared"), O_WRONLY | O_CREAT | O_TRUNC);
    const std::size_t record_bytes = static_cast<std::size_t>(domain_.grid().cells()) * sizeof(double);
    const std::size_t own_place = own_.size() * static_cast<std::size_t>(world_.rank());
    part("write", [&] {
      const PlainFile file(file_of("shared"), O_WRONLY);
      for (Index record = 0; record < command.records; ++record)
        file.write(own_, static_cast<std::size_t>(record) * record_bytes + own_place);
      if (command.to_disk) file.sync();
    });
  }

  void checkpoint() {
    part("write", [&] {
      io::write_checkpoint(domain_, file_of("checkpoint"), {&field_}, {"io_bench", "", "", ""}, io::Previous::replace);
    });
  }

  void restore() {
    part("read", [&] { io::read_checkpoint(domain_, file_of("checkpoint"), {&field_}, [](const auto&) {}); });
  }

  void initial(const Command& command) {
    const Config config = Config::parse("{file: " + file_of("series") + ", name: c}", "io_bench");
    part("read", [&] {
      const io::GridFile file(domain_, config.at("file"));
      file.read(config.at("name"), field_, io::GridFile::Record{0, command.records});
    });
  }

  /// A checkpoint's bytes, by rank 0 alone.
  void read(const Command&) {
    part("read", [&] {
      if (world_.root()) PlainFile(file_of("checkpoint"), O_RDONLY).read(all_, 0);
    });
  }

  std::string folder_;
  Domain& domain_;
  const comm::WaitingCommunicator& world_;
  Field field_;
  io::Series::Record record_;
  std::vector<char> own_, all_;
  std::vector<std::pair<std::string, double>> seconds_;
};

/// The next one; ranks that wait for it leave their cores to others. Empty at the end.
std::string next_line(const comm::WaitingCommunicator& world) {
  std::string line;
  if (world.root()) std::getline(std::cin, line);
  std::int64_t length = static_cast<std::int64_t>(line.size());
  comm::Request known = world.ibcast(length);
  while (!known.test()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  line.resize(static_cast<std::size_t>(length));
  if (length > 0) world.bcast(line);
  return line;
}

template <class T>
std::vector<T> numbers(std::string text) {
  std::replace(text.begin(), text.end(), ',', ' ');
  std::istringstream stream(text);
  std::vector<T> values;
  for (T value; stream >> value;) values.push_back(value);
  return values;
}

int run(const std::string& folder, const std::vector<Index>& shape, const std::vector<int>& ranks) {
  const comm::WaitingCommunicator world = comm::world().dup().waiting(comm::WaitPolicy::yield);
  const Grid grid(shape, {{0, 1}, {0, 1}}, {true, true});
  Layout layout;
  if (const auto why = choose_layout(grid, {ranks, {1, 1}}, world.size(), 1, 2, layout)) {
    std::fprintf(stderr, "io_bench: this layout does not fit\n");
    return 2;
  }
  Domain domain(grid, layout, world, {}, Log(false, Verbosity::quiet));
  Bench bench(folder, domain, world);
  for (std::string line = next_line(world); !line.empty(); line = next_line(world)) {
    std::istringstream words(line);
    Command command;
    words >> command.what >> command.records >> command.to_disk >> command.deflate >> command.staged >>
        command.collective;
    const auto seconds = bench.run(command);
    if (!world.root()) continue;
    std::printf("{");
    for (const auto& [name, value] : seconds)
      std::printf("%s\"%s\": %.6g", name == seconds.front().first ? "" : ", ", name.c_str(), value);
    std::printf("}\n");
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv, comm::ThreadLevel::multiple, comm::ThreadLevel::funneled);
  if (argc != 4) {
    std::fprintf(stderr, "usage: mpiexec -n RANKS io_bench FOLDER SHAPE LAYOUT\n");
    return 2;
  }
  try {
    return run(argv[1], numbers<Index>(argv[2]), numbers<int>(argv[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    comm::abort(error.what());
  }
}
