// A finished series, rewritten with compressed values.
#include <fcntl.h>
#include <zlib.h>

#include <filesystem>

#include "attributes.hpp"
#include "series_file.hpp"
#include "tessera/core/failure.hpp"
#include "together.hpp"

namespace tessera::io {
namespace {

/// As HDF5's filters shuffle and deflate do it: the first bytes of all values, then the second ones, and so on, as zlib packs them.
std::vector<std::byte> packed(const std::vector<std::byte>& values, std::size_t value_bytes, int level) {
  const std::size_t count = values.size() / value_bytes;
  std::vector<std::byte> shuffled(values.size());
  for (std::size_t b = 0; b < value_bytes; ++b) {
    for (std::size_t i = 0; i < count; ++i) shuffled[b * count + i] = values[i * value_bytes + b];
  }
  uLongf size = compressBound(shuffled.size());
  std::vector<std::byte> result(size);
  const int status = compress2(reinterpret_cast<Bytef*>(result.data()), &size,
                               reinterpret_cast<const Bytef*>(shuffled.data()), shuffled.size(), level);
  if (status != Z_OK) throw std::runtime_error("zlib failed to compress it");
  result.resize(size);
  return result;
}

/// A chunk of a field.
struct Chunk {
  std::size_t record;
  std::size_t field;
  Index3 origin;
};

}  // namespace

/// Ranks take chunks in turn: each reads its own from the file and packs it, and rank 0 puts them into the new one.
void SeriesFile::compress(std::size_t records, const Notes& notes, const Attributes& attributes, int level) {
  if (places_.first_known() > 0) change("cannot be compressed", 0, [](hid_t) {});  // all chunks' places are wanted
  const std::string what = problem("cannot be compressed, and stays as it is");
  const bool root = communicator_.root();
  std::vector<Chunk> chunks;
  for (std::size_t record = 0; record < records; record += layout_.records_a_chunk()) {
    for (std::size_t field = 0; field < options_.fields.size(); ++field)
      layout_.for_each_piece([&](const Index3& origin) { chunks.push_back({record, field, origin}); });
  }

  FileImage next;
  Handle file;
  std::vector<Handle> fields;
  std::optional<Descriptor> source;
  std::optional<Descriptor> target;
  const auto try_it = [&](FunctionRef<void()> work) {
    const std::string why = why_not_together(communicator_, work, without_limit);
    if (why.empty()) return;
    if (root) remove_temporary(name_);
    throw RunError(what + ": " + why);
  };
  try_it([&] {
    source.emplace(name_, O_RDONLY);
    if (!root) return;
    begin_temporary(name_);
    target.emplace(temporary_of(name_), O_WRONLY);
    target->resize(image_->size());  // it becomes no longer; a limit on files is one on those in memory, too
    file = create_in_memory(next.path());
    create_series(file, domain_, options_, attributes, layout_.in_file(records, layout_.shape()),
                  layout_.chunk_in_file(), level);
    for (const auto& [name, values] : notes) write_attribute(file, name.c_str(), values);
    write_times(file, records);
    for (const Field* field : options_.fields) fields.push_back(open_dataset(file, field->name()));
  });

  const auto ranks = static_cast<std::size_t>(communicator_.size());
  const auto own = static_cast<std::size_t>(communicator_.rank());
  for (std::size_t first = 0; first < chunks.size(); first += ranks) {
    std::vector<std::byte> piece;
    try_it([&] {
      if (first + own >= chunks.size()) return;
      const Chunk& chunk = chunks[first + own];
      std::vector<std::byte> values(layout_.chunk_bytes());
      source->read(values.data(), values.size(), places_.values(chunk.record, chunk.field, chunk.origin));
      piece = packed(values, layout_.value_bytes(), level);
    });
    std::vector<std::vector<std::byte>> pieces = collected(std::move(piece), std::min(ranks, chunks.size() - first));
    try_it([&] {
      for (std::size_t p = 0; p < pieces.size(); ++p) {
        const Chunk& chunk = chunks[first + p];
        const Handle& field = fields[chunk.field];
        const std::vector<hsize_t> begin = layout_.in_file(chunk.record, chunk.origin);
        const std::uint64_t likely = (next.size() + page_size - 1) / page_size * page_size;
        check(H5Dwrite_chunk(field, H5P_DEFAULT, 0, begin.data(), pieces[p].size(), pieces[p].data()), "a chunk");
        if (pieces[p].size() < page_size) continue;  // in memory it takes no more than what HDF5 notes of it
        check(H5Fflush(file, H5F_SCOPE_GLOBAL), "a chunk");
        // HDF5 looks for it among all of them, which takes long for many.
        const std::uint64_t place = next.holds(likely, pieces[p]) ? likely : chunk_at(field, begin).address;
        next.move_out(place, pieces[p].size(), *target);
      }
    });
  }
  try_it([&] {
    if (!root) return;
    fields.clear();
    file.close_checked("completing it");
    next.copy_to(*target);
    target->sync();
    std::filesystem::rename(temporary_of(name_), name_);
    sync_folder_of(name_);
  });
  times_.resize(records);
  steps_.resize(records);
  compressed_ = true;
}

/// On rank 0: a piece of each of the first `count` ranks.
std::vector<std::vector<std::byte>> SeriesFile::collected(std::vector<std::byte> own, std::size_t count) const {
  std::vector<std::vector<std::byte>> pieces;
  if (!communicator_.root()) {
    if (static_cast<std::size_t>(communicator_.rank()) >= count) return pieces;
    const std::uint64_t size = own.size();
    communicator_.send(size, 0);
    communicator_.send(own, 0);
    return pieces;
  }
  pieces.push_back(std::move(own));
  for (std::size_t rank = 1; rank < count; ++rank) {
    std::uint64_t size = 0;
    communicator_.recv(size, static_cast<int>(rank));
    pieces.emplace_back(size);
    communicator_.recv(pieces.back(), static_cast<int>(rank));
  }
  return pieces;
}

}  // namespace tessera::io
