#include "hdf5.hpp"

#include "collective_file.hpp"
#include "kept_file.hpp"
#include "tessera/comm/environment.hpp"

namespace tessera::io {
namespace {

/// HDF5 would print its whole error stack; its innermost entry is the reason, and in that the system's, if it quotes one.
std::string reason() {
  std::string text;
  const auto visit = [](unsigned depth, const H5E_error2_t* error, void* data) -> herr_t {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(data) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, visit, &text);
  const std::string mark = "error message = '";
  const std::size_t begin = text.find(mark);
  if (begin == std::string::npos) return text;
  return text.substr(begin + mark.size(), text.find('\'', begin + mark.size()) - begin - mark.size());
}

Handle access_by_all(const comm::WaitingCommunicator& communicator) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  check(H5Pset_fapl_mpio(access, communicator.native(), MPI_INFO_NULL), "MPI access to a file");
  check(H5Pset_all_coll_metadata_ops(access, true), "collective metadata");
  check(H5Pset_coll_metadata_write(access, true), "collective metadata");
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110), "file format");  // attributes above 64 KiB
  check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "file closing");
  return access;
}

/// In a format that has checksums on all that HDF5 itself writes: chunks are found by an array, not by a tree. What is as large as
/// a page begins with one, so that ranks that write beside each other share few.
Handle access_alone() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file access");
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), "file format");
  check(H5Pset_alignment(access, page_size, page_size), "alignment");
  check(H5Pset_meta_block_size(access, 4 * page_size), "alignment");
  check(H5Pset_file_locking(access, false, true), "file locking");
  check(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), "file closing");
  return access;
}

/// Of a file in memory: the usual driver wants to know where a file lies.
Handle access_in_memory() {
  Handle access = access_alone();
  check(H5Pset_fapl_stdio(access), "file access");
  return access;
}

}  // namespace

template <class T>
T check(T result, const std::string& what) {
  if (result >= 0) return result;
  const std::string why = reason();
  throw Hdf5Error("HDF5: " + what + " failed" + (why.empty() ? "" : ": " + why));
}
template int check<int>(int, const std::string&);
template hid_t check<hid_t>(hid_t, const std::string&);
template hssize_t check<hssize_t>(hssize_t, const std::string&);

void Handle::close_checked(const std::string& what) {
  const hid_t id = std::exchange(id_, -1);
  if (id >= 0) check(close_(id), what);
}

Handle::Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(check(id, what)), close_(close) {}

Handle open_file(const std::string& name, unsigned flags, const comm::WaitingCommunicator& communicator) {
  const Handle access = access_by_all(communicator);
  return {H5Fopen(path_for_mpi(name).c_str(), flags, access), H5Fclose, "opening " + name};
}

Handle create_in_memory(const std::string& path) {
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access_in_memory()), H5Fclose, "making a file in memory"};
}

Handle open_in_memory(const std::string& path) {
  return {H5Fopen(path.c_str(), H5F_ACC_RDWR, access_in_memory()), H5Fclose, "opening a file in memory"};
}

Handle open_file_alone(const std::string& name) {
  return {H5Fopen(name.c_str(), H5F_ACC_RDONLY, access_alone()), H5Fclose, "opening " + name};
}

Handle open_dataset(hid_t place, const std::string& name) {
  return {H5Dopen2(place, name.c_str(), H5P_DEFAULT), H5Dclose, "opening " + name};
}

std::vector<hsize_t> extents_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "shape");
  std::vector<hsize_t> extents(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "shape")));
  if (!extents.empty()) check(H5Sget_simple_extent_dims(space, extents.data(), nullptr), "shape");
  return extents;
}

std::vector<double> read_numbers(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "size");
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  if (!values.empty())
    check(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "reading");
  return values;
}

ChunkPlace chunk_at(hid_t dataset, const std::vector<hsize_t>& value) {
  haddr_t address = HADDR_UNDEF;
  hsize_t bytes = 0;
  check(H5Dget_chunk_info_by_coord(dataset, value.data(), nullptr, &address, &bytes), "a chunk");
  if (address == HADDR_UNDEF) throw Hdf5Error("HDF5 made no room for a chunk");
  return {address, bytes};
}

hid_t memory_type(Precision precision) {
  return precision == Precision::float32 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
}

hid_t file_type(Precision precision) { return precision == Precision::float32 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE; }

Precision precision_of(hid_t dataset) {
  const Handle type(H5Dget_type(dataset), H5Tclose, "precision");
  return H5Tget_size(type) == sizeof(float) ? Precision::float32 : Precision::float64;
}

std::string why_not_in(Precision precision, Precision of_file) {
  const auto name_of = [](Precision p) { return std::string(p == Precision::float32 ? "single" : "double"); };
  if (precision == of_file) return "";
  return "its values are in " + name_of(of_file) +
         " precision, the configuration asks for precision: " + name_of(precision);
}

Slab slab_of(const Grid& grid, const Box& box) {
  return {in_dimensions<hsize_t>(grid, box.lower), in_dimensions<hsize_t>(grid, box.extents())};
}

void read_slab(hid_t dataset, const Slab& slab, hid_t type, void* values) {
  const Handle space(H5Dget_space(dataset), H5Sclose, "a box");
  const Handle memory(H5Screate_simple(static_cast<int>(slab.count.size()), slab.count.data(), nullptr), H5Sclose,
                      "a box");
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, slab.start.data(), nullptr, slab.count.data(), nullptr), "a box");
  check(H5Dread(dataset, type, memory, space, H5P_DEFAULT, values), "reading");
}

std::vector<hsize_t> shape_of(const Grid& grid) { return slab_of(grid, grid.box()).count; }

std::string text_of(const std::vector<hsize_t>& shape) {
  std::string text = "[";
  for (const hsize_t n : shape) text += (text.size() == 1 ? "" : ", ") + std::to_string(n);
  return text + "]";
}

}  // namespace tessera::io
