// What cannot be sent.
#include "values.hpp"

// clang-format off
void messages() {
  world.send(numbers, 1);  // right
  world.send("a literal", 1);  // right
  world.send(std::vector<char>(3), 1);  // right
  world.send(bits, 1);  //! std::vector<bool> packs its elements into bits
  world.send(constant_bits, 1);  //! std::vector<bool> packs its elements into bits
  comm::send(bits, 1);  //! std::vector<bool> packs its elements into bits
  waiting.send(bits, 1);  //! std::vector<bool> packs its elements into bits
  cartesian.ssend(bits, 1);  //! std::vector<bool> packs its elements into bits

  world.send(std::span(pointer, 3), 1);  // right
  world.send(pointer, 1);  //! a pointer does not say how many elements it points to
  world.send(characters, 1);  //! a pointer does not say how many elements it points to
  world.send(&number, 1);  //! a pointer does not say how many elements it points to
  world.send(nullptr, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(unique_pointer, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(pointers, 1);  //! cannot be sent. For a trivially copyable struct
  comm::ssend(pointer, 1);  //! a pointer does not say how many elements it points to

  world.send(list, 1);  //! the elements of this range are not contiguous
  world.send(deque, 1);  //! the elements of this range are not contiguous
  world.send(set, 1);  //! the elements of this range are not contiguous
  world.send(dictionary, 1);  //! the elements of this range are not contiguous

  world.send(nested[0], 1);  // right
  world.send(nested, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(texts, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(optional, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(pair, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(larger, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(world, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(request, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(comm::in_place, 1);  //! cannot be sent. For a trivially copyable struct

  world.send(particles, 1);  // right
  world.send(particles[0], 1);  // right
  world.send(undescribed, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(many_undescribed, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(named, 1);  //! cannot be sent. For a trivially copyable struct
  world.send(linked, 1);  //! a listed member

  world.send(matrix, 1);  // right
  world.send((matrix + matrix).eval(), 1);  // right
  world.send(matrix.block(0, 1, 2, 2), 1);  // right
  world.send(matrix.transpose(), 1);  // right
  world.send(vector + vector, 1);  //! .eval()
  world.send(matrix + matrix, 1);  //! .eval()
  world.send(matrix * matrix, 1);  //! .eval()
  world.send(2 * vector, 1);  //! .eval()
  world.send(matrix.cast<float>(), 1);  //! .eval()
  world.send(Eigen::VectorXd::Zero(3), 1);  //! .eval()
  world.send(matrix.array().abs(), 1);  //! .eval()
}

void nonblocking() {
  request = world.isend(numbers, 1);  // right
  request = world.isend(bits, 1);  //! std::vector<bool> packs its elements into bits
  request = world.isend(std::vector<bool>(3), 1);  //! std::vector<bool> packs its elements into bits
  request = world.issend(pointer, 1);  //! a pointer does not say how many elements it points to
  request = world.isend(list, 1);  //! the elements of this range are not contiguous
  request = world.isend(std::list<double>(3), 1);  //! the elements of this range are not contiguous
  request = world.isend(nested, 1);  //! cannot be sent. For a trivially copyable struct
  request = world.isend(matrix + matrix, 1);  //! .eval()
  request = comm::isend(undescribed, 1);  //! cannot be sent. For a trivially copyable struct
  request = world.send_init(undescribed, 1);  //! cannot be sent. For a trivially copyable struct
  request = world.send_init(pointer, 1);  //! a pointer does not say how many elements it points to
  request = comm::send_init(bits, 1);  //! std::vector<bool> packs its elements into bits
}

void both_ways() {
  world.sendrecv(numbers, 1, more_numbers);  // right
  world.sendrecv(bits, 1, numbers);  //! std::vector<bool> packs its elements into bits
  world.sendrecv(pointer, 1, numbers, 1, 0, 0, status);  //! a pointer does not say how many elements it points to
  world.sendrecv(matrix + matrix, 1, matrix);  //! .eval()
  comm::sendrecv(nested, 1, numbers);  //! cannot be sent. For a trivially copyable struct
}

void collective() {
  world.gather(numbers, more_numbers);  // right
  world.gather(bits, numbers);  //! std::vector<bool> packs its elements into bits
  world.scatter(pointer, numbers);  //! a pointer does not say how many elements it points to
  world.scatter(list, numbers, 3, 0);  //! the elements of this range are not contiguous
  world.allgather(nested, numbers);  //! cannot be sent. For a trivially copyable struct
  world.alltoall(undescribed, numbers);  //! cannot be sent. For a trivially copyable struct
  world.scatterv(bits, counts, numbers);  //! std::vector<bool> packs its elements into bits
  world.gatherv(matrix + matrix, matrix, counts);  //! .eval()
  world.allgatherv(pointer, numbers, counts);  //! a pointer does not say how many elements it points to
  world.alltoallv(list, counts, numbers, counts);  //! the elements of this range are not contiguous
  world.reduce(nested, numbers);  //! cannot be sent. For a trivially copyable struct
  world.allreduce(vector + vector, vector);  //! .eval()
  world.allreduce(bits, numbers);  //! std::vector<bool> packs its elements into bits
  world.scan(pointer, numbers);  //! a pointer does not say how many elements it points to
  world.exscan(list, numbers);  //! the elements of this range are not contiguous
  comm::gather(pointer, numbers);  //! a pointer does not say how many elements it points to
  comm::allreduce(nested, numbers);  //! cannot be sent. For a trivially copyable struct

  request = world.igather(bits, numbers);  //! std::vector<bool> packs its elements into bits
  request = world.iscatter(pointer, numbers);  //! a pointer does not say how many elements it points to
  request = world.iallgather(nested, numbers);  //! cannot be sent. For a trivially copyable struct
  request = world.ialltoall(undescribed, numbers);  //! cannot be sent. For a trivially copyable struct
  request = world.iscatterv(bits, counts, numbers);  //! std::vector<bool> packs its elements into bits
  request = world.igatherv(matrix + matrix, matrix, counts);  //! .eval()
  request = world.iallgatherv(pointer, numbers, counts);  //! a pointer does not say how many elements it points to
  request = world.ialltoallv(list, counts, numbers, counts);  //! the elements of this range are not contiguous
  request = world.ireduce(bits, numbers);  //! std::vector<bool> packs its elements into bits
  request = world.iallreduce(vector + vector, vector);  //! .eval()
  request = world.iscan(pointer, numbers);  //! a pointer does not say how many elements it points to
  request = world.iexscan(list, numbers);  //! the elements of this range are not contiguous
}

void given_back() {
  number = world.allreduce(number);  // right
  numbers = world.allgather(number);  // right
  [[maybe_unused]] const auto all = world.allgather(numbers);  //! only a value can be given back
  numbers = world.allreduce(numbers);  //! only a value can be given back
  numbers = world.allreduce(numbers, comm::Operator::max);  //! only a value can be given back
  numbers = world.reduce(numbers);  //! only a value can be given back
  numbers = world.scan(numbers);  //! only a value can be given back
  numbers = world.exscan(numbers);  //! only a value can be given back
  undescribed = world.allreduce(undescribed);  //! only a value can be given back
  captured = status.count<std::string>();  //! no matching
}
