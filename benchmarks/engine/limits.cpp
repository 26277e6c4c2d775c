// The limits of one core: STREAM's triad in cache and memory (McCalpin 1995), fused multiply-adds and divisions.
//
//     limits NAME    reads a number of passes a line from standard input, and answers with a line of JSON:
//                    {"seconds": .., "cpu": .., "amount": ..}: bytes, or operations, in these passes (and a sum, so
//                    that none can be left out)
// NAME: triad-cache, triad-memory, multiply-add, divide.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "limits.cpp"
#include <hwy/foreach_target.h>

#include "tessera/core/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tessera::limits::HWY_NAMESPACE {

using P = tessera::HWY_NAMESPACE::Pack<double>;
constexpr std::size_t chains = 12;  // independent of each other: longer than an operation's latency

template <class Step>
HWY_INLINE double repeat(long count, const Step& step) {
  std::array<P, chains> x;
  for (std::size_t i = 0; i < chains; ++i) x[i] = P(1 + 1e-3 * static_cast<double>(i));
  for (long n = 0; n < count; ++n) {
    for (std::size_t i = 0; i < chains; ++i) x[i] = step(x[i]);
  }
  double sum = 0;
  for (const P& pack : x) sum += pack.sum();
  return sum;
}

double multiply_add(long count) {
  const P a(0.999);
  const P b(1e-3);
  return repeat(count, [&](P x) HWY_ATTR { return fma(x, a, b); });
}
double divide(long count) {
  const P a(1.5);
  return repeat(count, [&](P x) HWY_ATTR { return a / x; });
}
double triad(double* a, const double* b, const double* c, double s, long n) {
  namespace hn = hwy::HWY_NAMESPACE;
  const P::Tag tag;
  const auto lanes = static_cast<long>(hn::Lanes(tag));
  const P factor(s);
  for (long i = 0; i < n; i += lanes)
    hn::Store(fma(hn::Load(tag, c + i), factor, hn::Load(tag, b + i)).values, tag, a + i);
  return a[n - 1];
}
long lanes() { return static_cast<long>(hwy::HWY_NAMESPACE::Lanes(P::Tag())); }

}  // namespace tessera::limits::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tessera::limits {

HWY_EXPORT(multiply_add);
HWY_EXPORT(divide);
HWY_EXPORT(triad);
HWY_EXPORT(lanes);

struct Free {
  void operator()(double* memory) const { std::free(memory); }
};
using Values = std::unique_ptr<double, Free>;

Values make(long n, double value) {
  Values values(static_cast<double*>(std::aligned_alloc(64, static_cast<std::size_t>(n) * sizeof(double))));
  std::fill_n(values.get(), n, value);
  return values;
}

int run(const std::string& name) {
  const bool memory = name.rfind("triad-", 0) == 0;
  if (!memory && name != "multiply-add" && name != "divide") {
    std::fprintf(stderr, "limits: '%s' is none of triad-cache, triad-memory, multiply-add, divide\n", name.c_str());
    return 2;
  }
  const long n = name == "triad-memory" ? 1L << 25U : memory ? 1L << 14U : 0;
  const Values a = make(n + 8, 0), b = make(n + 8, 1), c = make(n + 8, 2);
  double sink = 0;
  for (long passes; std::cin >> passes;) {
    double amount = 0;
    const std::clock_t cpu = std::clock();
    const auto begin = std::chrono::steady_clock::now();
    if (memory) {
      for (long p = 0; p < passes; ++p)
        sink += HWY_DYNAMIC_DISPATCH(triad)(a.get(), b.get(), c.get(), static_cast<double>(p), n);
      amount = 24.0 * static_cast<double>(n * passes);
    } else {
      constexpr long pass = 1000;
      const bool division = name == "divide";
      sink +=
          division ? HWY_DYNAMIC_DISPATCH(divide)(pass * passes) : HWY_DYNAMIC_DISPATCH(multiply_add)(pass * passes);
      amount = static_cast<double>(pass * passes * HWY_DYNAMIC_DISPATCH(lanes)()) * 12 * (division ? 1 : 2);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("{\"seconds\": %.9g, \"cpu\": %.9g, \"amount\": %.9g, \"sum\": %g}\n", seconds,
                static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC, amount, sink);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace tessera::limits

int main(int argc, char** argv) { return tessera::limits::run(argc > 1 ? argv[1] : ""); }
#endif
