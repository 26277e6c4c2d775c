#include "tessera/io/checkpoint.hpp"

#include <fcntl.h>

#include <array>
#include <bit>
#include <charconv>
#include <optional>

#include "checksum.hpp"
#include "chunks.hpp"
#include "hdf5.hpp"
#include "kept_file.hpp"
#include "staging.hpp"
#include "tessera/core/failure.hpp"
#include "together.hpp"

// Rank 0 alone makes the file with HDF5, room for all values included, in memory, where they take none, and writes it to the
// disk; then every rank writes its values to where HDF5 says that they belong, and waits for the disk. So no call of HDF5 waits for
// another rank, whatever fails on which, none fails because a disk is full, and the system's own reason is known.

namespace tessera::io {
namespace {

constexpr std::uint64_t format = 2;  // 1 had no checksums

/// All but the values, which it says how to check.
struct Head {
  CheckpointData data = {};
  std::vector<hsize_t> shape = {};
  std::vector<double> bounds = {};
  Precision precision = Precision::float64;
  std::vector<std::pair<std::string, std::uint64_t>> sums = {};  // of the fields

  std::uint64_t checksum() const {
    std::string all;
    const auto add = [&all](const std::string& text) { all += std::to_string(text.size()) + ":" + text; };
    const auto add_number = [&all](double value) { all += std::to_string(std::bit_cast<std::uint64_t>(value)) + ","; };
    for (const std::string& text : {data.program, data.versions, data.config, data.settings}) add(text);
    for (const auto& [name, value] : data.numbers) {
      add(name);
      add_number(value);
    }
    for (const double bound : bounds) add_number(bound);
    add(text_of(shape) + std::to_string(bytes_of(precision)));
    for (const auto& [name, sum] : sums) add(name + "=" + std::to_string(sum));
    return io::checksum(all);
  }
};

std::vector<double> bounds_of(const Grid& grid) {
  std::vector<double> bounds;
  for (int a = grid.first_axis(); a < 3; ++a) {
    bounds.push_back(grid.lower(a));
    bounds.push_back(grid.upper(a));
  }
  return bounds;
}

/// "[[0, 1], [0, 2]]", to the last digit.
std::string text_of_bounds(const std::vector<double>& bounds) {
  std::string text = "[";
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    std::array<char, 32> number{};
    const char* end = std::to_chars(number.data(), number.data() + number.size(), bounds[i]).ptr;
    text += (i % 2 == 1 ? ", "
             : i > 0    ? ", ["
                        : "[") +
            std::string(number.data(), static_cast<std::size_t>(end - number.data())) + (i % 2 == 1 ? "]" : "");
  }
  return text + "]";
}

const char* name_of(Precision precision) { return precision == Precision::float32 ? "single" : "double"; }

Head head_of(Domain& domain, const std::vector<Field*>& fields, const CheckpointData& data) {
  Head head{data, shape_of(domain.grid()), bounds_of(domain.grid()), domain.precision()};
  for (const Field* field : fields) head.sums.emplace_back(field->name(), checksum(domain, *field));
  return head;
}

/// The chunk's extents in the grid's dimensions.
std::vector<hsize_t> in_dimensions(const Grid& grid, const Index3& extents) {
  std::vector<hsize_t> result;
  for (int a = grid.first_axis(); a < 3; ++a) result.push_back(static_cast<hsize_t>(extents[at(a)]));
  return result;
}

Index3 chunk_of_part(const Domain& domain) {
  constexpr Index most = Index{1} << 28;  // cells: HDF5 allows less than 4 GiB
  return chunk_of(domain, most);
}

/// On rank 0: a file with everything but the values.
void make_file(const std::string& name, const Head& head, const std::vector<hsize_t>& chunk) {
  Handle file = create_in_memory(name);
  {
    write_attribute(file, "format", format);
    write_attribute(file, "program", head.data.program);
    write_attribute(file, "versions", head.data.versions);
    write_attribute(file, "config", head.data.config);
    write_attribute(file, "settings", head.data.settings);
    write_attribute(file, "bounds", head.bounds);
    write_attribute(file, "checksum", head.checksum());
    const Handle numbers(H5Gcreate2(file, "numbers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "numbers");
    for (const auto& [number, value] : head.data.numbers) write_attribute(numbers, number.c_str(), value);
    // A group of their own: whatever a field is called, it is not taken. In the order in which they were made.
    const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "fields");
    check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "fields");
    const Handle group(H5Gcreate2(file, "fields", H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose, "fields");
    const auto dimensions = static_cast<int>(head.shape.size());
    const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "fields");
    check(H5Pset_chunk(layout, dimensions, chunk.data()), "fields");
    check(H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY), "fields");
    check(H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER), "fields");
    const Handle space(H5Screate_simple(dimensions, head.shape.data(), nullptr), H5Sclose, "fields");
    for (const auto& [field, sum] : head.sums) {
      const Handle dataset(
          H5Dcreate2(group, field.c_str(), file_type(head.precision), space, H5P_DEFAULT, layout, H5P_DEFAULT),
          H5Dclose, "field " + field);
      write_attribute(dataset, "checksum", sum);
    }
  }
  file.close_checked("making a checkpoint");
}

