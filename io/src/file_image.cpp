#include "file_image.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include "checksum.hpp"

namespace tessera::io {
namespace {

constexpr std::uint64_t begins = 0x74657373'6a726e31;  // a journal

void append(std::string& text, std::uint64_t number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::uint64_t number_at(const std::string& text, std::size_t& place) {
  std::uint64_t number = 0;
  if (place + sizeof number > text.size()) throw std::runtime_error("the journal is too short");
  std::memcpy(&number, text.data() + place, sizeof number);
  place += sizeof number;
  return number;
}

void apply(const std::string& file, std::size_t size, const std::vector<Piece>& pieces) {
  const Descriptor opened(file, O_WRONLY);
  opened.resize(size);
  for (const Piece& piece : pieces) opened.write(piece.bytes.data(), piece.bytes.size(), piece.offset);
  opened.sync();
}

}  // namespace

std::string journal_of(const std::string& file) { return file + ".journal"; }

void begin_change(const std::string& file, std::size_t size, const std::vector<Piece>& pieces) {
  std::string text;
  append(text, begins);
  append(text, size);
  append(text, pieces.size());
  for (const Piece& piece : pieces) {
    append(text, piece.offset);
    append(text, piece.bytes.size());
    text.append(reinterpret_cast<const char*>(piece.bytes.data()), piece.bytes.size());
  }
  append(text, checksum(text));
  {
    const Descriptor opened(file, O_WRONLY);
    for (const Piece& piece : pieces) opened.reserve(piece.offset, piece.bytes.size());
  }
  const std::string journal = journal_of(file);
  try {
    const Descriptor opened(journal, O_WRONLY | O_CREAT | O_TRUNC);
    opened.write(reinterpret_cast<const std::byte*>(text.data()), text.size(), 0);
    opened.sync();
    sync_folder_of(file);
  } catch (const std::runtime_error&) {
    unlink(journal.c_str());
    throw;
  }
}

Recovery recover(const std::string& file) {
  const std::string journal = journal_of(file);
  struct stat status {};
  if (stat(journal.c_str(), &status) != 0 && errno == ENOENT) return Recovery::not_needed;
  std::string text(std::filesystem::file_size(journal), '\0');
  Descriptor(journal, O_RDONLY).read(reinterpret_cast<std::byte*>(text.data()), text.size(), 0);
  std::size_t place = text.size() - std::min(text.size(), sizeof(std::uint64_t));
  const std::uint64_t sum = checksum(text.substr(0, place));
  const bool whole = text.size() > 4 * sizeof(std::uint64_t) && number_at(text, place) == sum;
  place = 0;
  const bool usable = whole && number_at(text, place) == begins;
  if (usable) {
    const std::size_t size = number_at(text, place);
    std::vector<Piece> pieces(number_at(text, place));
    for (Piece& piece : pieces) {
      piece.offset = number_at(text, place);
      piece.bytes.resize(number_at(text, place));
      std::memcpy(piece.bytes.data(), text.data() + place, piece.bytes.size());
      place += piece.bytes.size();
    }
    apply(file, size, pieces);
  }
  // Made again later, it would undo what was written meanwhile: it has to be gone, on the disk, too.
  std::filesystem::remove(journal);
  sync_folder_of(file);
  return usable ? Recovery::completed : Recovery::dropped;
}

void FileImage::reserve_nothing() {
  // What HDF5 puts there now is unknown to the file even where it is what the image, which had no values, held.
  for (const auto& [begin, end] : reserved_) {
    committed_.erase(begin / page_size * page_size);
    committed_.erase(end / page_size * page_size);
  }
  reserved_.clear();
}

void FileImage::reserve(std::size_t offset, std::size_t length) {
  std::size_t end = offset + length;
  auto next = reserved_.upper_bound(offset);
  if (next != reserved_.begin() && std::prev(next)->second >= offset) {  // places behind one another are one
    --next;
    offset = next->first;
    end = std::max(end, next->second);
    next = reserved_.erase(next);
  }
  if (next != reserved_.end() && next->first == end) {
    end = next->second;
    reserved_.erase(next);
  }
  reserved_[offset] = end;
}

/// Calls f(begin, end) for what lies between two offsets in no reserved place.
void FileImage::for_each_free(std::size_t begin, std::size_t end, FunctionRef<void(std::size_t, std::size_t)> f) const {
  auto place = reserved_.upper_bound(begin);
  if (place != reserved_.begin()) begin = std::max(begin, std::prev(place)->second);
  while (begin < end) {
    const std::size_t until = place == reserved_.end() ? end : std::min(end, place->first);
    if (begin < until) f(begin, until);
    if (place == reserved_.end()) return;
    begin = place->second;
    ++place;
  }
}

void FileImage::load(const std::string& file) {
  const Descriptor opened(file, O_RDONLY);
  memory_.resize(std::filesystem::file_size(file));
  for_each_free(0, size(), [&](std::size_t begin, std::size_t end) {
    constexpr std::size_t most = std::size_t{1} << 20;
    std::vector<std::byte> bytes;
    for (; begin < end; begin += bytes.size()) {
      bytes.resize(std::min(most, end - begin));
      opened.read(bytes.data(), bytes.size(), begin);
      memory_.write(bytes.data(), bytes.size(), begin);
    }
  });
  changes();
  commit();
}

void FileImage::note(const std::byte* data, std::size_t bytes, std::size_t offset) {
  memory_.write(data, bytes, offset);
  for (std::size_t page = offset / page_size * page_size; page < offset + bytes; page += page_size) {
    auto& committed = committed_[page];
    committed.resize(std::min(page_size, size() - page));
    memory_.read(committed.data(), committed.size(), page);
  }
}

std::vector<Piece> FileImage::changes() {
  std::vector<Piece> changes;
  changed_.clear();
  committed_.erase(committed_.lower_bound((size() + page_size - 1) / page_size * page_size), committed_.end());
  memory_.for_each_data([&](std::size_t offset, const std::byte* data, std::size_t length) {
    for (std::size_t done = 0; done < length; done += page_size) {  // data begin at whole pages
      const std::size_t at = offset + done;
      std::vector<std::byte> page(data + done, data + std::min(length, done + page_size));
      if (const auto before = committed_.find(at); before != committed_.end() && before->second == page) continue;
      for_each_free(at, at + page.size(), [&](std::size_t begin, std::size_t end) {
        changes.push_back({begin, {&page[begin - at], &page[begin - at] + (end - begin)}});
      });
      changed_[at] = std::move(page);
    }
  });
  return changes;
}

void FileImage::commit() {
  for (auto& [at, page] : changed_) committed_[at] = std::move(page);
  changed_.clear();
}

bool FileImage::holds(std::size_t offset, const std::vector<std::byte>& bytes) const {
  if (offset + bytes.size() > size()) return false;
  std::vector<std::byte> found(bytes.size());
  memory_.read(found.data(), found.size(), offset);
  return found == bytes;
}

void FileImage::move_out(std::size_t offset, std::size_t length, const Descriptor& file) {
  std::vector<std::byte> bytes(length);
  memory_.read(bytes.data(), length, offset);
  file.write(bytes.data(), length, offset);
  const std::size_t first =
      (offset + page_size - 1) / page_size * page_size;  // others may share its first and last page
  const std::size_t last = (offset + length) / page_size * page_size;
  if (first < last) memory_.forget(first, last - first);
}

}  // namespace tessera::io
