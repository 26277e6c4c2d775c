/// Series files whose writer was killed while it changed them.
#pragma once

#include <cstddef>
#include <string>

namespace tessera::io {

enum class Recovery { not_needed, completed, dropped };

struct Repaired {
  Recovery
      recovery;  // of a change that had been written down beside the file: it is made, or was not written down completely
  std::size_t room;      // for so many records
  std::size_t complete;  // of them
};

/// Makes a series readable that nobody writes any more. Of one process; throws std::runtime_error where that cannot be.
Repaired repair(const std::string& file);

}  // namespace tessera::io
