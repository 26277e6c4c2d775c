// Courant numbers, or a velocity, on faces, from a file.
#pragma once

#include <optional>
#include <vector>

#include "tessera/io/grid_file.hpp"

namespace tessera::mpdata {

/// Read from a section {file, datasets: [one a dimension], times}: of one time or, with `times`, the name of a data set of
/// increasing ones, of several, linear in between.
class FlowFile {
 public:
  /// Collective.
  FlowFile(const Config& section, Domain& domain);

  /// The first and the last time, if there are several.
  std::optional<std::pair<double, double>> times() const;
  /// Whether it has the flow at a time: one that rounding, of steps that are multiplied, puts beside the first or the last is
  /// that one.
  bool has(double time) const;
  /// Collective: the own values of a component at a time, on faces. Throws RunError at a time that is not in the file.
  void fill(std::size_t dimension, Field& values, double time);

 private:
  struct Component {
    Config name;
    std::vector<Field> fields;  // of the record before the time and of the next
    Index record;               // of the first of them; -1: nothing is read yet
  };

  Domain& domain_;
  Config file_;
  io::GridFile reader_;
  std::vector<double> times_;
  std::vector<Component> components_;
};

}  // namespace tessera::mpdata
