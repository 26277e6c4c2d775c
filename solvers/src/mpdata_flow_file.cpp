#include "mpdata_flow_file.hpp"

#include <algorithm>
#include <sstream>

namespace tessera::mpdata {

FlowFile::FlowFile(const Config& section, Domain& domain)
    : domain_(domain), file_(section.at("file")), reader_(domain, file_) {
  const Grid& grid = domain.grid();
  const auto names = section.at("datasets").items(grid.dimensions(), "names of data sets, one a dimension");
  if (section.has("times")) {
    const Config key = section.at("times");
    times_ = reader_.numbers(key);
    if (times_.size() < 2) key.fail("there is one time only; several are wanted, or leave `times` out");
    for (std::size_t n = 1; n < times_.size(); ++n) {
      if (!(times_[n] > times_[n - 1])) key.fail("the times do not increase");
    }
  }
  for (int d = 0; d < grid.dimensions(); ++d) {
    Component component{names[static_cast<std::size_t>(d)], {}, -1};
    for (int f = 0; f < 2 && !times_.empty(); ++f)
      component.fields.emplace_back(domain, component.name.text(), faces(grid.first_axis() + d), 0);
    components_.push_back(std::move(component));
  }
}

std::optional<std::pair<double, double>> FlowFile::times() const {
  if (times_.empty()) return {};
  return std::pair{times_.front(), times_.back()};
}

bool FlowFile::has(double time) const {
  if (times_.empty()) return true;
  const double rounding = 1e-9 * (times_.back() - times_.front());
  return time >= times_.front() - rounding && time <= times_.back() + rounding;
}

void FlowFile::fill(std::size_t dimension, Field& values, double time) {
  Component& component = components_[dimension];
  if (times_.empty()) {
    reader_.read(component.name, values);
    return;
  }
  if (!has(time)) {
    std::ostringstream what;
    what << "mpdata: the flow is needed at t = " << time << ", but " << file_.text()
         << " has it from t = " << times_.front() << " to " << times_.back();
    throw RunError(what.str());
  }
  time = std::clamp(time, times_.front(), times_.back());
  const auto above = std::upper_bound(times_.begin() + 1, times_.end() - 1, time);
  const Index record = above - times_.begin() - 1;
  const auto count = static_cast<Index>(times_.size());
  if (component.record != record) {
    const bool next = component.record >= 0 && component.record + 1 == record;
    if (next) component.fields[0].swap_values(component.fields[1]);
    else reader_.read(component.name, component.fields[0], io::GridFile::Record{record, count});
    reader_.read(component.name, component.fields[1], io::GridFile::Record{record + 1, count});
    component.record = record;
  }
  const double from = times_[static_cast<std::size_t>(record)];
  const double weight = (time - from) / (times_[static_cast<std::size_t>(record) + 1] - from);
  domain_.phase([&](const Block& block) {
    const Array& before = component.fields[0][block];
    const Array& after = component.fields[1][block];
    const Box& box = before.interior();
    for_each_row(box, [&](Index i, Index j) {
      for (Index k = box.lower[2]; k < box.upper[2]; ++k)
        values[block].set(i, j, k, (1 - weight) * before(i, j, k) + weight * after(i, j, k));
    });
  });
}

}  // namespace tessera::mpdata
