# Finds the parallel HDF5 that was built with the chosen MPI, and refuses a serial one or one of
# another MPI: both would build, and fail or corrupt at run time.
find_program(HDF5_C_COMPILER_EXECUTABLE NAMES h5pcc.${TESSERA_MPI} h5pcc
  DOC "HDF5's compiler wrapper for parallel programs; set it, in a fresh build folder, to use another HDF5")
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 1.10.7 REQUIRED COMPONENTS C HL)

set(how_to_fix "Install HDF5 built with ${TESSERA_MPI} (./dev setup --mpi ${TESSERA_MPI} does, on Debian), or set "
  "HDF5_C_COMPILER_EXECUTABLE to its h5pcc, in a fresh build folder.")
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "HDF5 ${HDF5_VERSION} was found (${HDF5_C_LIBRARIES}), but it is serial. " ${how_to_fix})
endif()

# The MPI that a shared library needs, by the name of the MPI's own library.
function(tessera_needed_mpi library result)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${library} OUTPUT_VARIABLE headers ERROR_QUIET)
  string(REGEX MATCH "NEEDED +(libmpi[a-z]*\\.so[.0-9]*)" needed "${headers}")
  set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()
function(tessera_soname library result)
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${library} OUTPUT_VARIABLE headers ERROR_QUIET)
  string(REGEX MATCH "SONAME +(libmpi[a-z]*\\.so[.0-9]*)" soname "${headers}")
  set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()
foreach(library ${HDF5_C_LIBRARIES})
  if(library MATCHES "libhdf5[^/]*\\.so")
    tessera_needed_mpi(${library} hdf5_mpi)
    set(known_mpi)
    foreach(mpi_library ${MPI_C_LIBRARIES})
      tessera_soname(${mpi_library} name)
      list(APPEND known_mpi ${name})
    endforeach()
    if(hdf5_mpi AND known_mpi AND NOT hdf5_mpi IN_LIST known_mpi)
      message(FATAL_ERROR "HDF5 ${HDF5_VERSION} (${library}) was built with another MPI: it needs ${hdf5_mpi}, while "
        "this build uses ${TESSERA_MPI} (${known_mpi}). " ${how_to_fix})
    endif()
  endif()
endforeach()

add_library(tessera_hdf5 INTERFACE)
target_include_directories(tessera_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(tessera_hdf5 INTERFACE ${HDF5_C_HL_LIBRARIES} ${HDF5_C_LIBRARIES})
message(STATUS "MPI: ${TESSERA_MPI} (${MPI_C_COMPILER}), HDF5 ${HDF5_VERSION}, parallel (${HDF5_C_LIBRARIES})")
