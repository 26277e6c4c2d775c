# What `cmake --install BUILD --prefix WHERE` brings: the programs (apps/CMakeLists.txt names theirs), the libraries with their headers and
# examples, packages by which other projects find them (CMake's and pkg-config's), configurations, documents, a module file. The installed
# folder may be moved. `cmake --install BUILD --component comm` brings the communication layer alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tessera)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(shared_folder ${CMAKE_INSTALL_DATADIR}/tessera)

# Each after those that it uses.
set(parts comm)
if(NOT TESSERA_ONLY_COMM)
  list(APPEND parts core io solvers apps)
endif()

# --- libraries ---

foreach(part IN LISTS parts)
  set_target_properties(tessera_${part} PROPERTIES EXPORT_NAME ${part})
  install(TARGETS tessera_${part} EXPORT tessera-${part}
    ARCHIVE COMPONENT ${part}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT tessera-${part} NAMESPACE tessera:: DESTINATION ${package_folder} COMPONENT ${part})
  if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${part}/include)
    install(DIRECTORY ${part}/include/ TYPE INCLUDE COMPONENT ${part})
  endif()
endforeach()
# Static, but it may end up in somebody's shared library.
set_target_properties(tessera_comm PROPERTIES POSITION_INDEPENDENT_CODE ON)

configure_package_config_file(cmake/tessera-config.cmake.in ${CMAKE_BINARY_DIR}/tessera-config.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/tessera-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/tessera-config.cmake ${CMAKE_BINARY_DIR}/tessera-config-version.cmake
  DESTINATION ${package_folder} COMPONENT comm)

# A file for pkg-config, with the flags that CMake has found for `name`: what a library's own file says may not be there.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pkgconfig_folder} OUTPUT_VARIABLE up)
function(tessera_pkgconfig package component)
  configure_file(cmake/${package}.pc.in ${CMAKE_BINARY_DIR}/${package}.pc.in @ONLY)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/${package}.pc INPUT ${CMAKE_BINARY_DIR}/${package}.pc.in)
  install(FILES ${CMAKE_BINARY_DIR}/${package}.pc DESTINATION ${pkgconfig_folder} COMPONENT ${component})
endfunction()
list(TRANSFORM MPI_C_INCLUDE_DIRS PREPEND -I OUTPUT_VARIABLE mpi_cflags)
list(PREPEND mpi_cflags ${MPI_C_COMPILE_OPTIONS})
set(mpi_libs ${MPI_C_LINK_FLAGS} ${MPI_C_LIBRARIES})
list(JOIN mpi_cflags " " mpi_cflags)
list(JOIN mpi_libs " " mpi_libs)
tessera_pkgconfig(tessera-comm comm)

# --- programs and examples ---

install(TARGETS pi COMPONENT comm)
install(DIRECTORY comm/examples/ DESTINATION ${shared_folder}/examples/comm COMPONENT comm)

set(linked ${MPI_C_LIBRARIES})
if(NOT TESSERA_ONLY_COMM)
  list(APPEND linked ${HDF5_C_LIBRARIES} TBB::tbb yaml-cpp::yaml-cpp muparser::muparser hwy::hwy ZLIB::ZLIB)
endif()
# The installed programs find libraries that lie where the system does not look by itself, as on clusters. A program that needs no such
# paths has none.
set(elsewhere OFF)
foreach(library IN LISTS linked)
  if(TARGET ${library})
    get_target_property(library ${library} LOCATION)
  endif()
  file(REAL_PATH "${library}" library)
  cmake_path(GET library PARENT_PATH folder)
  if(NOT folder IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
    set(elsewhere ON)
  endif()
endforeach()
foreach(program pi mpdata cahn_hilliard pde doctor)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ${elsewhere})
  endif()
endforeach()
if(TESSERA_ONLY_COMM)
  return()
endif()

# --- what only the whole has ---

install(TARGETS tessera_kernels EXPORT tessera-core)
set_target_properties(tessera_kernels PROPERTIES EXPORT_NAME kernels)
install(FILES apps/command_line.hpp apps/driver.hpp apps/explicit_problem.hpp
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tessera/apps COMPONENT apps)

set(hdf5_libs "")
foreach(library IN LISTS HDF5_C_HL_LIBRARIES HDF5_C_LIBRARIES)
  if(TARGET ${library})
    set(library $<TARGET_LINKER_FILE:${library}>)
  endif()
  string(APPEND hdf5_libs " ${library}")
endforeach()
list(TRANSFORM CMAKE_DL_LIBS PREPEND -l OUTPUT_VARIABLE dl_libs)
tessera_pkgconfig(tessera apps)

install(DIRECTORY examples/ DESTINATION ${shared_folder}/examples)
install(DIRECTORY configs scripts/slurm DESTINATION ${shared_folder})
install(FILES README.md LICENSE CHANGELOG.md CITATION.cff TYPE DOC)
file(GLOB documents CONFIGURE_DEPENDS docs/*.md)
install(FILES ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY docs/images DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(FILES packaging/modulefile DESTINATION ${shared_folder}/modulefiles/tessera RENAME ${PROJECT_VERSION})
