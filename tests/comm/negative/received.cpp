// What cannot be received into.
#include "values.hpp"

// clang-format off
void messages() {
  world.recv(numbers);  // right
  world.recv(constant_numbers);  //! the receive buffer is const
  world.recv(constant_numbers, 0, 0, status);  //! the receive buffer is const
  world.recv(constant_numbers, message);  //! the receive buffer is const
  comm::recv(constant_numbers);  //! the receive buffer is const
  waiting.recv(constant_numbers);  //! the receive buffer is const
  world.recv(span);  // right
  world.recv(constant_span);  //! the receive buffer is const
  world.recv(std::span<const double>(numbers));  //! the receive buffer is const
  world.recv(strided);  // right
  world.recv(constant_strided);  //! the receive buffer is const
  world.recv(number);  // right
  world.recv(constant_number);  //! the receive buffer is const
  world.recv(array);  // right
  world.recv(constant_array);  //! the receive buffer is const
  world.recv(text);  // right
  world.recv(constant_text);  //! the receive buffer is const
  world.recv("a literal");  //! the receive buffer is const
  world.recv(std::string_view(text));  //! the receive buffer is const
  world.recv(set);  //! the elements of this range are not contiguous
  world.recv(map);  // right
  world.recv(constant_map);  //! the receive buffer is const
  world.recv(constant_matrix);  //! the receive buffer is const
  world.recv(matrix.col(1));  // right
  world.recv(constant_matrix.col(1));  //! the receive buffer is const
  world.recv(constant_matrix.block(0, 0, 2, 2));  //! the receive buffer is const
  world.recv(comm::row_major(matrix));  // right
  world.recv(comm::row_major(constant_matrix));  //! the receive buffer is const
  world.recv(matrix + matrix);  //! .eval()
  world.recv(bits);  //! std::vector<bool> packs its elements into bits
  world.recv(bits, 0, 0, status);  //! std::vector<bool> packs its elements into bits
  world.recv(bits, message);  //! std::vector<bool> packs its elements into bits
  world.recv(pointer);  //! a pointer does not say how many elements it points to
  world.recv(list);  //! the elements of this range are not contiguous
  world.recv(nested);  //! cannot be sent. For a trivially copyable struct
  world.recv(undescribed);  //! cannot be sent. For a trivially copyable struct
  world.recv(named);  //! cannot be sent. For a trivially copyable struct
}

void both_ways() {
  world.sendrecv(constant_numbers, 1, numbers);  // right
  world.sendrecv(numbers, 1, constant_numbers);  //! the receive buffer is const
  world.sendrecv(numbers, 1, constant_numbers, 1, 0, 0, status);  //! the receive buffer is const
  world.sendrecv(numbers, 1, bits);  //! std::vector<bool> packs its elements into bits
  world.sendrecv(numbers, 1, integers);  //! the sent and the received elements are of different types
  world.sendrecv(numbers, 1, integers, 1, 0, 0, status);  //! the sent and the received elements are of different types
  world.sendrecv_replace(numbers, 1);  // right
  world.sendrecv_replace(constant_numbers, 1);  //! the receive buffer is const
  world.sendrecv_replace(bits, 1);  //! std::vector<bool> packs its elements into bits
  comm::sendrecv_replace(constant_span, 1);  //! the receive buffer is const
}

void nonblocking() {
  request = world.irecv(numbers);  // right
  request = world.irecv(constant_numbers);  //! the receive buffer is const
  request = world.irecv(constant_span);  //! the receive buffer is const
  request = world.irecv(constant_map);  //! the receive buffer is const
  request = world.irecv("a literal");  //! the receive buffer is const
  request = world.irecv(bits);  //! std::vector<bool> packs its elements into bits
  request = world.irecv(std::vector<bool>(3));  //! std::vector<bool> packs its elements into bits
  request = world.irecv(pointer);  //! a pointer does not say how many elements it points to
  request = comm::irecv(list);  //! the elements of this range are not contiguous
  request = world.recv_init(numbers);  // right
  request = world.recv_init(constant_numbers);  //! the receive buffer is const
  request = world.recv_init(bits);  //! std::vector<bool> packs its elements into bits
  request = comm::recv_init(pointer);  //! a pointer does not say how many elements it points to
}

