/// Fields on the run's grid, from an HDF5 file that any program may have written.
#pragma once

#include <memory>
#include <vector>

#include "tessera/core/config.hpp"
#include "tessera/core/field.hpp"

namespace tessera::io {

/// All members are collective and throw ConfigError, on every rank, at the key that names what is wrong.
class GridFile {
 public:
  /// `file`: the key that names the file.
  GridFile(Domain& domain, const Config& file);
  ~GridFile();

  /// The numbers of a data set of one dimension; `name`: the key that names it.
  std::vector<double> numbers(const Config& name) const;

  /// How many fields a data set holds behind one another, in a first dimension more than the grid has; 0: it has no such.
  Index records(const Config& name) const;
  /// How many of so many are complete: in an output of this program, of a run that has not ended or was killed, those before the
  /// first whose `time` is NaN; all in other files.
  Index complete(Index records) const;
  /// Which of the fields that a data set holds behind one another, in a first dimension.
  struct Record {
    Index number;
    Index of;
  };
  /// The own values of `field`, from integers or reals of any precision. The data set has the grid's dimensions, with one
  /// more along an axis that the field's faces are normal to. The first and the last faces of a periodic axis must be the
  /// same, and those at a pole, half a turn apart, of opposite sign.
  void read(const Config& name, Field& field, const std::optional<Record>& record = {}) const;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace tessera::io
