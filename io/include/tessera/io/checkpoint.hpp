/// Checkpoints: what a run needs to go on, on any layout. The last two are kept, and each has checksums of all that it holds.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tessera/core/field.hpp"

namespace tessera::io {

/// What is kept beside the fields.
struct CheckpointData {
  std::string program;                         // the app that wrote it
  std::string versions;                        // of it, and of what it was built with
  std::string config;                          // as it was read
  std::string settings;                        // all its keys, as they were in force
  std::map<std::string, double> numbers = {};  // time, step and the solver's own
};

/// What cannot be read as it was written, or is no checkpoint at all: another may be good. Thrown on every rank alike.
class BrokenCheckpoint : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A whole checkpoint that is not of this run. Thrown on every rank alike.
class OtherCheckpoint : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where the one before `file` is kept.
std::string previous_checkpoint(const std::string& file);
/// Where that of an earlier run is kept until this one has written its first.
std::string earlier_checkpoint(const std::string& file);
/// The names of all files that may be there, its own first.
std::vector<std::string> files_of_checkpoint(const std::string& file);

/// What becomes of the checkpoint that was in the file's place, and of the one before it.
enum class Previous {
  replace,  // it is kept, instead of the one before
  keep,     // it is dropped, it is broken; the one before is kept
  remove,   // both are dropped, they are not of this run
};

/// Collective: writes one HDF5 file beside `file`, and puts it in its place when it is complete and on the disk, so that `file`
/// is a whole checkpoint at any moment. Throws RunError on every rank, and leaves all as it was, if that fails on any.
void write_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                      const CheckpointData& data, Previous previous);

/// Collective: reads the fields and returns the rest, which `accept` sees before any field is changed, and may refuse by an
/// exception. Throws BrokenCheckpoint, or OtherCheckpoint if the grid or the precision is another one, or a field is missing.
CheckpointData read_checkpoint(Domain& domain, const std::string& file, const std::vector<Field*>& fields,
                               FunctionRef<void(const CheckpointData&)> accept);

/// Collective: removes what a run that was killed may have left of a checkpoint that was not complete.
void clear_unfinished_checkpoint(const Domain& domain, const std::string& file);
/// Collective: gives a checkpoint of an earlier run the name earlier_checkpoint(), and drops the one before it. Returns whether there
/// was one. Throws RunError on every rank if that fails.
bool set_checkpoint_aside(const Domain& domain, const std::string& file);

}  // namespace tessera::io
