// Checkpoints: the same from every layout, never anything but what was written, and what a failure leaves.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "cases.hpp"
#include "tessera/core/failure.hpp"
#include "tessera/core/initial.hpp"
#include "tessera/io/checkpoint.hpp"

using namespace tessera;
using namespace tessera::test;
namespace fs = std::filesystem;

namespace {

/// A folder of all ranks, for the length of a test.
struct Folder {
  Folder() {
    std::string name = fs::temp_directory_path() / ("tessera-test-checkpoint-" + std::to_string(getpid()));
    patient_world().bcast_resizing(name);
    path = name;
    if (patient_world().root()) fs::create_directory(path);
    patient_world().barrier();
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    patient_world().barrier();
    if (patient_world().root()) fs::remove_all(path);
  }
  std::string operator/(const std::string& name) const { return path / name; }
  fs::path path;
};

io::CheckpointData some_data(double time) {
  return {
      "a program", "versions", "time: {end: 1}\n", "time.end: 1\n", {{"time", time}, {"step", 7}, {"odd name", -0.0}}};
}

/// A run's fields, on some layout.
struct Run {
  Run(const Grid& grid, const Case& c, Precision precision = Precision::float64)
      : domain(make_domain(grid, c, 1, patient_world(), precision)),
        u(*domain, "u", Location::cells, 1),
        v(*domain, "v", Location::cells, 2) {}

  void fill(std::uint64_t seed) {
    for (Field* field : fields()) {
      ++seed;
      tessera::fill(*domain, *field, 0, [&](const std::array<double, 3>& position) {
        const Grid& grid = domain->grid();
        Index3 cell{};
        for (int a = grid.first_axis(); a < 3; ++a)
          cell[at(a)] = static_cast<Index>((position[at(a)] - grid.lower(a)) / grid.spacing(a));
        return uniform(seed, static_cast<std::uint64_t>(grid.number(cell)));
      });
    }
  }
  std::vector<Field*> fields() { return {&u, &v}; }
  std::vector<double> values() {
    std::vector<double> all = whole(*domain, u);
    const std::vector<double> more = whole(*domain, v);
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void write(const std::string& file, io::Previous previous = io::Previous::replace, double time = 0.1) {
    io::write_checkpoint(*domain, file, fields(), some_data(time), previous);
  }
  io::CheckpointData read(const std::string& file) {
    return io::read_checkpoint(*domain, file, fields(), [](const io::CheckpointData&) {});
  }
  /// What is wrong with a file; empty if it was read.
  std::string fault(const std::string& file) {
    try {
      read(file);
    } catch (const io::BrokenCheckpoint& error) {
      return error.what();
    } catch (const io::OtherCheckpoint& error) {
      return std::string("another: ") + error.what();
    }
    return "";
  }

  std::unique_ptr<Domain> domain;
  Field u;
  Field v;
};

Case ranks_along(int dimensions, int dimension, int threads = 1) {
  Case c{std::vector<int>(static_cast<std::size_t>(dimensions), 1),
         std::vector<int>(static_cast<std::size_t>(dimensions), 1)};
  c.ranks[static_cast<std::size_t>(dimension)] = patient_world().size();
  c.threads[0] = threads;
  return c;
}

std::string bytes_of_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// By rank 0, for all.
void replace_file(const std::string& file, const std::string& bytes) {
  patient_world().barrier();
  if (patient_world().root()) std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  patient_world().barrier();
}

Grid plane() { return Grid({11, 10}, {{0, 11}, {0, 1}}, {true, true}); }

/// The same on all ranks.
std::mt19937_64 random_places() {
  std::uint64_t seed = std::random_device{}();
  patient_world().bcast(seed);
  MESSAGE("seed " << seed);
  return std::mt19937_64(seed);
}

/// Of a call that fails on this rank or not: whether it threw RunError, here.
template <class F>
std::string run_error(const F& f) {
  try {
    f();
  } catch (const RunError& error) {
    return error.what();
  }
  return "";
}

/// No file of this rank can grow beyond so many bytes.
struct FileSizeLimit {
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit now{bytes, before.rlim_max};
    handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &now);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }
  rlimit before{};
  void (*handler)(int) = nullptr;
};

}  // namespace

