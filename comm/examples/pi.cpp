// pi by numerical integration, over and over, with the work dealt out to all ranks and one allreduce each time:
// what does it cost to call it through tessera rather than by hand? After listings 1, 3 and 4 of numba-mpi's paper.
#include <mpi.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "tessera/comm/functions.hpp"

namespace comm = tessera::comm;

namespace {

struct Options {
  int n_times = 10'000;
  std::vector<int> x;
  int repeats = 10;
  double rtol = 1e-3;
};

/// The numbers that "3" or "1:10" stands for.
void append_numbers(const std::string& text, int largest, std::vector<int>& numbers) {
  const char* end = text.data() + text.size();
  int first = 0;
  auto read = std::from_chars(text.data(), end, first);
  int last = first;
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == ':') read = std::from_chars(read.ptr + 1, end, last);
  if (read.ec != std::errc() || read.ptr != end || first < 1 || last < first || last > largest) {
    throw CLI::ValidationError("--x", "'" + text + "' is neither a number from 1 to n-times, which is " +
                                          std::to_string(largest) + ", nor a range such as 1:10");
  }
  for (int n = first; n <= last; ++n) numbers.push_back(n);
}

struct Answer {
  std::string text;
  int exit_code;
};

/// Fills in the options; an Answer instead for --help and mistakes.
std::optional<Answer> parse(int argc, char** argv, Options& options) {
  CLI::App app("pi by numerical integration: tessera's allreduce beside MPI_Allreduce called by hand", "pi");
  std::vector<std::string> x{"1:10"};
  app.add_option("--n-times", options.n_times, "How many times pi is found in one measurement")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--x", x, "Find pi from n-times/x intervals: numbers and ranges of them")->capture_default_str();
  app.add_option("--repeats", options.repeats, "Measurements, of which the best counts")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--rtol", options.rtol, "How far off pi may be, relative to itself")->capture_default_str();
  app.footer("Exit codes: 0 done, 1 a wrong pi, 2 a wrong command line.");
  try {
    app.parse(argc, argv);
    if (!(options.rtol > 0)) throw CLI::ValidationError("--rtol", "must be more than 0");
    for (const std::string& text : x) append_numbers(text, options.n_times, options.x);
  } catch (const CLI::CallForHelp&) {
    return Answer{app.help(), 0};
  } catch (const CLI::ParseError& error) {
    return Answer{"error: command line: " + std::string(error.what()) + "; see pi --help\n", 2};
  }
  return std::nullopt;
}

/// This rank's part of the integral of 4/(1 + x^2) from 0 to 1, by the midpoint rule. Not inlined, so that everybody
/// who is compared runs the same instructions.
[[gnu::noinline]] double get_pi_part(int n_intervals, int rank, int size) {
  const double h = 1.0 / n_intervals;
  double sum = 0;
  for (int i = rank; i < n_intervals; i += size) {
    const double x = h * (i + 0.5);
    sum += 4 / (1 + x * x);
  }
  return h * sum;
}

double by_hand(double part) {
  double pi = 0;
  if (MPI_Allreduce(&part, &pi, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD) != MPI_SUCCESS)
    comm::abort("MPI_Allreduce failed");
  return pi;
}
double by_tessera(double part) { return comm::allreduce(part); }

/// Seconds that it takes to find pi n_times.
template <double allreduce(double)>
double measure(int n_times, int n_intervals, double rtol, std::optional<double>& wrong_pi) {
  const int rank = comm::rank();
  const int size = comm::size();
  const volatile int n = n_intervals;  // or the compiler would see that one call of get_pi_part is enough
  comm::barrier();
  const double start = comm::wtime();
  for (int i = 0; i < n_times; ++i) {
    const double pi = allreduce(get_pi_part(n, rank, size));
    if (!(std::abs(pi - std::numbers::pi) <= rtol * std::numbers::pi)) wrong_pi = pi;
  }
  return comm::wtime() - start;
}

/// The least of each turn's times, added up.
double best(const std::vector<std::vector<double>>& turns) {
  double sum = 0;
  for (const auto& seconds : turns) sum += *std::min_element(seconds.begin(), seconds.end());
  return sum;
}

