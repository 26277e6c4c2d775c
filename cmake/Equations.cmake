# Writes a source file with the list of all equations by hand: that of the file allen_cahn.cpp is tessera::equations::allen_cahn::entry, its
# name is allen-cahn.
function(tessera_list_equations output)
  set(declarations "")
  set(entries "")
  foreach(file ${ARGN})
    get_filename_component(equation ${file} NAME_WE)
    string(REPLACE "_" "-" name ${equation})
    string(APPEND declarations "namespace ${equation} {\nextern const EquationEntry entry;\n}\n")
    string(APPEND entries "      {\"${name}\", equations::${equation}::entry},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} CONTENT [[
#include "expressions/named_equations.hpp"

namespace tessera {
namespace equations {
@declarations@}  // namespace equations

std::vector<NamedEquation> equations_by_hand() {
  return {
@entries@  };
}

}  // namespace tessera
]] @ONLY)
endfunction()

# Refuses an equation without a test: for each file of the first list the second must have one of its name.
function(tessera_require_tests equations tests)
  list(TRANSFORM tests REPLACE ".*/" "")
  foreach(file ${equations})
    get_filename_component(name ${file} NAME)
    if(NOT name IN_LIST tests)
      message(FATAL_ERROR "The equation ${file} has no test: write tests/equations/${name} "
        "(docs/adding-an-equation.md shows one; its neighbours are others).")
    endif()
  endforeach()
endfunction()
