# What `cmake --install BUILD --prefix WHERE` brings: the programs (apps/CMakeLists.txt names theirs), the communication
# layer with its headers and examples, and a CMake package by which other projects find it. The installed folder may be
# moved. `cmake --install BUILD --component comm` brings the communication layer alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tessera)
set(install_components comm)

# Static, but it may end up in somebody's shared library.
set_target_properties(tessera_comm PROPERTIES EXPORT_NAME comm POSITION_INDEPENDENT_CODE ON)
install(TARGETS tessera_comm EXPORT tessera-comm
  ARCHIVE COMPONENT comm
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tessera-comm NAMESPACE tessera:: DESTINATION ${package_folder} COMPONENT comm)
install(DIRECTORY comm/include/ TYPE INCLUDE COMPONENT comm)

install(TARGETS pi COMPONENT comm)
install(DIRECTORY comm/examples/ DESTINATION ${CMAKE_INSTALL_DATADIR}/tessera/examples/comm COMPONENT comm)
# The installed programs find libraries that lie where the system does not look by itself, as on clusters.
foreach(program pi mpdata cahn_hilliard pde doctor)
  if(TARGET ${program})
    set_target_properties(${program} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  endif()
endforeach()

configure_package_config_file(cmake/tessera-config.cmake.in ${CMAKE_BINARY_DIR}/tessera-config.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/tessera-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/tessera-config.cmake ${CMAKE_BINARY_DIR}/tessera-config-version.cmake
  DESTINATION ${package_folder} COMPONENT comm)