void collective() {
  world.bcast(numbers);  // right
  world.bcast(constant_numbers);  //! the receive buffer is const
  world.bcast("a literal");  //! the receive buffer is const
  world.bcast(bits);  //! std::vector<bool> packs its elements into bits
  world.bcast(pointer);  //! a pointer does not say how many elements it points to
  world.bcast(undescribed);  //! cannot be sent. For a trivially copyable struct
  world.bcast_resizing(numbers);  // right
  world.bcast_resizing(text);  // right
  world.bcast_resizing(constant_numbers);  //! the receive buffer is const
  world.bcast_resizing(array);  //! resize
  world.bcast_resizing(bits);  //! std::vector<bool> packs its elements into bits
  world.bcast_resizing(list);  //! the elements of this range are not contiguous
  comm::bcast(constant_numbers);  //! the receive buffer is const

  world.gather(numbers, constant_numbers);  //! the receive buffer is const
  world.gather(numbers, constant_numbers, 3, 0);  //! the receive buffer is const
  world.gather(numbers, bits);  //! std::vector<bool> packs its elements into bits
  world.gather(comm::in_place, constant_numbers);  //! the receive buffer is const
  world.gather(comm::in_place, bits);  //! std::vector<bool> packs its elements into bits
  world.scatter(numbers, constant_span);  //! the receive buffer is const
  world.scatter(numbers, constant_span, 3, 0);  //! the receive buffer is const
  world.scatter(comm::in_place, constant_numbers);  //! the receive buffer is const
  world.allgather(numbers, constant_map);  //! the receive buffer is const
  world.allgather(numbers, constant_map, 3);  //! the receive buffer is const
  world.allgather(comm::in_place, constant_numbers);  //! the receive buffer is const
  world.alltoall(numbers, constant_numbers);  //! the receive buffer is const
  world.alltoall(comm::in_place, constant_numbers);  //! the receive buffer is const
  world.scatterv(numbers, counts, constant_numbers);  //! the receive buffer is const
  world.gatherv(numbers, constant_numbers, counts);  //! the receive buffer is const
  world.allgatherv(numbers, constant_numbers, counts);  //! the receive buffer is const
  world.alltoallv(numbers, counts, constant_numbers, counts);  //! the receive buffer is const
  world.gatherv(comm::in_place, more_numbers, counts);  // right
  world.alltoallv(comm::in_place, counts, numbers, counts);  //! alltoallv has no form in place
  comm::gather(numbers, constant_numbers);  //! the receive buffer is const
  comm::alltoallv(numbers, counts, constant_numbers, counts);  //! the receive buffer is const

  request = world.ibcast(constant_numbers);  //! the receive buffer is const
  request = world.igather(numbers, constant_numbers);  //! the receive buffer is const
  request = world.iscatter(numbers, constant_numbers);  //! the receive buffer is const
  request = world.iallgather(numbers, constant_numbers);  //! the receive buffer is const
  request = world.ialltoall(numbers, constant_numbers);  //! the receive buffer is const
  request = world.iscatterv(numbers, counts, constant_numbers);  //! the receive buffer is const
  request = world.igatherv(numbers, constant_numbers, counts);  //! the receive buffer is const
  request = world.iallgatherv(numbers, constant_numbers, counts);  //! the receive buffer is const
  request = world.ialltoallv(numbers, counts, constant_numbers, counts);  //! the receive buffer is const
}

void different_types() {
  world.gather(numbers, integers);  //! the sent and the received elements are of different types
  world.gather(numbers, floats, 3, 0);  //! the sent and the received elements are of different types
  world.scatter(integers, numbers);  //! the sent and the received elements are of different types
  world.allgather(numbers, integers);  //! the sent and the received elements are of different types
  world.allgather(matrix, complex_array);  //! the sent and the received elements are of different types
  world.alltoall(particles, numbers);  //! the sent and the received elements are of different types
  world.scatterv(integers, counts, numbers);  //! the sent and the received elements are of different types
  world.gatherv(numbers, integers, counts);  //! the sent and the received elements are of different types
  world.allgatherv(numbers, integers, counts);  //! the sent and the received elements are of different types
  world.alltoallv(numbers, counts, integers, counts);  //! the sent and the received elements are of different types
  request = world.igather(numbers, integers);  //! the sent and the received elements are of different types
  request = world.iscatterv(integers, counts, numbers);  //! the sent and the received elements are of different types
  request = world.ialltoall(numbers, integers);  //! the sent and the received elements are of different types
}

