#include "checkpoint_head.hpp"

#include <array>
#include <bit>
#include <charconv>

#include "attributes.hpp"
#include "checksum.hpp"

namespace tessera::io {
namespace {

std::vector<double> bounds_of(const Grid& grid) {
  std::vector<double> bounds;
  for (int a = grid.first_axis(); a < 3; ++a) {
    bounds.push_back(grid.lower(a));
    bounds.push_back(grid.upper(a));
  }
  return bounds;
}

/// "[[0, 1], [0, 2]]", to the last digit.
std::string text_of_bounds(const std::vector<double>& bounds) {
  std::string text = "[";
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    std::array<char, 32> number{};
    const char* end = std::to_chars(number.data(), number.data() + number.size(), bounds[i]).ptr;
    text += (i % 2 == 1 ? ", "
             : i > 0    ? ", ["
                        : "[") +
            std::string(number.data(), static_cast<std::size_t>(end - number.data())) + (i % 2 == 1 ? "]" : "");
  }
  return text + "]";
}

}  // namespace

CheckpointHead CheckpointHead::of(Domain& domain, const std::vector<Field*>& fields, const CheckpointData& data) {
  CheckpointHead head{data, shape_of(domain.grid()), bounds_of(domain.grid()), domain.precision()};
  for (const Field* field : fields) head.sums.emplace_back(field->name(), io::checksum(domain, *field));
  return head;
}

std::uint64_t CheckpointHead::checksum() const {
  std::string all;
  const auto add = [&all](const std::string& text) { all += std::to_string(text.size()) + ":" + text; };
  const auto add_number = [&all](double value) { all += std::to_string(std::bit_cast<std::uint64_t>(value)) + ","; };
  for (const std::string& text : {data.program, data.versions, data.config, data.settings}) add(text);
  for (const auto& [name, value] : data.numbers) {
    add(name);
    add_number(value);
  }
  for (const double bound : bounds) add_number(bound);
  add(text_of(shape) + std::to_string(bytes_of(precision)));
  for (const auto& [name, sum] : sums) add(name + "=" + std::to_string(sum));
  return io::checksum(all);
}

void CheckpointHead::make_file(const std::string& path, const std::vector<hsize_t>& chunk) const {
  Handle file = create_in_memory(path);
  {
    write_attribute(file, "format", format);
    write_attribute(file, "program", data.program);
    write_attribute(file, "versions", data.versions);
    write_attribute(file, "config", data.config);
    write_attribute(file, "settings", data.settings);
    write_attribute(file, "bounds", bounds);
    write_attribute(file, "checksum", checksum());
    const Handle numbers(H5Gcreate2(file, "numbers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose, "numbers");
    for (const auto& [number, value] : data.numbers) write_attribute(numbers, number.c_str(), value);
    // A group of their own: whatever a field is called, it is not taken. In the order in which they were made.
    const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "fields");
    check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "fields");
    const Handle group(H5Gcreate2(file, "fields", H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose, "fields");
    const auto dimensions = static_cast<int>(shape.size());
    const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "fields");
    check(H5Pset_chunk(layout, dimensions, chunk.data()), "fields");
    check(H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY), "fields");
    check(H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER), "fields");
    const Handle space(H5Screate_simple(dimensions, shape.data(), nullptr), H5Sclose, "fields");
    for (const auto& [field, sum] : sums) {
      const Handle dataset(
          H5Dcreate2(group, field.c_str(), file_type(precision), space, H5P_DEFAULT, layout, H5P_DEFAULT), H5Dclose,
          "field " + field);
      write_attribute(dataset, "checksum", sum);
    }
  }
  file.close_checked("making a checkpoint");
}

CheckpointHead CheckpointHead::read(hid_t file) {
  CheckpointHead head;
  head.data.program = read_text_attribute(file, "program");
  head.data.versions = read_text_attribute(file, "versions");
  head.data.config = read_text_attribute(file, "config");
  head.data.settings = read_text_attribute(file, "settings");
  head.bounds = read_numbers_attribute(file, "bounds");
  const Handle numbers(H5Gopen2(file, "numbers", H5P_DEFAULT), H5Gclose, "numbers");
  for (const std::string& name : attribute_names(numbers))
    head.data.numbers[name] = read_number_attribute(numbers, name.c_str());
  const Handle group(H5Gopen2(file, "fields", H5P_DEFAULT), H5Gclose, "fields");
  for (const std::string& name : link_names(group)) {
    const Handle dataset = open_dataset(group, name);
    head.sums.emplace_back(name, read_integer_attribute(dataset, "checksum"));
    head.shape = extents_of(dataset);
    head.precision = precision_of(dataset);
  }
  if (head.checksum() != read_integer_attribute(file, "checksum"))
    throw Hdf5Error("its head does not match its checksum");
  return head;
}

void CheckpointHead::require_same_grid(const Domain& domain) const {
  const auto shape_now = shape_of(domain.grid());
  if (shape != shape_now)
    throw OtherCheckpoint("its grid is " + text_of(shape) + ", grid.shape is " + text_of(shape_now));
  const auto bounds_now = bounds_of(domain.grid());
  if (bounds != bounds_now) {
    throw OtherCheckpoint("its grid has the bounds " + text_of_bounds(bounds) + ", grid.bounds is " +
                          text_of_bounds(bounds_now));
  }
  if (const std::string why = why_not_in(domain.precision(), precision); !why.empty()) throw OtherCheckpoint(why);
}

std::uint64_t CheckpointHead::sum_of(const std::string& field) const {
  std::string names;
  for (const auto& [name, sum] : sums) {
    if (name == field) return sum;
    names += (names.empty() ? "" : ", ") + name;
  }
  throw OtherCheckpoint("it has no field '" + field + "', but " + names);
}

}  // namespace tessera::io
