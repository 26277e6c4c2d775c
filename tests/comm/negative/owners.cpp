// Requests that get lost, owners that would be copied, and other things that the library can only refuse in the
// compiler's words.
#include "values.hpp"

// clang-format off
void discarded() {
  request = world.isend(numbers, 1);
  world.isend(numbers, 1);  //! ignoring return value
  world.issend(numbers, 1);  //! ignoring return value
  world.irecv(numbers);  //! ignoring return value
  world.irecv(std::vector<double>(3));  //! ignoring return value
  world.send_init(numbers, 1);  //! ignoring return value
  world.recv_init(numbers);  //! ignoring return value
  world.ibarrier();  //! ignoring return value
  world.ibcast(numbers);  //! ignoring return value
  world.igather(numbers, more_numbers);  //! ignoring return value
  world.iscatter(numbers, more_numbers);  //! ignoring return value
  world.iallgather(numbers, more_numbers);  //! ignoring return value
  world.ialltoall(numbers, more_numbers);  //! ignoring return value
  world.igatherv(numbers, more_numbers, counts);  //! ignoring return value
  world.iscatterv(numbers, counts, more_numbers);  //! ignoring return value
  world.iallgatherv(numbers, more_numbers, counts);  //! ignoring return value
  world.ialltoallv(numbers, counts, more_numbers, counts);  //! ignoring return value
  world.ireduce(numbers, more_numbers);  //! ignoring return value
  world.iallreduce(numbers, more_numbers);  //! ignoring return value
  world.iscan(numbers, more_numbers);  //! ignoring return value
  world.iexscan(numbers, more_numbers);  //! ignoring return value
  comm::isend(numbers, 1);  //! ignoring return value
  comm::issend(numbers, 1);  //! ignoring return value
  comm::irecv(numbers);  //! ignoring return value
  comm::send_init(numbers, 1);  //! ignoring return value
  comm::recv_init(numbers);  //! ignoring return value
}

void discarded_results() {
  world.allreduce(number);  //! ignoring return value
  world.reduce(number);  //! ignoring return value
  world.scan(number);  //! ignoring return value
  world.exscan(number);  //! ignoring return value
  world.allgather(number);  //! ignoring return value
  comm::allreduce(numbers, more_numbers);
  comm::allreduce(number);  //! ignoring return value
  comm::allgather(number);  //! ignoring return value
  world.dup();  //! ignoring return value
  world.split(1);  //! ignoring return value
  world.waiting(comm::WaitPolicy::yield);  //! ignoring return value
  world.mprobe();  //! ignoring return value
}

void copied() {
  comm::Request other = std::move(request);
  comm::Request second = other;  //! deleted
  request = other;  //! deleted
  requests.push_back(std::move(other));
  auto receive = world.irecv(std::vector<double>(3));
  auto moved = std::move(receive);
  auto copy = moved;  //! deleted
  comm::Communicator part = world.split(0);
  comm::Communicator next = std::move(part);
  comm::Communicator same = world;  //! deleted
  comm::Communicator same_part = next;  //! deleted
  part = next;  //! deleted
  comm::Cartesian arranged = cartesian;  //! deleted
  comm::Communicator sliced = cartesian;  //! deleted
  receive_message(message);  //! deleted
}

void environment(int argc, char** argv) {
  comm::Environment first(argc, argv);
  comm::Environment second = std::move(first);  //! deleted
  first = comm::Environment(argc, argv);  //! deleted
}

void waits() {
  comm::waitall(requests);
  comm::waitall(constant_requests);  //! no matching
  comm::waitall(numbers);  //! no matching
}

void cuts() {
  world.gatherv(numbers, more_numbers, {1, 2});
  world.gatherv(numbers, more_numbers, integers);
  world.gatherv(numbers, more_numbers, numbers);  //! no matching
}
