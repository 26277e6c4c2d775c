// Operators and buffers that do not go together.
#include "values.hpp"

// clang-format off
void operators([[maybe_unused]] int local) {
  local = captured;  // right
  world.allreduce(numbers, more_numbers);  // right
  world.allreduce(numbers, more_numbers, larger);  // right
  world.allreduce(numbers, more_numbers, comm::commutative(larger));  // right
  world.allreduce(numbers, more_numbers, std::plus<>());  // right
  world.allreduce(numbers, more_numbers, [](double a, double b) { return captured * (a + b); });  // right
  world.allreduce(numbers, more_numbers, [local](double a, double b) { return local * (a + b); });  //! must not capture
  world.allreduce(numbers, more_numbers, [&](double a, double b) { return local * (a + b); });  //! must not capture
  world.allreduce(numbers, more_numbers, Scaled{2});  //! must not capture
  world.allreduce(numbers, more_numbers, comm::commutative(Scaled{2}));  //! must not capture
  world.allreduce(numbers, more_numbers, std::function<double(double, double)>(larger));  //! must not capture
  number = world.allreduce(number, Scaled{2});  //! must not capture
  world.reduce(numbers, more_numbers, Scaled{2}, 0);  //! must not capture
  world.reduce(comm::in_place, numbers, Scaled{2}, 0);  //! must not capture
  world.scan(numbers, more_numbers, Scaled{2});  //! must not capture
  world.exscan(numbers, more_numbers, Scaled{2});  //! must not capture
  request = world.ireduce(numbers, more_numbers, Scaled{2}, 0);  //! must not capture
  request = world.iallreduce(numbers, more_numbers, Scaled{2});  //! must not capture
  request = world.iscan(numbers, more_numbers, Scaled{2});  //! must not capture
  request = world.iexscan(numbers, more_numbers, Scaled{2});  //! must not capture
  comm::allreduce(numbers, more_numbers, Scaled{2});  //! must not capture

  world.allreduce(numbers, more_numbers, add);  //! a pointer to a function
  world.allreduce(numbers, more_numbers, &add);  //! a pointer to a function
  number = world.allreduce(number, add);  //! a pointer to a function

  world.allreduce(numbers, more_numbers, [](double a) { return a; });  //! the operator is neither
  world.allreduce(numbers, more_numbers, [](double a, double, double) { return a; });  //! the operator is neither
  world.allreduce(numbers, more_numbers, [](double, double) {});  //! the operator is neither
  world.allreduce(numbers, more_numbers, [](double, double) { return std::string(); });  //! the operator is neither
  world.allreduce(numbers, more_numbers, merge);  //! the operator is neither
  world.allreduce(numbers, more_numbers, "max");  //! the operator is neither
  world.allreduce(numbers, more_numbers, MPI_SUM);  //! the operator is neither
  world.reduce(numbers, more_numbers, 1);  //! the operator is neither
  world.reduce(comm::in_place, numbers, 1);  //! the operator is neither
  world.scan(numbers, more_numbers, merge);  //! the operator is neither
  world.exscan(numbers, more_numbers, merge);  //! the operator is neither
  number = world.allreduce(number, merge);  //! the operator is neither
  number = world.reduce(number, merge);  //! the operator is neither
  request = world.ireduce(numbers, more_numbers, 1);  //! the operator is neither
  request = world.iallreduce(numbers, more_numbers, merge);  //! the operator is neither
  request = world.iscan(numbers, more_numbers, merge);  //! the operator is neither
  request = world.iexscan(numbers, more_numbers, merge);  //! the operator is neither

  world.allreduce(particles, more_particles, merge);  // right
  particles[0] = world.allreduce(particles[0], merge);  // right
  world.allreduce(particles, more_particles);  //! MPI's operators do not know a struct
  world.allreduce(particles, more_particles, comm::Operator::max);  //! MPI's operators do not know a struct
  world.allreduce(comm::in_place, particles);  //! MPI's operators do not know a struct
  world.reduce(particles, more_particles);  //! MPI's operators do not know a struct
  world.scan(particles, more_particles);  //! MPI's operators do not know a struct
  world.exscan(particles, more_particles);  //! MPI's operators do not know a struct
  particles[0] = world.allreduce(particles[0]);  //! MPI's operators do not know a struct
  particles[0] = world.reduce(particles[0]);  //! MPI's operators do not know a struct
  request = world.ireduce(particles, more_particles);  //! MPI's operators do not know a struct
  request = world.iallreduce(particles, more_particles);  //! MPI's operators do not know a struct
  comm::allreduce(particles, more_particles);  //! MPI's operators do not know a struct
}

void buffers() {
  world.allreduce(comm::in_place, numbers);  // right
  world.allreduce(constant_numbers, numbers);  // right
  world.allreduce(numbers, constant_numbers);  //! the receive buffer is const
  world.allreduce(comm::in_place, constant_numbers);  //! the receive buffer is const
  world.allreduce(numbers, bits);  //! std::vector<bool> packs its elements into bits
  world.allreduce(comm::in_place, bits);  //! std::vector<bool> packs its elements into bits
  world.allreduce(integers, numbers);  //! the sent and the received elements are of different types
  world.allreduce(integers, numbers, larger);  //! the sent and the received elements are of different types
  world.allreduce(numbers, comm::in_place);  //! comm::in_place goes in the place of the sent buffer
  world.reduce(numbers, constant_numbers);  //! the receive buffer is const
  world.reduce(comm::in_place, constant_numbers);  //! the receive buffer is const
  world.reduce(comm::in_place, bits);  //! std::vector<bool> packs its elements into bits
  world.reduce(integers, numbers);  //! the sent and the received elements are of different types
  world.scan(numbers, constant_map);  //! the receive buffer is const
  world.scan(integers, numbers);  //! the sent and the received elements are of different types
  world.exscan(numbers, constant_span);  //! the receive buffer is const
  world.exscan(integers, numbers);  //! the sent and the received elements are of different types
  comm::reduce(numbers, constant_numbers);  //! the receive buffer is const
  request = world.ireduce(numbers, constant_numbers);  //! the receive buffer is const
  request = world.iallreduce(numbers, constant_numbers);  //! the receive buffer is const
  request = world.iallreduce(integers, numbers);  //! the sent and the received elements are of different types
  request = world.iallreduce(comm::in_place, bits);  //! std::vector<bool> packs its elements into bits
  request = world.iscan(numbers, constant_numbers);  //! the receive buffer is const
  request = world.iexscan(numbers, constant_numbers);  //! the receive buffer is const
}
