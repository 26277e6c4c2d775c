#include "tessera/comm/datatype.hpp"

namespace tessera::comm::detail {
namespace {

/// Called when MPI_COMM_SELF ends, the first thing that MPI_Finalize does (MPI standard 3.1, section 8.7.1).
int free_type(MPI_Comm, int, void* value, void*) {
  auto* type = static_cast<MPI_Datatype*>(value);
  MPI_Type_free(type);
  delete type;
  return MPI_SUCCESS;
}

void free_at_finalize(MPI_Datatype type) {
  int key = MPI_KEYVAL_INVALID;
  check(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, free_type, &key, nullptr), "MPI_Comm_create_keyval");
  check(MPI_Comm_set_attr(MPI_COMM_SELF, key, new MPI_Datatype(type)), "MPI_Comm_set_attr");
  MPI_Comm_free_keyval(&key);  // lives on until its attribute is gone
}

}  // namespace

MPI_Datatype make_struct(const std::vector<Member>& members, std::size_t extent) {
  std::vector<int> counts;
  std::vector<MPI_Aint> offsets;
  std::vector<MPI_Datatype> types;
  for (const Member& member : members) {
    counts.push_back(static_cast<int>(member.count));
    offsets.push_back(static_cast<MPI_Aint>(member.offset));
    types.push_back(member.type);
  }
  MPI_Datatype packed = MPI_DATATYPE_NULL;
  MPI_Datatype type = MPI_DATATYPE_NULL;
  check(MPI_Type_create_struct(static_cast<int>(members.size()), counts.data(), offsets.data(), types.data(), &packed),
        "MPI_Type_create_struct");
  // What lies between the last member and the next struct of an array.
  check(MPI_Type_create_resized(packed, 0, static_cast<MPI_Aint>(extent), &type), "MPI_Type_create_resized");
  MPI_Type_free(&packed);
  check(MPI_Type_commit(&type), "MPI_Type_commit");
  free_at_finalize(type);
  return type;
}

}  // namespace tessera::comm::detail
