// The main program of all C++ tests: doctest on every rank; a failure on any rank fails the test.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "tessera/comm/communicator.hpp"

int main(int argc, char** argv) {
  tessera::comm::Environment environment(argc, argv);
  doctest::Context context(argc, argv);
  const int failed = context.run();
  const int any = tessera::comm::world().allreduce(failed, tessera::comm::Operator::max);
  return any;
}
