#include "tessera/comm/yielding.hpp"

#include <sched.h>

#include "tessera/comm/implementation.hpp"

namespace tessera::comm::detail {

int yield_until_done(MPI_Request& request, MPI_Status& status) {
  for (;;) {
    int done = 0;
    const int code = MPI_Test(&request, &done, &status);
    if (code != MPI_SUCCESS || done != 0) return code;
    sched_yield();
  }
}

int yielding_recv(void* data, int count, MPI_Datatype type, int source, int tag, MPI_Comm communicator,
                  MPI_Status* status) {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Status came;
  int code = MPI_Irecv(data, count, type, source, tag, communicator, &request);
  if (code == MPI_SUCCESS) code = yield_until_done(request, came);
  if (status != ignore_status()) *status = came;
  return code;
}

int yielding_sendrecv(const void* send, int send_count, MPI_Datatype send_type, int destination, int send_tag,
                      void* receive, int receive_count, MPI_Datatype receive_type, int source, int receive_tag,
                      MPI_Comm communicator, MPI_Status* status) {
  MPI_Request receiving = MPI_REQUEST_NULL;
  MPI_Request sending = MPI_REQUEST_NULL;
  MPI_Status sent;
  MPI_Status came;
  int code = MPI_Irecv(receive, receive_count, receive_type, source, receive_tag, communicator, &receiving);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Isend(send, send_count, send_type, destination, send_tag, communicator, &sending);
  if (code != MPI_SUCCESS) {
    MPI_Cancel(&receiving);
    yield_until_done(receiving, came);
    return code;
  }
  const int received = yield_until_done(receiving, came);
  code = yield_until_done(sending, sent);
  if (status != ignore_status()) *status = came;
  return received != MPI_SUCCESS ? received : code;
}

int yielding_probe(int source, int tag, MPI_Comm communicator, MPI_Status* status) {
  for (;;) {
    int found = 0;
    const int code = MPI_Iprobe(source, tag, communicator, &found, status);
    if (code != MPI_SUCCESS || found != 0) return code;
    sched_yield();
  }
}

int yielding_mprobe(int source, int tag, MPI_Comm communicator, MPI_Message* message, MPI_Status* status) {
  for (;;) {
    int found = 0;
    const int code = MPI_Improbe(source, tag, communicator, &found, message, status);
    if (code != MPI_SUCCESS || found != 0) return code;
    sched_yield();
  }
}

}  // namespace tessera::comm::detail
