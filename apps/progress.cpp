#include "progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "terminal.hpp"

namespace tessera::apps {
namespace {

constexpr double seconds_on_terminal = 1;
constexpr double least_seconds = 5;  // between lines elsewhere: more and more, so that a log of days can be read
constexpr double most_seconds = 300;

std::string percent(double part) { return std::to_string(std::lround(100 * part)) + " %"; }

template <class Value>
std::string written(const char* head, Value value, int digits) {
  std::ostringstream text;
  text << head << std::setprecision(digits) << value;
  return text.str();
}

}  // namespace

std::string duration(double seconds) {
  std::ostringstream text;
  const double whole = std::round(seconds);
  if (seconds < 1e-3) text << std::setprecision(3) << seconds * 1e6 << " microseconds";
  else if (seconds < 1) text << std::setprecision(3) << seconds * 1e3 << " ms";
  else if (whole < 10) text << std::setprecision(2) << seconds << " s";
  else if (whole < 60) text << whole << " s";
  else if (whole < 3600) text << std::floor(whole / 60) << " min " << std::fmod(whole, 60) << " s";
  else if (whole < 172800)
    text << std::floor(whole / 3600) << " h " << std::floor(std::fmod(whole, 3600) / 60) << " min";
  else text << std::setprecision(3) << whole / 86400 << " days";
  return text.str();
}

Progress::Progress(Domain& domain, const Schedule& schedule)
    : domain_(domain), schedule_(schedule), width_(domain.communicator().root() ? terminal_width() : 0) {}

void Progress::begin(double time, Index step) {
  started_ = told_ = comm::wtime();
  first_time_ = time_ = time;
  first_step_ = step_ = step;
}

void Progress::note_steps(double time, Index step) {
  step_length_ = (time - time_) / static_cast<double>(std::max<Index>(step - step_, 1));
  time_ = time;
  step_ = step;
}

double Progress::elapsed() const { return comm::wtime() - started_; }

double Progress::speed() const {
  const double seconds = std::max(elapsed() - output_seconds_, 1e-9);
  return static_cast<double>(domain_.grid().cells()) * static_cast<double>(steps()) / seconds / 1e6;
}

/// Infinite if it is not known.
double Progress::seconds_left() const {
  const bool by_steps = schedule_.steps() > 0;
  const double done = by_steps ? static_cast<double>(steps()) : time_ - first_time_;
  const double left = by_steps ? static_cast<double>(schedule_.steps() - step_) : schedule_.end() - time_;
  return done > 0 ? elapsed() * left / done : std::numeric_limits<double>::infinity();
}

std::string Progress::line(int width) const {
  double exchange = 0;  // of this rank
  for (const PartSeconds& block : domain_.seconds())
    exchange += block[static_cast<std::size_t>(Part::exchange)] + block[static_cast<std::size_t>(Part::wait)];
  exchange /= static_cast<double>(domain_.blocks().size());
  std::string step = "step " + std::to_string(step_);
  if (schedule_.steps() > 0) step += "/" + std::to_string(schedule_.steps());
  const double left = seconds_left();
  // The first has to be there, then the others in the order of their numbers.
  struct Piece {
    std::string text;
    int rank;
  };
  std::vector<Piece> pieces{{step, 0},
                            {written("t = ", time_, 6), 2},
                            {written("dt = ", step_length_, 3), 6},
                            {written("", speed(), 3) + " Mcells/s", 3},
                            {"exchange " + percent(exchange / elapsed()), 4},
                            {"output " + percent(output_seconds_ / elapsed()), 5}};
  if (std::isfinite(left)) pieces.push_back({duration(std::max(std::round(left), 1.0)) + " left", 1});
  const auto join = [&] {
    std::string text;
    for (const Piece& piece : pieces) text += (text.empty() ? "" : ", ") + piece.text;
    return text;
  };
  const auto less_important = [](const Piece& a, const Piece& b) { return a.rank < b.rank; };
  while (width > 0 && pieces.size() > 1 && static_cast<int>(join().size()) > width)
    pieces.erase(std::max_element(pieces.begin(), pieces.end(), less_important));
  return join();
}

void Progress::tell() {
  if (!domain_.communicator().root()) return;
  const double now = comm::wtime();
  constexpr double part = 0.05;  // of the time that the run took so far
  const double interval = width_ > 0 ? seconds_on_terminal : std::clamp(part * elapsed(), least_seconds, most_seconds);
  if (now - told_ < interval) return;
  told_ = now;
  if (width_ > 0) domain_.log().pass(line(width_ - 1));
  else domain_.log().info(line(0));
}

}  // namespace tessera::apps
