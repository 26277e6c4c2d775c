// Attributes of a file, group or data set, and the names in a group.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hdf5.hpp"

namespace tessera::io {

void write_attribute(hid_t object, const char* name, const std::string& value);
void write_attribute(hid_t object, const char* name, double value);
void write_attribute(hid_t object, const char* name, std::uint64_t value);
void write_attribute(hid_t object, const char* name, const std::vector<int>& values);
void write_attribute(hid_t object, const char* name, const std::vector<double>& values);
std::string read_text_attribute(hid_t object, const char* name);
double read_number_attribute(hid_t object, const char* name);
std::uint64_t read_integer_attribute(hid_t object, const char* name);
std::vector<double> read_numbers_attribute(hid_t object, const char* name);
/// The names of an object's attributes.
std::vector<std::string> attribute_names(hid_t object);
/// The names in a group, in the order in which they were made.
std::vector<std::string> link_names(hid_t group);

}  // namespace tessera::io