TEST_CASE("a checkpoint is read on any layout") {
  const Folder folder;
  for (const Grid& grid :
       {Grid({17}, {{0, 1}}, {true}), plane(), Grid({7, 4, 5}, {{0, 1}, {0, 2}, {-1, 3}}, {true, true, true})}) {
    for (const Precision precision : {Precision::float32, Precision::float64}) {
      for (int d = 0; d < grid.dimensions(); ++d) {
        Run writer(grid, ranks_along(grid.dimensions(), d), precision);
        writer.fill(static_cast<std::uint64_t>(d));
        writer.write(folder / "run.ckpt");
        for (int other = 0; other < grid.dimensions(); ++other) {
          Run reader(grid, ranks_along(grid.dimensions(), other), precision);
          const io::CheckpointData data = reader.read(folder / "run.ckpt");
          CHECK(same_bits(reader.values(), writer.values()));
          CHECK(data.numbers == some_data(0.1).numbers);
          CHECK(data.settings == "time.end: 1\n");
        }
      }
    }
  }
}

TEST_CASE("the last two are kept") {
  const Folder folder;
  const std::string file = folder / "run.ckpt";
  const std::string before = io::previous_checkpoint(file);
  Run run(plane(), ranks_along(2, 0));
  const auto times = [&] {
    const auto time = [&](const std::string& name) {
      return fs::exists(name) ? run.read(name).numbers.at("time") : -1;
    };
    const std::pair result(time(file), time(before));
    CHECK(!fs::exists(file + ".tmp"));
    CHECK(!fs::exists(before + ".tmp"));
    patient_world().barrier();
    return result;
  };
  replace_file(file + ".tmp", "what a run left that was killed");
  run.write(file, io::Previous::replace, 1);
  CHECK(times() == std::pair(1., -1.));
  run.write(file, io::Previous::replace, 2);
  CHECK(times() == std::pair(2., 1.));
  run.write(file, io::Previous::replace, 3);
  CHECK(times() == std::pair(3., 2.));
  run.write(file, io::Previous::keep, 4);
  CHECK(times() == std::pair(4., 2.));
  run.write(file, io::Previous::remove, 5);
  CHECK(times() == std::pair(5., -1.));
}

TEST_CASE("a truncated checkpoint is refused, at any length") {
  const Folder folder;
  const std::string file = folder / "run.ckpt";
  Run run(plane(), ranks_along(2, 1));
  run.fill(3);
  run.write(file);
  const std::string whole = bytes_of_file(file);
  std::mt19937_64 random = random_places();
  std::vector<std::size_t> lengths{0, 1, 8, 9, whole.size() - 1};
  for (int i = 0; i < 60; ++i) lengths.push_back(random() % whole.size());
  for (const std::size_t length : lengths) {
    CAPTURE(length);
    replace_file(file, whole.substr(0, length));
    CHECK(run.fault(file) != "");
  }
}

TEST_CASE("a checkpoint with a flipped bit is refused, or read as it was written") {
  const Folder folder;
  const std::string file = folder / "run.ckpt";
  std::mt19937_64 random = random_places();
  for (const std::size_t config_size : {std::size_t{300}, std::size_t{100000}}) {  // HDF5 keeps large texts elsewhere
    Run run(plane(), ranks_along(2, 0, 2));
    run.fill(5);
    io::CheckpointData written = some_data(0.3);
    written.config.assign(config_size, 'x');
    io::write_checkpoint(*run.domain, file, run.fields(), written, io::Previous::remove);
    const std::vector<double> values = run.values();
    const std::string whole = bytes_of_file(file);
    int refused = 0;
    for (int i = 0; i < 200; ++i) {
      const std::size_t place = random() % whole.size();
      std::string damaged = whole;
      damaged[place] = static_cast<char>(damaged[place] ^ (1 << random() % 8));
      replace_file(file, damaged);
      CAPTURE(place);
      run.fill(99);
      const std::string fault = run.fault(file);
      refused += fault.empty() ? 0 : 1;
      if (!fault.empty()) continue;
      CHECK(same_bits(run.values(), values));
      const io::CheckpointData data = run.read(file);
      CHECK(data.numbers == written.numbers);
      CHECK(data.config == written.config);
      CHECK(data.settings == written.settings);
      CHECK(data.program == written.program);
      CHECK(data.versions == written.versions);
    }
    CHECK(refused > 20);
    MESSAGE(refused << " of 200 refused, of " << whole.size() << " bytes");
  }
}