/// The same, on the disk.
void write_head(const std::string& name, const Head& head, const Index3& chunk, const Grid& grid) {
  const Descriptor file(name, O_WRONLY);
  // A limit on files is one on those in memory, too: so it is found here. Room for chunks, their addresses, the texts, and more.
  constexpr std::size_t more = 1 << 20;
  std::size_t chunks = 1;
  for (std::size_t a = 0; a < 3; ++a)
    chunks *= static_cast<std::size_t>((grid.box().upper[a] + chunk[a] - 1) / chunk[a]);
  const auto chunk_bytes = static_cast<std::size_t>(chunk[0] * chunk[1] * chunk[2] * bytes_of(head.precision));
  file.resize(head.sums.size() * (chunks * (chunk_bytes + 64) + more) +
              2 * (head.data.config.size() + head.data.settings.size()) + more);
  const MemoryFile memory;
  make_file(memory.path(), head, in_dimensions(grid, chunk));
  memory.copy_to(file);
}

/// Where a chunk of a data set lies in the file.
std::size_t address_of(hid_t dataset, const Grid& grid, const Index3& origin) {
  haddr_t address = HADDR_UNDEF;
  hsize_t size = 0;
  check(H5Dget_chunk_info_by_coord(dataset, in_dimensions(grid, origin).data(), nullptr, &address, &size), "a chunk");
  if (address == HADDR_UNDEF) throw Hdf5Error("HDF5 made no room for a chunk");
  return address;
}

/// This rank's values. They go through a buffer that stays in the cache.
void write_values(Domain& domain, const std::string& name, const std::vector<Field*>& fields) {
  constexpr Index most = 1 << 17;  // cells
  const Handle file = open_file_alone(name);
  const Handle group(H5Gopen2(file, "fields", H5P_DEFAULT), H5Gclose, "fields");
  const Descriptor descriptor(name, O_WRONLY);
  const Index3 chunk = chunk_of_part(domain);
  const auto bytes = static_cast<std::size_t>(bytes_of(domain.precision()));
  std::vector<std::byte> buffer;
  for (Field* field : fields) {
    const Handle dataset(H5Dopen2(group, field->name().c_str(), H5P_DEFAULT), H5Dclose, "field " + field->name());
    std::optional<Index3> known;
    std::size_t address = 0;
    for_each_box(domain.rank_box(), chunk, most, [&](const Box& box, const Index3& origin) {
      if (origin != known) address = address_of(dataset, domain.grid(), origin);
      known = origin;
      gather(domain, *field, box, buffer);
      for_each_run(box, origin, chunk, [&](Index in_chunk, Index in_box, Index cells) {
        const std::size_t offset = address + static_cast<std::size_t>(in_chunk) * bytes;
        const std::size_t size = static_cast<std::size_t>(cells) * bytes;
        descriptor.write(buffer.data() + static_cast<std::size_t>(in_box) * bytes, size, offset);
        descriptor.begin_sync(size, offset);  // the disk is busy while the next ones are gathered
      });
    });
  }
  descriptor.sync();
}

std::vector<std::string> link_names(hid_t group) {
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  check(H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, add, &names), "listing fields");
  return names;
}

Head read_head(hid_t file) {
  Head head;
  head.data.program = read_text_attribute(file, "program");
  head.data.versions = read_text_attribute(file, "versions");
  head.data.config = read_text_attribute(file, "config");
  head.data.settings = read_text_attribute(file, "settings");
  head.bounds = read_numbers_attribute(file, "bounds");
  const Handle numbers(H5Gopen2(file, "numbers", H5P_DEFAULT), H5Gclose, "numbers");
  for (const std::string& name : attribute_names(numbers))
    head.data.numbers[name] = read_number_attribute(numbers, name.c_str());
  const Handle group(H5Gopen2(file, "fields", H5P_DEFAULT), H5Gclose, "fields");
  for (const std::string& name : link_names(group)) {
    const Handle dataset(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose, "field " + name);
    head.sums.emplace_back(name, read_integer_attribute(dataset, "checksum"));
    const Handle space(H5Dget_space(dataset), H5Sclose, "field " + name);
    head.shape.resize(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "shape")));
    check(H5Sget_simple_extent_dims(space, head.shape.data(), nullptr), "shape");
    const Handle type(H5Dget_type(dataset), H5Tclose, "field " + name);
    head.precision = H5Tget_size(type) == sizeof(float) ? Precision::float32 : Precision::float64;
  }
  if (head.checksum() != read_integer_attribute(file, "checksum"))
    throw Hdf5Error("its head does not match its checksum");
  return head;
}

