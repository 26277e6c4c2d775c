// Compiled kernels on the disk, by what they were made from.
#pragma once

#include <optional>
#include <string>

namespace tessera::expressions {

/// The file for a key, in TESSERA_CACHE, $XDG_CACHE_HOME/tessera or ~/.cache/tessera, which is made if it is not there. Empty if there is
/// no such folder, or one that others may write to: its files would be run.
std::string cache_entry(const std::string& key);
/// What was written for this key; nothing if the file is not there, is broken, or is that of another key.
std::optional<std::string> read_cache(const std::string& file, const std::string& key);
/// At once: other runs see all of it or nothing. If that fails, there is one entry less.
void write_cache(const std::string& file, const std::string& key, const std::string& contents) noexcept;

}  // namespace tessera::expressions
