/// Checkpoints: what a run needs to go on, on any layout.
#pragma once

#include <map>
#include <string>

#include "tessera/core/field.hpp"

namespace tessera::io {

/// What is kept beside the fields.
struct CheckpointData {
  std::string program;                    // the app that wrote it
  std::string config;                     // as it was read
  std::map<std::string, double> numbers;  // time, step and the solver's own
};

/// Collective: writes one HDF5 file beside `file`, and puts it in its place when it is complete and on
/// the disk, so that `file` is a whole checkpoint at any moment.
void write_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                      const CheckpointData& data);

/// Collective: reads the fields and returns the rest. Throws ConfigError, on every rank, if the file is
/// no checkpoint of `program`, holds another grid, or lacks a field or one of `numbers`.
CheckpointData read_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                               const std::string& program, const std::vector<std::string>& numbers);

}  // namespace tessera::io