void require_same_grid(const Domain& domain, const Head& head) {
  const auto shape = shape_of(domain.grid());
  if (head.shape != shape)
    throw OtherCheckpoint("its grid is " + text_of(head.shape) + ", grid.shape is " + text_of(shape));
  const auto bounds = bounds_of(domain.grid());
  if (head.bounds != bounds) {
    throw OtherCheckpoint("its grid has the bounds " + text_of_bounds(head.bounds) + ", grid.bounds is " +
                          text_of_bounds(bounds));
  }
  if (head.precision != domain.precision()) {
    throw OtherCheckpoint(std::string("its values are in ") + name_of(head.precision) +
                          " precision, the configuration asks for precision: " + name_of(domain.precision()));
  }
}

std::uint64_t sum_of(const Head& head, const std::string& field) {
  std::string names;
  for (const auto& [name, sum] : head.sums) {
    if (name == field) return sum;
    names += (names.empty() ? "" : ", ") + name;
  }
  throw OtherCheckpoint("it has no field '" + field + "', but " + names);
}

/// This rank's values, some rows at a time.
void read_values(Domain& domain, hid_t file, const std::vector<Field*>& fields) {
  constexpr Index most = 1 << 20;  // cells
  const Handle group(H5Gopen2(file, "fields", H5P_DEFAULT), H5Gclose, "fields");
  std::vector<std::byte> buffer;
  for (Field* field : fields) {
    const Handle dataset(H5Dopen2(group, field->name().c_str(), H5P_DEFAULT), H5Dclose, "field " + field->name());
    const Handle space(H5Dget_space(dataset), H5Sclose, "checkpoint");
    for_each_box(domain.rank_box(), domain.grid().box().extents(), most, [&](const Box& box, const Index3&) {
      const Slab slab = slab_of(domain.grid(), box);
      const Handle memory(H5Screate_simple(domain.grid().dimensions(), slab.count.data(), nullptr), H5Sclose,
                          "checkpoint");
      check(H5Sselect_hyperslab(space, H5S_SELECT_SET, slab.start.data(), nullptr, slab.count.data(), nullptr),
            "checkpoint");
      buffer.resize(static_cast<std::size_t>(box.cells() * bytes_of(domain.precision())));
      check(H5Dread(dataset, memory_type(domain.precision()), memory, space, H5P_DEFAULT, buffer.data()),
            "reading " + field->name());
      scatter(domain, *field, box, buffer);
    });
  }
}

}  // namespace

std::string previous_checkpoint(const std::string& file) { return file + ".old"; }

void write_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                      const CheckpointData& data, Previous previous) {
  const comm::WaitingCommunicator& all = domain.communicator();
  const std::string temporary = temporary_of(file);
  const Head head = head_of(domain, fields, data);
  const auto try_it = [&](FunctionRef<void()> work) {
    const std::string why = why_not_together(all, work, without_limit);
    if (why.empty()) return;
    if (all.root()) remove_temporary(file);
    throw RunError("the checkpoint " + file + " could not be written: " + why +
                   "; see that its folder is there and has room; the checkpoint before, if any, is as it was");
  };
  try_it([&] {
    if (!all.root()) return;
    begin_temporary(file);
    write_head(temporary, head, chunk_of_part(domain), domain.grid());
  });
  try_it([&] { write_values(domain, temporary, fields); });
  try_it([&] {
    if (all.root()) put_in_place(file, previous);
  });
}

CheckpointData read_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                               FunctionRef<void(const CheckpointData&)> accept) {
  const comm::WaitingCommunicator& all = domain.communicator();
  const auto try_it = [&](FunctionRef<void()> work) {
    const std::string why = why_not_together(all, work, without_limit);
    if (!why.empty()) throw BrokenCheckpoint(why);
  };
  Handle opened;
  Head head;
  std::uint64_t found = 0;
  try_it([&] {
    opened = open_file_alone(file);
    found = read_integer_attribute(opened, "format");
    if (found == format) head = read_head(opened);
  });
  if (found != format) {
    throw OtherCheckpoint("it has format " + std::to_string(found) + ", this program reads format " +
                          std::to_string(format) + " only; go on with the version that wrote it");
  }
  accept(head.data);
  require_same_grid(domain, head);
  for (const Field* field : fields) sum_of(head, field->name());
  try_it([&] { read_values(domain, opened, fields); });
  for (const Field* field : fields) {
    if (checksum(domain, *field) != sum_of(head, field->name()))
      throw BrokenCheckpoint("the values of " + field->name() + " do not match their checksum");
  }
  return head.data;
}

void clear_unfinished_checkpoint(const Domain& domain, const std::string& file) {
  if (domain.communicator().root()) remove_temporary(file);
}

}  // namespace tessera::io
