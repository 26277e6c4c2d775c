#include "xdmf.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "tessera/io/file_check.hpp"

namespace tessera::io {
namespace {

constexpr const char* head =
    "<?xml version=\"1.0\"?>\n"
    "<Xdmf Version=\"3.0\">\n"
    "<Domain>\n"
    "<Grid Name=\"series\" GridType=\"Collection\" CollectionType=\"Temporal\">\n";
constexpr const char* tail = "</Grid>\n</Domain>\n</Xdmf>\n";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') result += "&amp;";
    else if (c == '<') result += "&lt;";
    else if (c == '>') result += "&gt;";
    else if (c == '"') result += "&quot;";
    else result += c;
  }
  return result;
}

template <class T>
std::string list(const std::vector<T>& items) {
  std::ostringstream text;
  text.precision(17);
  for (const T& item : items) text << (text.tellp() > 0 ? " " : "") << item;
  return text.str();
}

}  // namespace

std::string xdmf_beside(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string ending = path.extension().string();
  const bool known = ending == ".h5" || ending == ".hdf5" || ending == ".nc";
  return known ? std::filesystem::path(path).replace_extension(".xdmf").string() : file + ".xdmf";
}

Xdmf::Xdmf(const Grid& grid, const SeriesOptions& options)
    : file_(xdmf_beside(options.file)),
      data_(std::filesystem::path(options.file).filename().string()),
      bytes_(static_cast<int>(bytes_of(options.precision))) {
  for (const Field* field : options.fields) fields_.push_back(field->name());
  std::vector<Index> points;
  std::vector<double> origin;
  std::vector<double> spacing;
  for (int a = grid.first_axis(); a < 3; ++a) {
    if (!options.region.keeps(grid, a)) continue;
    extents_.push_back(options.region.cells.extent(a));
    points.push_back(extents_.back() + 1);  // cells are what lies between them
    origin.push_back(grid.face(a, options.region.cells.lower[at(a)]));
    spacing.push_back(grid.spacing(a));
  }
  while (points.size() < 2) {  // XDMF knows no lines: a strip, one unit wide
    points.insert(points.begin(), 2);
    origin.insert(origin.begin(), 0);
    spacing.insert(spacing.begin(), 1);
  }
  const bool flat = points.size() == 2;
  std::ostringstream text;
  text << "<Topology TopologyType=\"" << (flat ? "2DCoRectMesh" : "3DCoRectMesh") << "\" Dimensions=\"" << list(points)
       << "\"/>\n<Geometry GeometryType=\"" << (flat ? "ORIGIN_DXDY" : "ORIGIN_DXDYDZ") << "\">\n";
  for (const auto* numbers : {&origin, &spacing})
    text << "<DataItem Dimensions=\"" << points.size() << "\" Format=\"XML\">" << list(*numbers) << "</DataItem>\n";
  text << "</Geometry>\n";
  topology_ = text.str();
}

/// A record of a data set that holds all of them.
std::string Xdmf::values(const std::string& field, std::size_t record) const {
  std::vector<Index> start{static_cast<Index>(record)};
  std::vector<Index> stride{1};
  std::vector<Index> count{1};
  std::vector<Index> all{static_cast<Index>(record) + 1};
  for (const Index n : extents_) {
    start.push_back(0);
    stride.push_back(1);
    count.push_back(n);
    all.push_back(n);
  }
  std::vector<Index> shown = extents_;
  if (shown.size() < 2) shown.insert(shown.begin(), 1);
  std::ostringstream text;
  text << "<Attribute Name=\"" << escaped(field) << "\" AttributeType=\"Scalar\" Center=\"Cell\">\n"
       << "<DataItem ItemType=\"HyperSlab\" Dimensions=\"" << list(shown) << "\">\n"
       << "<DataItem Dimensions=\"3 " << start.size() << "\" Format=\"XML\">" << list(start) << "  " << list(stride)
       << "  " << list(count) << "</DataItem>\n"
       << "<DataItem Dimensions=\"" << list(all) << "\" NumberType=\"Float\" Precision=\"" << bytes_
       << "\" Format=\"HDF\">" << escaped(data_) << ":/" << escaped(field) << "</DataItem>\n"
       << "</DataItem>\n</Attribute>\n";
  return text.str();
}

std::string Xdmf::entry(double time, std::size_t record) const {
  std::ostringstream text;
  text.precision(17);
  text << "<Grid Name=\"record " << record << "\" GridType=\"Uniform\">\n<Time Value=\"" << time << "\"/>\n"
       << topology_;
  for (const std::string& field : fields_) text << values(field, record);
  text << "</Grid>\n";
  return text.str();
}

void Xdmf::begin(const std::vector<double>& times) {
  std::string text = head;
  for (std::size_t record = 0; record < times.size(); ++record) text += entry(times[record], record);
  records_ = times.size();
  end_ = text.size();
  const std::string whole = file_;
  file_ = temporary_of(file_);
  std::filesystem::remove(file_);
  try {
    write(text + tail, 0, O_CREAT);
    std::filesystem::rename(file_, whole);
  } catch (const std::runtime_error&) {
    unlink(file_.c_str());
    throw;
  }
  file_ = whole;
}

void Xdmf::append(double time) {
  const std::string text = entry(time, records_);
  write(text + tail, end_);
  end_ += text.size();
  ++records_;
}

void Xdmf::write(const std::string& text, std::size_t position, int flags) const {
  const auto fail = [&](int error) {
    throw std::runtime_error("the XDMF file " + file_ + " cannot be written: " + std::strerror(error));
  };
  const int descriptor = open(file_.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (descriptor < 0) fail(errno);
  const ssize_t done = pwrite(descriptor, text.data(), text.size(), static_cast<off_t>(position));
  int error = done < 0 ? errno : ENOSPC;
  const bool whole = done == static_cast<ssize_t>(text.size());
  if (!whole && done > 0) {  // over the end, without which it is no XML, and for which there is room
    const std::size_t bytes = std::strlen(tail);
    if (pwrite(descriptor, tail, bytes, static_cast<off_t>(position)) != static_cast<ssize_t>(bytes) ||
        ftruncate(descriptor, static_cast<off_t>(position + bytes)) != 0)
      error = errno;
  }
  close(descriptor);
  if (!whole) fail(error);
}

}  // namespace tessera::io
