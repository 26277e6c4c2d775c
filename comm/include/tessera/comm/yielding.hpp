/// MPI's blocking calls for more waiting threads than cores: the same arguments and results, but the core is given
/// away between tests. Those whose nonblocking twins take the same arguments need no function here (Caller::run).
#pragma once

#include <mpi.h>

namespace tessera::comm::detail {

/// Tests until the request is finished.
int yield_until_done(MPI_Request& request, MPI_Status& status);

int yielding_recv(void* data, int count, MPI_Datatype type, int source, int tag, MPI_Comm communicator,
                  MPI_Status* status);
int yielding_sendrecv(const void* send, int send_count, MPI_Datatype send_type, int destination, int send_tag,
                      void* receive, int receive_count, MPI_Datatype receive_type, int source, int receive_tag,
                      MPI_Comm communicator, MPI_Status* status);
int yielding_probe(int source, int tag, MPI_Comm communicator, MPI_Status* status);
int yielding_mprobe(int source, int tag, MPI_Comm communicator, MPI_Message* message, MPI_Status* status);

}  // namespace tessera::comm::detail
