#include "attributes.hpp"

namespace tessera::io {

void write_attribute(hid_t object, const char* name, const std::string& value) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, name);
  check(H5Tset_size(type, value.empty() ? 1 : value.size()), name);
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), name);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name);
  const Handle attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  check(H5Awrite(attribute, type, value.c_str()), name);
}

void write_attribute(hid_t object, const char* name, double value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name);
  const Handle attribute(H5Acreate2(object, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  check(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value), name);
}

void write_attribute(hid_t object, const char* name, std::uint64_t value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, name);
  const Handle attribute(H5Acreate2(object, name, H5T_STD_U64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  check(H5Awrite(attribute, H5T_NATIVE_UINT64, &value), name);
}

void write_attribute(hid_t object, const char* name, const std::vector<int>& values) {
  const hsize_t size = values.size();
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose, name);
  const Handle attribute(H5Acreate2(object, name, H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  check(H5Awrite(attribute, H5T_NATIVE_INT, values.data()), name);
}

void write_attribute(hid_t object, const char* name, const std::vector<double>& values) {
  const hsize_t size = values.size();
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose, name);
  const Handle attribute(H5Acreate2(object, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  check(H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data()), name);
}

std::string read_text_attribute(hid_t object, const char* name) {
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, std::string("reading ") + name);
  const Handle type(H5Aget_type(attribute), H5Tclose, name);
  std::string value(H5Tget_size(type), '\0');
  check(H5Aread(attribute, type, value.data()), name);
  return value.substr(0, value.find('\0'));
}

double read_number_attribute(hid_t object, const char* name) {
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, std::string("reading ") + name);
  double value = 0;
  check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), name);
  return value;
}

std::uint64_t read_integer_attribute(hid_t object, const char* name) {
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, std::string("reading ") + name);
  std::uint64_t value = 0;
  check(H5Aread(attribute, H5T_NATIVE_UINT64, &value), name);
  return value;
}

std::vector<double> read_numbers_attribute(hid_t object, const char* name) {
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, std::string("reading ") + name);
  const Handle space(H5Aget_space(attribute), H5Sclose, name);
  std::vector<double> values(static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space), name)));
  check(H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()), name);
  return values;
}

namespace {

/// For HDF5's iterations over names.
template <class Info>
herr_t add_name(hid_t, const char* name, const Info*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

std::vector<std::string> attribute_names(hid_t object) {
  std::vector<std::string> names;
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name<H5A_info_t>, &names), "listing attributes");
  return names;
}

std::vector<std::string> link_names(hid_t group) {
  std::vector<std::string> names;
  check(H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, add_name<H5L_info_t>, &names), "listing a group");
  return names;
}

}  // namespace tessera::io
