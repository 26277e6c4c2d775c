// Nothing is allocated in the time loop: after the first steps, operator new is not called any more.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "run.hpp"

using namespace tessera;
using namespace tessera::test;

namespace {
std::atomic<long> allocations{0};

void* counted(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

/// How often memory is allocated in 20 steps, after 5 others.
template <class MakeSolver>
long allocations_of(const std::string& text, bool periodic, const Case& c, const MakeSolver& make) {
  const Config config = Config::parse(text, "test");
  const auto domain = make_domain(read_grid(config, periodic), c, 2, patient_world());
  REQUIRE(domain);
  const auto solver = make(config, *domain);
  double time = 0;
  long before = 0;
  for (int step = 0; step < 25; ++step) {
    if (step == 5) before = allocations;
    time = solver->advance(time, 1e300, 1).time;
  }
  CHECK(before > 0);  // counting works
  return allocations - before;
}

Case cut_for(int dimensions) {
  Case c = serial(dimensions);
  c.ranks.front() = comm::world().size();
  return c;
}

}  // namespace

TEST_CASE("MPDATA, one exchange a step or a pass") {
  const std::string text =
      "grid: {shape: [64, 32]}\ninitial: {psi: {uniform: [1, 2], seed: 1}}\ntime: {steps: 99}\n"
      "mpdata: {courant: [0.2, \"0.1 + 0.05*sin(2*pi*x/64)\"], iterations: 3, nonoscillatory: true}\n";
  for (const bool by_pass : {false, true}) {
    CAPTURE(by_pass);
    Case c = cut_for(2);
    c.by_pass = by_pass;
    CHECK(allocations_of(text, true, c, [](const Config& config, Domain& domain) {
            return mpdata::make_solver(config, mpdata::read_options(config), domain, {});
          }) == 0);
  }
}

TEST_CASE("Cahn-Hilliard, fixed and adaptive, with walls") {
  for (const char* time :
       {"{step: 0.001, steps: 99}", "{tolerance: 1e-4, end: 1000}", "{step: 0.01, stepper: rk4, steps: 99}",
        "{step: 0.001, stepper: adams-bashforth, steps: 99}", "{tolerance: 1e-4, stepper: rkf45, end: 1000}",
        "{step: 0.01, stepper: rkc2, steps: 99}"}) {
    CAPTURE(time);
    const std::string text = std::string("grid: {shape: [64, 32]}\ninitial: {c: {uniform: [-0.5, 0.5], seed: 1}}\n") +
                             "cahn_hilliard: {rate: 0.01}\ntime: " + time + "\n";
    CHECK(allocations_of(text, false, cut_for(2), [](const Config& config, Domain& domain) {
            return make_explicit_solver(*find_equation("cahn-hilliard"), config, domain, {});
          }) == 0);
  }
}
