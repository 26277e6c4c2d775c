#include "tessera/io/repair.hpp"

#include <algorithm>
#include <cmath>

#include "file_image.hpp"
#include "hdf5.hpp"

namespace tessera::io {

Repaired repair(const std::string& file) {
  const Recovery recovery = recover(file);
  const Handle opened = open_file_alone(file);
  const Handle time(H5Dopen2(opened, "time", H5P_DEFAULT), H5Dclose, "opening time");
  const std::vector<double> times = read_numbers(time);
  const auto complete = std::count_if(times.begin(), times.end(), [](double t) { return !std::isnan(t); });
  return {recovery, times.size(), static_cast<std::size_t>(complete)};
}

}  // namespace tessera::io
