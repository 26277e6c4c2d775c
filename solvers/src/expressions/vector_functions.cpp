#include "vector_functions.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "compilation.hpp"

namespace tessera::expressions {
namespace {

#ifdef __x86_64__
void* find(const std::string& symbol) {
  static void* const library = dlopen("libmvec.so.1", RTLD_NOW | RTLD_LOCAL);
  return library == nullptr ? nullptr : dlsym(library, symbol.c_str());
}

/// A symbol's name by the vector function ABI of x86-64: b, d and e are vectors of 16, 32 and 64 bytes.
template <class Real>
std::string symbol(const Function& function, int level) {
  const auto [vectors, bytes] = level == 4   ? std::pair("eN", 64U)
                                : level == 3 ? std::pair("dN", 32U)
                                             : std::pair("bN", 16U);
  return std::string("_ZGV") + vectors + std::to_string(bytes / sizeof(Real)) +
         (function.arguments == 2 ? "vv_" : "v_") + function.name + (sizeof(Real) == sizeof(float) ? "f" : "");
}

// What is compiled for vectors of so many bytes: functions take them in registers that other code does not know.
#define TESSERA_ROWS(name, instructions, bytes)                                                       \
  template <class Real>                                                                               \
  struct name {                                                                                       \
    typedef Real Vector __attribute__((vector_size(bytes)));                                          \
    static constexpr std::size_t lanes = (bytes) / sizeof(Real);                                      \
    template <int arguments>                                                                          \
    __attribute__((target(instructions))) static void row(Real* result, const Real* a, const Real* b, \
                                                          std::size_t count, void* of) {              \
      std::size_t k = 0;                                                                              \
      for (; k + lanes <= count; k += lanes) {                                                        \
        Vector x, y;                                                                                  \
        std::memcpy(&x, a + k, bytes);                                                                \
        if constexpr (arguments == 2) {                                                               \
          std::memcpy(&y, b + k, bytes);                                                              \
          x = reinterpret_cast<Vector (*)(Vector, Vector)>(of)(x, y);                                 \
        } else {                                                                                      \
          x = reinterpret_cast<Vector (*)(Vector)>(of)(x);                                            \
        }                                                                                             \
        std::memcpy(result + k, &x, bytes);                                                           \
      }                                                                                               \
      if (k == count) return;                                                                         \
      std::array<Real, 2 * lanes> rest{};                                                             \
      std::copy_n(a + k, count - k, rest.data());                                                     \
      if (arguments == 2) std::copy_n(b + k, count - k, rest.data() + lanes);                         \
      row<arguments>(rest.data(), rest.data(), rest.data() + lanes, lanes, of);                       \
      std::copy_n(rest.data(), count - k, result + k);                                                \
    }                                                                                                 \
    static RowFunction<Real> of(std::size_t arguments) { return arguments == 2 ? row<2> : row<1>; }   \
  };
TESSERA_ROWS(Rows16, "sse2", 16)
TESSERA_ROWS(Rows32, "avx2", 32)
TESSERA_ROWS(Rows64, "avx512f", 64)
#undef TESSERA_ROWS

template <class Real>
RowFunction<Real> row_of_vectors(std::size_t arguments, int level) {
  if (level == 4) return Rows64<Real>::of(arguments);
  return level == 3 ? Rows32<Real>::of(arguments) : Rows16<Real>::of(arguments);
}
#endif

}  // namespace

int vector_function_level() {
#ifdef __x86_64__
  // All of functions() have been there since glibc 2.35, from the same version on.
  return find("_ZGVbN2v_tanh") == nullptr ? 0 : processor_level();
#else
  return 0;
#endif
}

template <class Real>
RowCall<Real> row_call(const Function& function, [[maybe_unused]] int level) {
#ifdef __x86_64__
  void* const of = level > 0 ? find(symbol<Real>(function, level)) : nullptr;
  if (of != nullptr) return {row_of_vectors<Real>(function.arguments, level), of};
#endif
  return {function.row<Real>(), nullptr};
}

template RowCall<double> row_call<double>(const Function& function, int level);
template RowCall<float> row_call<float>(const Function& function, int level);

}  // namespace tessera::expressions
