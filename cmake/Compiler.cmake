# What every target of the project is compiled with.
set(TESSERA_ARCH "" CACHE STRING "Value for -march; empty builds for any x86-64 or the compiler's default")

# Layouts agree bit for bit only without contraction (docs/architecture.md).
set(arithmetic -ffp-contract=off -fno-math-errno -fno-trapping-math)

add_library(tessera_options INTERFACE)
target_compile_options(tessera_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wuseless-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wformat=2 -Wdouble-promotion -Werror
  ${arithmetic})
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(tessera_options INTERFACE -Wno-unknown-warning-option)
else()
  # g++ 12 reports it falsely where std::string is concatenated (GCC bug 105651).
  target_compile_options(tessera_options INTERFACE -Wno-restrict)
endif()
if(TESSERA_ARCH)
  target_compile_options(tessera_options INTERFACE -march=${TESSERA_ARCH})
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3")  # without NDEBUG's difference: the project has no assert

if(TESSERA_SANITIZER STREQUAL address)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(TESSERA_SANITIZER STREQUAL thread)
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_compile_definitions(TESSERA_THREAD_SANITIZER)
  add_link_options(-fsanitize=thread)
elseif(TESSERA_SANITIZER)
  message(FATAL_ERROR "TESSERA_SANITIZER is '${TESSERA_SANITIZER}'; it may be empty, address or thread.")
endif()

# For files that include core's simd-inl.hpp. Of Highway's instruction sets AVX2 and AVX-512 are built, beside what the
# compiler is told to build for. Those who use what is installed have no tessera_options.
add_library(tessera_kernels INTERFACE)
target_link_libraries(tessera_kernels INTERFACE hwy::hwy)
target_compile_options(tessera_kernels INTERFACE "$<INSTALL_INTERFACE:${arithmetic}>")
if(TESSERA_SANITIZER)  # kernels are long: ten minutes a file otherwise. The widest vectors read furthest beyond rows.
  if(TESSERA_FUZZ)  # none runs
    target_compile_definitions(tessera_kernels INTERFACE HWY_COMPILE_ONLY_STATIC)
  else()
    target_compile_definitions(tessera_kernels INTERFACE "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX2|HWY_AVX3_DL)")
  endif()
  # A check of every pointer would make them take three times as long again; what lies outside an array, the address sanitizer
  # finds by itself.
  target_compile_options(tessera_kernels INTERFACE -O1 -gline-tables-only
    -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow,nonnull-attribute,returns-nonnull-attribute,return)
else()
  target_compile_definitions(tessera_kernels INTERFACE "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3_DL)")
endif()

# A library of the project: tessera_part(comm SOURCES ... LINK public ... PRIVATE private ...)
function(tessera_part name)
  cmake_parse_arguments(part "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(tessera_${name} STATIC ${part_SOURCES})
  add_library(tessera::${name} ALIAS tessera_${name})
  # Neither this build's folders nor its warnings are for those who use what is installed.
  target_include_directories(tessera_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>)
  target_link_libraries(tessera_${name} PUBLIC ${part_PUBLIC} PRIVATE $<BUILD_INTERFACE:tessera_options> ${part_PRIVATE})
  target_compile_features(tessera_${name} PUBLIC cxx_std_20)
endfunction()
