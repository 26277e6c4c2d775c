// 3 x 3 arrays travel from rank 0 to rank 1: of every data type, row- and column-major, and columns of them, between
// whose elements there are gaps. tessera/comm/eigen.hpp makes Eigen's arrays known to the calls.
#include <complex>
#include <cstdint>
#include <cstdio>

#include "tessera/comm/eigen.hpp"
#include "tessera/comm/functions.hpp"

namespace comm = tessera::comm;

/// Sends a part of an array. True, on all ranks, if rank 1 got it and nothing else of its array has changed.
template <class Array, class Part>
bool travels(Part part) {
  const Array array = Array::Random();  // the same on all ranks, whose random numbers begin alike
  Array expected = Array::Zero();
  part(expected) = part(array);
  Array received = Array::Zero();

  if (comm::rank() == 0) comm::send(part(array), 1, 11);
  if (comm::rank() == 1) comm::recv(part(received), 0, 11);

  bool right = received == expected;
  comm::bcast(right, 1);
  return right;
}

template <class T>
bool all_travel(const char* type) {
  using RowMajor = Eigen::Matrix<T, 3, 3, Eigen::RowMajor>;
  using ColumnMajor = Eigen::Matrix<T, 3, 3, Eigen::ColMajor>;
  const auto whole = [](auto& array) -> auto& { return array; };
  const auto column = [](auto& array) { return array.col(1); };
  const auto columns = [](auto& array) { return array.rightCols(2); };

  const auto text = [](bool right) { return right ? "right" : "WRONG"; };
  const bool row_major = travels<RowMajor>(whole);
  const bool column_major = travels<ColumnMajor>(whole);
  const bool strided_column = travels<RowMajor>(column);
  const bool strided_columns = travels<RowMajor>(columns);
  if (comm::rank() == 0) {
    std::printf("%-22s %-10s %-13s %-11s %s\n", type, text(row_major), text(column_major), text(strided_column),
                text(strided_columns));
  }
  return row_major && column_major && strided_column && strided_columns;
}

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv);
  if (comm::size() < 2) {
    std::fprintf(stderr, "error: send_recv needs two ranks or more: mpiexec -n 2 send_recv\n");
    return 2;
  }

  if (comm::rank() == 0) std::puts("3 x 3 array of         row-major  column-major  one column  two columns");
  bool right = all_travel<char>("char");
  right &= all_travel<bool>("bool");
  right &= all_travel<std::uint8_t>("uint8");
  right &= all_travel<std::int32_t>("int32");
  right &= all_travel<std::int64_t>("int64");
  right &= all_travel<float>("float");
  right &= all_travel<double>("double");
  right &= all_travel<long double>("long double");
  right &= all_travel<std::complex<float>>("complex of float");
  right &= all_travel<std::complex<double>>("complex of double");
  return right ? 0 : 1;
}
