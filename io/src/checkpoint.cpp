#include "tessera/io/checkpoint.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "hdf5.hpp"
#include "staging.hpp"
#include "tessera/core/failure.hpp"
#include "tessera/io/file_check.hpp"

namespace tessera::io {
namespace {

bool sync_to_disk(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool done = fsync(descriptor) == 0;
  close(descriptor);
  return done;
}

std::string folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? "." : folder.string();
}

}  // namespace

void write_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                      const CheckpointData& data) {
  const std::string temporary = file + ".tmp";
  const Grid& grid = domain.grid();
  {
    const Handle h5 = create_file(temporary, domain.communicator());
    write_attribute(h5, "program", data.program);
    write_attribute(h5, "config", data.config);
    const Handle numbers(H5Gcreate2(h5, "numbers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "numbers");
    for (const auto& [name, value] : data.numbers) write_attribute(numbers, name.c_str(), value);
    // A group of their own: whatever a field is called, it is not taken.
    const Handle group(H5Gcreate2(h5, "fields", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "fields");
    const auto shape = shape_of(grid);
    const Slab slab = slab_of(grid, domain.rank_box());
    std::vector<std::byte> buffer;
    const Precision precision = domain.precision();
    for (Field* field : fields) {
      const Handle space(H5Screate_simple(grid.dimensions(), shape.data(), nullptr), H5Sclose, "checkpoint");
      const Handle dataset(
          H5Dcreate2(group, field->name().c_str(), file_type(precision), space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
          H5Dclose, "checkpoint of " + field->name());
      const Handle memory(H5Screate_simple(grid.dimensions(), slab.count.data(), nullptr), H5Sclose, "checkpoint");
      check(H5Sselect_hyperslab(space, H5S_SELECT_SET, slab.start.data(), nullptr, slab.count.data(), nullptr),
            "checkpoint");
      gather(domain, *field, domain.rank_box(), buffer);
      check(H5Dwrite(dataset, memory_type(precision), memory, space, H5P_DEFAULT, buffer.data()),
            "writing " + temporary);
    }
  }
  domain.communicator().barrier();
  std::string problem;
  if (domain.communicator().root()) {
    if (!sync_to_disk(temporary) || std::rename(temporary.c_str(), file.c_str()) != 0 ||
        !sync_to_disk(folder_of(file))) {
      problem = std::strerror(errno);
    }
  }
  domain.communicator().bcast_resizing(problem);
  if (!problem.empty()) throw RunError("the checkpoint " + file + " could not be completed: " + problem);
}

CheckpointData read_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                               const std::string& program, const std::vector<std::string>& numbers) {
  const Grid& grid = domain.grid();
  CheckpointData data;
  try {
    const Handle h5 = open_file(file, H5F_ACC_RDONLY, domain.communicator());
    data.program = read_text_attribute(h5, "program");
    if (data.program != program) throw Hdf5Error("it was written by '" + data.program + "', this is '" + program + "'");
    data.config = read_text_attribute(h5, "config");
    const Handle kept(H5Gopen2(h5, "numbers", H5P_DEFAULT), H5Gclose, "numbers");
    data.numbers = read_number_attributes(kept);
    for (const std::string& name : numbers) {
      if (data.numbers.count(name) == 0) throw Hdf5Error("it lacks the number '" + name + "'");
    }
    const Handle group(H5Gopen2(h5, "fields", H5P_DEFAULT), H5Gclose, "fields");
    const auto shape = shape_of(grid);
    const Slab slab = slab_of(grid, domain.rank_box());
    const Precision precision = domain.precision();
    std::vector<std::byte> buffer(static_cast<std::size_t>(domain.rank_box().cells() * bytes_of(precision)));
    for (Field* field : fields) {
      const Handle dataset(H5Dopen2(group, field->name().c_str(), H5P_DEFAULT), H5Dclose, "field " + field->name());
      const Handle space(H5Dget_space(dataset), H5Sclose, "checkpoint");
      std::vector<hsize_t> found(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
      check(H5Sget_simple_extent_dims(space, found.data(), nullptr), "checkpoint");
      if (found != shape) throw Hdf5Error("its grid is " + text_of(found) + ", grid.shape is " + text_of(shape));
      require_precision(dataset, precision);
      const Handle memory(H5Screate_simple(grid.dimensions(), slab.count.data(), nullptr), H5Sclose, "checkpoint");
      check(H5Sselect_hyperslab(space, H5S_SELECT_SET, slab.start.data(), nullptr, slab.count.data(), nullptr),
            "checkpoint");
      check(H5Dread(dataset, memory_type(precision), memory, space, H5P_DEFAULT, buffer.data()),
            "reading " + field->name());
      scatter(domain, *field, domain.rank_box(), buffer);
    }
  } catch (const Hdf5Error& error) {
    throw ConfigError("--resume: " + file + " cannot be used: " + error.what());
  }
  return data;
}

}  // namespace tessera::io
