// A file that ranks write together, by MPI's own I/O.
#pragma once

#include <mpi.h>

#include <string>
#include <vector>

#include "kept_file.hpp"
#include "tessera/comm/communicator.hpp"

namespace tessera::io {

/// All members are collective. Failures throw std::runtime_error on the rank where they happen.
class CollectiveFile {
 public:
  CollectiveFile(const comm::WaitingCommunicator& communicator, const std::string& name);
  CollectiveFile(const CollectiveFile&) = delete;
  CollectiveFile& operator=(const CollectiveFile&) = delete;
  ~CollectiveFile();
  /// Each rank's runs, none or many, in one call: MPI may collect them on some ranks and write long pieces (two-phase I/O).
  void write(std::vector<Run> runs);

 private:
  MPI_File file_ = MPI_FILE_NULL;
};

/// The file's name for MPI. Open MPI 4.1 cannot open one of a single character. ROMIO, which MPICH and Intel MPI use, takes what
/// is before a colon for a kind of file system: `ufs`, any, keeps it off the rest.
std::string path_for_mpi(const std::string& name);

}  // namespace tessera::io
