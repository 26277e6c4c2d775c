#include "tessera/io/repair.hpp"

#include "completeness.hpp"
#include "file_image.hpp"
#include "hdf5.hpp"

namespace tessera::io {

Repaired repair(const std::string& file) {
  const Recovery recovery = recover(file);
  const Handle opened = open_file_alone(file);
  const std::vector<double> times = read_numbers(open_dataset(opened, "time"));
  return {recovery, times.size(), count_complete(times)};
}

}  // namespace tessera::io
