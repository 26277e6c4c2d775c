#include "tessera/io/checkpoint.hpp"

#include <fcntl.h>

#include <optional>

#include "attributes.hpp"
#include "checkpoint_head.hpp"
#include "checksum.hpp"
#include "chunks.hpp"
#include "kept_file.hpp"
#include "staging.hpp"
#include "tessera/core/failure.hpp"
#include "together.hpp"

// Rank 0 alone makes the file with HDF5, room for all values included, in memory, where they take none, and writes it to the
// disk; then every rank writes its values to where HDF5 says that they belong, and waits for the disk. So no call of HDF5 waits for
// another rank, whatever fails on which, none fails because a disk is full, and the system's own reason is known.

namespace tessera::io {
namespace {

Index3 chunk_of_part(const Domain& domain) {
  constexpr Index most = Index{1} << 28;  // cells: HDF5 allows less than 4 GiB
  return chunk_of(domain, most);
}

/// On rank 0: everything but the values, on the disk.
void write_head(const std::string& name, const CheckpointHead& head, const Index3& chunk, const Grid& grid) {
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
  head.make_file(memory.path(), in_dimensions<hsize_t>(grid, chunk));
  memory.copy_to(file);
}

/// This rank's values.
void write_values(Domain& domain, const std::string& name, const std::vector<Field*>& fields) {
  constexpr Index most = 1 << 17;  // cells: what is copied stays in the cache
  const Handle file = open_file_alone(name);
  const Handle group(H5Gopen2(file, "fields", H5P_DEFAULT), H5Gclose, "fields");
  const Descriptor descriptor(name, O_WRONLY);
  const Index3 chunk = chunk_of_part(domain);
  const auto bytes = static_cast<std::size_t>(bytes_of(domain.precision()));
  std::vector<std::byte> buffer;
  std::vector<Run> runs;
  for (Field* field : fields) {
    const Handle dataset = open_dataset(group, field->name());
    std::optional<Index3> known;
    std::size_t address = 0;
    for_each_box(domain.rank_box(), chunk, most, [&](const Box& box, const Index3& origin) {
      if (origin != known) address = chunk_at(dataset, in_dimensions<hsize_t>(domain.grid(), origin)).address;
      known = origin;
      runs.clear();
      add_runs(box, origin, chunk, address, bytes, pieces_of(domain, *field, box, buffer), runs);
      descriptor.write(runs);
      // The disk is busy while the next ones are written.
      descriptor.begin_sync(runs.back().offset + runs.back().bytes - runs.front().offset, runs.front().offset);
    });
  }
  descriptor.sync();
}

/// This rank's values, some rows at a time.
void read_values(Domain& domain, hid_t file, const std::vector<Field*>& fields) {
  constexpr Index most = 1 << 20;  // cells
  const Handle group(H5Gopen2(file, "fields", H5P_DEFAULT), H5Gclose, "fields");
  std::vector<std::byte> buffer;
  for (Field* field : fields) {
    const Handle dataset = open_dataset(group, field->name());
    for_each_box(domain.rank_box(), domain.grid().box().extents(), most, [&](const Box& box, const Index3&) {
      buffer.resize(static_cast<std::size_t>(box.cells() * bytes_of(domain.precision())));
      read_slab(dataset, slab_of(domain.grid(), box), memory_type(domain.precision()), buffer.data());
      scatter(domain, *field, box, buffer);
    });
  }
}

}  // namespace

std::string previous_checkpoint(const std::string& file) { return file + ".old"; }
std::string earlier_checkpoint(const std::string& file) { return file + ".earlier"; }
std::vector<std::string> files_of_checkpoint(const std::string& file) {
  return {file, temporary_of(file), previous_checkpoint(file), temporary_of(previous_checkpoint(file)),
          earlier_checkpoint(file)};
}

void write_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                      const CheckpointData& data, Previous previous) {
  const comm::WaitingCommunicator& all = domain.communicator();
  const std::string temporary = temporary_of(file);
  const CheckpointHead head = CheckpointHead::of(domain, fields, data);
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
  CheckpointHead head;
  std::uint64_t found = 0;
  try_it([&] {
    opened = open_file_alone(file);
    found = read_integer_attribute(opened, "format");
    if (found == CheckpointHead::format) head = CheckpointHead::read(opened);
  });
  if (found != CheckpointHead::format) {
    throw OtherCheckpoint("it has format " + std::to_string(found) + ", this program reads format " +
                          std::to_string(CheckpointHead::format) + " only; go on with the version that wrote it");
  }
  accept(head.data);
  head.require_same_grid(domain);
  for (const Field* field : fields) head.sum_of(field->name());
  try_it([&] { read_values(domain, opened, fields); });
  for (const Field* field : fields) {
    if (checksum(domain, *field) != head.sum_of(field->name()))
      throw BrokenCheckpoint("the values of " + field->name() + " do not match their checksum");
  }
  return head.data;
}

void clear_unfinished_checkpoint(const Domain& domain, const std::string& file) {
  if (domain.communicator().root()) remove_temporary(file);
}

bool set_checkpoint_aside(const Domain& domain, const std::string& file) {
  int there = 0;
  together(
      domain.communicator(), "checkpoint.file " + file + ", of an earlier run, cannot be renamed",
      [&] {
        if (domain.communicator().root()) there = set_aside(file) ? 1 : 0;
      },
      without_limit);
  domain.communicator().bcast(there);
  return there == 1;
}

}  // namespace tessera::io