/// Listings 3 and 4, for one x: a line of the table. False if pi was wrong.
bool compare(const Options& options, int x) {
  const int n_intervals = options.n_times / x;
  // Short turns, and every other time the other goes first: what else the machine does meanwhile meets both alike.
  const int turns = std::min(20, options.n_times);
  std::vector<std::vector<double>> by_hand_seconds(static_cast<std::size_t>(turns));
  auto by_tessera_seconds = by_hand_seconds;
  std::vector<double> ratios;
  std::optional<double> wrong_pi;
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    for (int turn = 0; turn < turns; ++turn) {
      const int n_times = options.n_times * (turn + 1) / turns - options.n_times * turn / turns;
      double seconds[2];
      for (const int who : {(repeat + turn) % 2, 1 - (repeat + turn) % 2}) {
        seconds[who] =
            (who == 0 ? measure<by_hand> : measure<by_tessera>)(n_times, n_intervals, options.rtol, wrong_pi);
      }
      by_hand_seconds[static_cast<std::size_t>(turn)].push_back(seconds[0]);
      by_tessera_seconds[static_cast<std::size_t>(turn)].push_back(seconds[1]);
      ratios.push_back(seconds[1] / seconds[0]);
    }
  }

  const bool right = comm::allreduce(!wrong_pi, comm::Operator::logical_and);
  if (comm::rank() == 0 && right) {
    std::sort(ratios.begin(), ratios.end());
    const auto ratio = [&](int percent) {
      return ratios[(ratios.size() - 1) * static_cast<std::size_t>(percent) / 100];
    };
    std::printf("%4d %12d %14.6f %16.6f %7.3f %14.3f (%.3f to %.3f)\n", x, n_intervals, best(by_hand_seconds),
                best(by_tessera_seconds), best(by_tessera_seconds) / best(by_hand_seconds), ratio(50), ratio(25),
                ratio(75));
    std::fflush(stdout);
  } else if (comm::rank() == 0) {
    std::fprintf(stderr, "error: pi came out as %.9g from %d intervals (x = %d); --rtol allows %g\n",
                 wrong_pi.value_or(0), n_intervals, x, options.rtol);
  }
  return right;
}

template <class F>
double best_time(int repeats, F f) {
  std::vector<double> seconds;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    comm::barrier();
    const double start = comm::wtime();
    f();
    seconds.push_back(comm::wtime() - start);
  }
  return *std::min_element(seconds.begin(), seconds.end());
}

/// Listing 1: how fast a sum is, by one rank and by all of them.
void print_speed(const Options& options) {
  const int rank = comm::rank();
  const int size = comm::size();
  const volatile int n_intervals = 1'000'000;
  volatile double pi = 0;
  const double alone = best_time(options.repeats, [&] { pi = rank == 0 ? get_pi_part(n_intervals, 0, 1) : 0; });
  const double together = best_time(options.repeats, [&] { pi = by_tessera(get_pi_part(n_intervals, rank, size)); });
  if (rank == 0) {
    std::printf("One sum of a million intervals: %.3f ms by one rank, %.3f ms by %d, a speedup of %.2f\n\n",
                1e3 * alone, 1e3 * together, size, alone / together);
  }
}

}  // namespace

int main(int argc, char** argv) {
  comm::Environment environment(argc, argv);
  Options options;
  if (const auto answer = parse(argc, argv, options)) {  // the same on all ranks
    if (comm::rank() == 0) std::fputs(answer->text.c_str(), answer->exit_code == 0 ? stdout : stderr);
    return answer->exit_code;
  }

  print_speed(options);
  if (comm::rank() == 0) {
    std::printf("%d times pi, by %d ranks, in seconds, the best of %d (%s)\n", options.n_times, comm::size(),
                options.repeats, comm::library_version());
    std::puts("   x  n_intervals  MPI_Allreduce  comm::allreduce   ratio  of turns: median (quartiles)");
  }
  for (const int x : options.x) {
    if (!compare(options, x)) return 1;
  }
  return 0;
}
