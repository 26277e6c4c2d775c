/// What the threads of this process are held up by, for those who watch a run.
#pragma once

namespace tessera {

/// How many of them wait for messages of a halo exchange at this moment.
int threads_waiting() noexcept;

}  // namespace tessera
