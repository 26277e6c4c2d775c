# Picks the MPI: TESSERA_MPI is openmpi or mpich (Debian installs both side by side, with the
# flavour at the end of the compiler wrappers' names). On a cluster whose wrappers carry no
# such ending, set MPI_C_COMPILER and MPIEXEC_EXECUTABLE yourself.
set(TESSERA_MPI openmpi CACHE STRING "The MPI to build with: openmpi or mpich")
set_property(CACHE TESSERA_MPI PROPERTY STRINGS openmpi mpich)
if(NOT TESSERA_MPI MATCHES "^(openmpi|mpich)$")
  message(FATAL_ERROR "TESSERA_MPI is '${TESSERA_MPI}'; it may be openmpi or mpich.")
endif()

find_program(MPI_C_COMPILER NAMES mpicc.${TESSERA_MPI} mpicc)
find_program(MPIEXEC_EXECUTABLE NAMES mpiexec.${TESSERA_MPI} mpiexec)
find_package(MPI 3.1 REQUIRED COMPONENTS C)

# A build tree that says one MPI and links another would fail only at run time.
try_compile(mpi_is_openmpi ${CMAKE_BINARY_DIR}/mpi-flavour
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/is_openmpi.c LINK_LIBRARIES MPI::MPI_C)
if(mpi_is_openmpi AND TESSERA_MPI STREQUAL mpich OR NOT mpi_is_openmpi AND TESSERA_MPI STREQUAL openmpi)
  message(FATAL_ERROR "TESSERA_MPI is ${TESSERA_MPI}, but ${MPI_C_COMPILER} belongs to another MPI "
    "(headers in ${MPI_C_INCLUDE_DIRS}). Install the packages of ${TESSERA_MPI} (./dev setup --mpi ${TESSERA_MPI}) "
    "or set MPI_C_COMPILER to its wrapper, in a fresh build folder.")
endif()
