# One line registers a test with its rank counts:
#   tessera_test(halo SOURCES mpi/test_halo.cpp RANKS 1 2 3 4 LINK tessera::core TIMEOUT 120 LONG_RANKS 6 8)
find_package(doctest REQUIRED)

set(TESSERA_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
  PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none
  TESSERA_CACHE=${CMAKE_BINARY_DIR}/kernels TESSERA_DATA=${CMAKE_CURRENT_SOURCE_DIR}/tests/data TESSERA_CONFIGS=${CMAKE_CURRENT_SOURCE_DIR}/configs)

add_library(tessera_test_support STATIC tests/support/main.cpp tests/support/cases.cpp)
target_include_directories(tessera_test_support PUBLIC tests/support)
target_link_libraries(tessera_test_support PUBLIC doctest::doctest tessera::core PRIVATE tessera_options tessera_hdf5)

function(tessera_add_mpi_test name ranks timeout labels)
  add_test(NAME ${name} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} PROCESSORS 2 LABELS "${labels}"
    ENVIRONMENT "${TESSERA_TEST_ENVIRONMENT}")
endfunction()

function(tessera_test name)
  cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;RANKS;LONG_RANKS;LINK" ${ARGN})
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  add_executable(test_${name} ${test_SOURCES})
  set_target_properties(test_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE tessera_test_support tessera_options ${test_LINK})
  foreach(ranks ${test_RANKS})
    tessera_add_mpi_test(${name}.${ranks} ${ranks} ${test_TIMEOUT} "" $<TARGET_FILE:test_${name}>)
  endforeach()
  foreach(ranks ${test_LONG_RANKS})
    tessera_add_mpi_test(${name}.${ranks} ${ranks} ${test_TIMEOUT} long $<TARGET_FILE:test_${name}>)
  endforeach()
endfunction()

# A test in Python: of the apps from outside, or of what the compiler makes of a piece of code.
function(tessera_python_test name script timeout)
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tests/${script})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} PROCESSORS 2
    ENVIRONMENT "${TESSERA_TEST_ENVIRONMENT};TESSERA_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};TESSERA_MPIEXEC=${MPIEXEC_EXECUTABLE};TESSERA_READERS=${CMAKE_SOURCE_DIR}/build/test-venv/bin/python")
endfunction()

function(tessera_cli_test name timeout)
  tessera_python_test(cli.${name} cli/test_${name}.py ${timeout})
endfunction()