TEST_CASE("values that changed places are refused") {
  const Folder folder;
  const std::string file = folder / "run.ckpt";
  Run run(plane(), ranks_along(2, 0));
  run.fill(7);
  run.write(file);
  std::string bytes = bytes_of_file(file);
  const std::vector<double> values = run.values();
  const std::string row(reinterpret_cast<const char*>(values.data()), 10 * sizeof(double));
  const std::size_t place = bytes.find(row);
  REQUIRE(place != std::string::npos);
  std::rotate(bytes.begin() + static_cast<std::ptrdiff_t>(place),
              bytes.begin() + static_cast<std::ptrdiff_t>(place + sizeof(double)),
              bytes.begin() + static_cast<std::ptrdiff_t>(place + row.size()));
  replace_file(file, bytes);
  CHECK(run.fault(file) == "the values of u do not match their checksum");
}

TEST_CASE("a whole checkpoint of another run is refused as such") {
  const Folder folder;
  const std::string file = folder / "run.ckpt";
  Run run(plane(), ranks_along(2, 0));
  run.write(file);
  Run narrow(Grid({11, 9}, {{0, 11}, {0, 1}}, {true, true}), ranks_along(2, 0));
  CHECK(narrow.fault(file) == "another: its grid is [11, 10], grid.shape is [11, 9]");
  Run wide(Grid({11, 10}, {{0, 11}, {0, 1.5}}, {true, true}), ranks_along(2, 0));
  CHECK(wide.fault(file) == "another: its grid has the bounds [[0, 11], [0, 1]], grid.bounds is [[0, 11], [0, 1.5]]");
  Run single(plane(), ranks_along(2, 0), Precision::float32);
  CHECK(single.fault(file) ==
        "another: its values are in double precision, the configuration asks for precision: single");
  Field w(*run.domain, "w", Location::cells, 1);
  CHECK_THROWS_WITH_AS(io::read_checkpoint(*run.domain, file, {&w}, [](const io::CheckpointData&) {}),
                       "it has no field 'w', but u, v", io::OtherCheckpoint);
}

TEST_CASE("a checkpoint that cannot be written leaves those before as they were") {
  const Folder folder;
  const std::string file = folder / "run.ckpt";
  const std::string before = io::previous_checkpoint(file);
  Run run(plane(), ranks_along(2, 0));
  run.fill(1);
  run.write(file);
  run.write(file);
  patient_world().barrier();
  const std::string kept = bytes_of_file(file);
  const std::string kept_before = bytes_of_file(before);
  run.fill(2);
  const int last = patient_world().size() - 1;
  // On rank 0, too little room for the head; on another, for its values.
  for (const std::pair<int, rlim_t>& limited :
       {std::pair<int, rlim_t>{0, 0}, {0, 1000}, {last, 100}, {0, kept.size() - 1}}) {
    CAPTURE(limited.first);
    CAPTURE(limited.second);
    std::string error;
    {
      const FileSizeLimit limit(patient_world().rank() == limited.first ? limited.second : RLIM_INFINITY);
      error = run_error([&] { run.write(file); });
    }
    CHECK(error.find("run.ckpt could not be written: ") != std::string::npos);
    CHECK(error.find("File too large") != std::string::npos);
    CHECK(error.find("the checkpoint before, if any, is as it was") != std::string::npos);
    CAPTURE(error);
    CHECK(bytes_of_file(file) == kept);
    CHECK(bytes_of_file(before) == kept_before);
    patient_world().barrier();
    CHECK(!fs::exists(file + ".tmp"));
  }
  CHECK(run_error([&] { run.write(folder / "nowhere/run.ckpt"); }).find("No such file or directory") !=
        std::string::npos);
  run.write(file);  // room again
  CHECK(run.fault(file) == "");
}
