#include "cases.hpp"

#include <hdf5.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace tessera::test {
namespace {

hid_t valid(hid_t id, const std::string& what) {
  if (id < 0) throw std::runtime_error("reference data: cannot open " + what);
  return id;
}

std::vector<std::vector<int>> factorisations(int dimensions, int total) {
  if (dimensions == 1) return {{total}};
  std::vector<std::vector<int>> result;
  for (int n = 1; n <= total; ++n) {
    if (total % n != 0) continue;
    for (std::vector<int> rest : factorisations(dimensions - 1, total / n)) {
      rest.insert(rest.begin(), n);
      result.push_back(rest);
    }
  }
  return result;
}

}  // namespace

DataFile::DataFile(const std::string& name) {
  const char* folder = std::getenv("TESSERA_DATA");
  const std::string path = std::string(folder != nullptr ? folder : "tests/data") + "/" + name;
  file_ = valid(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), path);
}

DataFile::~DataFile() { H5Fclose(file_); }

std::vector<std::string> DataFile::groups() const {
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5L_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  H5Literate(file_, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &names);
  return names;
}

std::string DataFile::text(const std::string& group, const char* name) const {
  const hid_t attribute =
      valid(H5Aopen_by_name(file_, group.c_str(), name, H5P_DEFAULT, H5P_DEFAULT), group + "@" + name);
  const hid_t type = H5Aget_type(attribute);
  std::string result;
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    H5Aread(attribute, type, &text);
    result = text != nullptr ? text : "";
    H5free_memory(text);
  } else {
    result.resize(H5Tget_size(type));
    H5Aread(attribute, type, result.data());
  }
  H5Tclose(type);
  H5Aclose(attribute);
  return result;
}

std::vector<long long> DataFile::integers(const std::string& group, const char* name) const {
  const hid_t attribute =
      valid(H5Aopen_by_name(file_, group.c_str(), name, H5P_DEFAULT, H5P_DEFAULT), group + "@" + name);
  const hid_t space = H5Aget_space(attribute);
  std::vector<long long> result(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Aread(attribute, H5T_NATIVE_LLONG, result.data());
  H5Sclose(space);
  H5Aclose(attribute);
  return result;
}

long long DataFile::integer(const std::string& group, const char* name) const { return integers(group, name).at(0); }

std::vector<double> DataFile::values(const std::string& name) const {
  const hid_t dataset = valid(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), name);
  const hid_t space = H5Dget_space(dataset);
  std::vector<double> result(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data());
  H5Sclose(space);
  H5Dclose(dataset);
  return result;
}

std::vector<double> whole(Domain& domain, const Field& field) {
  // Bits as integers: a sum with zeros keeps them, -0 included.
  std::vector<std::uint64_t> bits(static_cast<std::size_t>(domain.grid().cells()), 0);
  for (const Block& block : domain.blocks()) {
    for_each_row(block.local(), [&](Index i, Index j) {
      for (Index k = 0; k < block.cells.extent(2); ++k) {
        const double value = field[block](i, j, k);
        const Index number = domain.grid().number({block.global(0, i), block.global(1, j), block.global(2, k)});
        std::memcpy(&bits[static_cast<std::size_t>(number)], &value, sizeof value);
      }
    });
  }
  domain.communicator().allreduce(comm::in_place, bits, comm::Operator::bitwise_or);
  std::vector<double> values(bits.size());
  std::memcpy(values.data(), bits.data(), bits.size() * sizeof(double));
  return values;
}

std::string describe(const Case& c) {
  const auto list = [](const std::vector<int>& numbers) {
    std::string text;
    for (int n : numbers) text += (text.empty() ? "[" : ",") + std::to_string(n);
    return text + "]";
  };
  return "ranks " + list(c.ranks) + " threads " + list(c.threads) + (c.funneled ? " funneled" : "") +
         (c.by_pass ? " by pass" : "") + (c.plain ? " plain" : "") + (c.tiles ? " tiles" : "") +
         (c.overlap ? " overlapped" : "") +
         (c.steps_at_once > 0 ? " steps at once: " + std::to_string(c.steps_at_once) : "");
}

std::vector<Case> all_cases(int dimensions, int rank_count) {
  std::vector<Case> cases;
  for (const auto& ranks : factorisations(dimensions, rank_count)) {
    for (int thread_count : {1, 2, 3}) {
      for (const auto& threads : factorisations(dimensions, thread_count)) cases.push_back({ranks, threads});
    }
  }
  return cases;
}

const comm::WaitingCommunicator& patient_world() {
  static const comm::WaitingCommunicator world = comm::world().waiting(comm::WaitPolicy::yield);
  return world;
}

const comm::WaitingCommunicator& self() {
  static const comm::WaitingCommunicator alone = comm::self().waiting(comm::WaitPolicy::spin);
  return alone;
}

Case serial(int dimensions) {
  const std::vector<int> one(static_cast<std::size_t>(dimensions), 1);
  return {one, one};
}

std::unique_ptr<Domain> make_domain(const Grid& grid, const Case& c, Index reach,
                                    const comm::WaitingCommunicator& communicator, Precision precision) {
  Layout layout;
  if (choose_layout(grid, {c.ranks, c.threads}, communicator.size(), 1, reach, layout)) return nullptr;
  ExchangeOptions exchange;
  exchange.funneled = c.funneled;
  exchange.wait = comm::WaitPolicy::yield;  // tests run with more threads than cores
  if (c.by_pass) exchange.depth = ExchangeOptions::Depth::pass;
  SweepOptions sweep;
  if (c.plain) sweep.order = SweepOptions::Order::plain;
  if (c.tiles) sweep.cache = 1;
  sweep.overlap = c.overlap;
  sweep.steps_at_once = c.steps_at_once;
  return std::make_unique<Domain>(grid, layout, communicator, exchange, Log(false, Verbosity::quiet), sweep, precision);
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) throw std::runtime_error("arrays of different sizes");
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::fabs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;  // a NaN stays
  }
  return largest;
}

}  // namespace tessera::test
