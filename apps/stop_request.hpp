// Requests from outside to stop: SIGUSR1, SIGTERM, SIGINT.
#pragma once

namespace tessera::apps {

/// From now on these signals are noted instead of ending the process.
void catch_stop_requests();
bool stop_requested();

}  // namespace tessera::apps
