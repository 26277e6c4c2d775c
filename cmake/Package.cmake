# `./dev package` (cpack -G DEB): what Install.cmake installs, as a Debian package of one MPI. What its programs need, dpkg-shlibdeps finds.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tessera-${TESSERA_MPI})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/packaging/debian.cmake)

file(STRINGS ${CMAKE_SOURCE_DIR}/CITATION.cff authors REGEX "^  - name: ")
string(REPLACE "  - name: " "" CPACK_PACKAGE_CONTACT "${authors}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "A YAML file goes in, one HDF5 file comes out, and the result is the same,
bit for bit, however the grid is cut among ranks and threads. The programs
are mpdata (advection by MPDATA), pde (equations written as expressions,
compiled when a run begins, or with names), cahn-hilliard (phase separation)
and tessera-doctor. With the C++ libraries that they are made of.
.
This package is for ${TESSERA_MPI}.")

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# One MPI's programs have the names of the other's.
set(CPACK_DEBIAN_PACKAGE_PROVIDES tessera)
set(CPACK_DEBIAN_PACKAGE_CONFLICTS tessera)
set(CPACK_DEBIAN_PACKAGE_REPLACES tessera)
# mpiexec; the compiler that pde's kernels want, and what tessera-plot does; what programs with the libraries are built with.
if(TESSERA_MPI STREQUAL mpich)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS mpich)
else()
  set(CPACK_DEBIAN_PACKAGE_DEPENDS openmpi-bin)
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "g++, python3-xarray, python3-h5netcdf, python3-matplotlib")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, pkg-config, lib${TESSERA_MPI}-dev, libhdf5-${TESSERA_MPI}-dev, libtbb-dev, libhwy-dev, \
libyaml-cpp-dev, libmuparser-dev, zlib1g-dev")
include(CPack)