// A temporary would take what has come with it. (irecv alone hands it over: OwningRequest.)
void temporaries() {
  captured = world.irecv(std::vector<int>(3)).get().front();  // right
  world.recv(std::span(numbers).first(2));  // right
  world.recv(std::vector<double>(3));  //! into a temporary is lost
  world.recv(std::vector<double>(3), 0, 0, status);  //! into a temporary is lost
  world.recv(std::vector<double>(3), message);  //! into a temporary is lost
  world.recv(0.5);  //! into a temporary is lost
  world.recv(Eigen::MatrixXd(2, 2));  //! into a temporary is lost
  comm::recv(std::string(3, ' '));  //! into a temporary is lost
  world.sendrecv(numbers, 1, std::vector<double>(3));  //! into a temporary is lost
  world.sendrecv(number, 1, 0.5, 1, 0, 0, status);  //! into a temporary is lost
  world.sendrecv_replace(std::vector<double>(3), 1);  //! into a temporary is lost
  request = world.recv_init(std::vector<double>(3));  //! into a temporary is lost
  world.bcast(5);  //! into a temporary is lost
  world.gather(number, std::vector<double>(3));  //! into a temporary is lost
  world.scatter(numbers, std::vector<double>(3));  //! into a temporary is lost
  world.allgather(number, std::vector<double>(3));  //! into a temporary is lost
  world.alltoall(numbers, std::vector<double>(3));  //! into a temporary is lost
  world.scatterv(numbers, counts, std::vector<double>(3));  //! into a temporary is lost
  world.gatherv(numbers, std::vector<double>(3), counts);  //! into a temporary is lost
  world.allgatherv(numbers, std::vector<double>(3), counts);  //! into a temporary is lost
  world.alltoallv(numbers, counts, std::vector<double>(3), counts);  //! into a temporary is lost
  world.reduce(numbers, std::vector<double>(3));  //! into a temporary is lost
  world.reduce(captured, 0);  //! into a temporary is lost
  world.allreduce(numbers, std::vector<double>(3));  //! into a temporary is lost
  world.scan(numbers, std::vector<double>(3));  //! into a temporary is lost
  world.exscan(numbers, std::vector<double>(3));  //! into a temporary is lost

  request = world.ibcast(std::vector<double>(3));  //! into a temporary is lost
  request = world.igather(numbers, std::vector<double>(3));  //! into a temporary is lost
  request = world.iscatter(numbers, std::vector<double>(3));  //! into a temporary is lost
  request = world.iallgather(numbers, std::vector<double>(3));  //! into a temporary is lost
  request = world.ialltoall(numbers, std::vector<double>(3));  //! into a temporary is lost
  request = world.iscatterv(numbers, counts, std::vector<double>(3));  //! into a temporary is lost
  request = world.igatherv(numbers, std::vector<double>(3), counts);  //! into a temporary is lost
  request = world.iallgatherv(numbers, std::vector<double>(3), counts);  //! into a temporary is lost
  request = world.ialltoallv(numbers, counts, std::vector<double>(3), counts);  //! into a temporary is lost
  request = world.ireduce(numbers, std::vector<double>(3));  //! into a temporary is lost
  request = world.iallreduce(numbers, std::vector<double>(3));  //! into a temporary is lost
  request = world.iscan(numbers, std::vector<double>(3));  //! into a temporary is lost
  request = world.iexscan(numbers, std::vector<double>(3));  //! into a temporary is lost

  world.send(comm::row_major(matrix.block(0, 0, 2, 2)), 1);  // right
  world.send(comm::row_major(Eigen::MatrixXd(2, 2)), 1);  //! a view of a temporary
  request = world.isend(comm::column_major(Eigen::MatrixXd(2, 2)), 1);  //! a view of a temporary
}
