#include "collective_file.hpp"

#include <algorithm>
#include <stdexcept>

namespace tessera::io {
namespace {

void require(int status, const char* what) {
  if (status == MPI_SUCCESS) return;
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  MPI_Error_string(status, text.data(), &length);
  throw std::runtime_error(std::string(what) + ": " + text.substr(0, static_cast<std::size_t>(length)));
}

/// Freed at the end of its life.
struct Type {
  MPI_Datatype type = MPI_DATATYPE_NULL;
  Type(std::vector<int>& lengths, std::vector<MPI_Aint>& places) {
    require(MPI_Type_create_hindexed(static_cast<int>(lengths.size()), lengths.data(), places.data(), MPI_BYTE, &type),
            "describing what to write");
    require(MPI_Type_commit(&type), "describing what to write");
  }
  Type(const Type&) = delete;
  Type& operator=(const Type&) = delete;
  ~Type() { MPI_Type_free(&type); }
};

}  // namespace

CollectiveFile::CollectiveFile(const comm::WaitingCommunicator& communicator, const std::string& name) {
  require(MPI_File_open(communicator.native(), path_for_mpi(name).c_str(), MPI_MODE_WRONLY, MPI_INFO_NULL, &file_),
          "opening");
}

CollectiveFile::~CollectiveFile() {
  if (file_ != MPI_FILE_NULL) MPI_File_close(&file_);
}

void CollectiveFile::write(std::vector<Run> runs) {
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.offset < b.offset; });
  std::vector<int> lengths;
  std::vector<MPI_Aint> in_file;
  std::vector<MPI_Aint> in_memory;
  for (const Run& run : runs) {
    lengths.push_back(static_cast<int>(run.bytes));
    in_file.push_back(static_cast<MPI_Aint>(run.offset));
    MPI_Aint address = 0;
    require(MPI_Get_address(run.data, &address), "describing what to write");
    in_memory.push_back(address);
  }
  const Type file(lengths, in_file);
  const Type memory(lengths, in_memory);
  const bool any = !runs.empty();
  char native[] = "native";
  require(MPI_File_set_view(file_, 0, MPI_BYTE, any ? file.type : MPI_BYTE, native, MPI_INFO_NULL), "writing");
  require(MPI_File_write_all(file_, MPI_BOTTOM, any ? 1 : 0, memory.type, MPI_STATUS_IGNORE), "writing");
}

std::string path_for_mpi(const std::string& name) {
  const bool romio = std::string(comm::library_version()).find("Open MPI") == std::string::npos;
  if (romio && name.find(':') != std::string::npos) return "ufs:" + name;
  return name.find('/') == std::string::npos ? "./" + name : name;
}

}  // namespace tessera::io
