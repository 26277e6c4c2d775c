// What the statements of negative/*.cpp use. Nothing is ever linked, so declarations will do.
#ifndef TESSERA_NEGATIVE_VALUES_HPP  // no #pragma once: g++ warns where the file is precompiled
#define TESSERA_NEGATIVE_VALUES_HPP

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tessera/comm/cartesian.hpp"
#include "tessera/comm/eigen.hpp"
#include "tessera/comm/functions.hpp"

namespace comm = tessera::comm;

struct Particle {
  double position[3];
  int cell;
};
template <>
struct tessera::comm::Members<Particle> {
  static constexpr auto list = std::tuple(&Particle::position, &Particle::cell);
};

struct Undescribed {
  double x;
  int n;
};
struct Named {  // described, but with memory elsewhere
  std::string name;
};
template <>
struct tessera::comm::Members<Named> {
  static constexpr auto list = std::tuple(&Named::name);
};
struct Linked {  // trivially copyable, but a pointer means nothing to another rank
  Linked* next;
};
template <>
struct tessera::comm::Members<Linked> {
  static constexpr auto list = std::tuple(&Linked::next);
};

// Not global: g++ would warn of the library's parameters with the same names.
namespace values {

extern const comm::Communicator& world;
extern const comm::WaitingCommunicator& waiting;
extern const comm::Cartesian& cartesian;
extern comm::Status status;
extern comm::Message message;
extern comm::Request request;
extern std::vector<comm::Request> requests;
extern const std::vector<comm::Request> constant_requests;

extern double number, other_number;
extern const double constant_number;
extern double array[3];
extern const double constant_array[3];
extern std::vector<double> numbers, more_numbers;
extern const std::vector<double> constant_numbers;
extern std::vector<int> integers, counts;
extern std::vector<float> floats;
extern std::span<double> span;
extern std::span<const double> constant_span;
extern comm::StridedView<double> strided;
extern comm::StridedView<const double> constant_strided;
extern std::vector<Particle> particles, more_particles;
extern std::string text;
extern const std::string constant_text;

extern Eigen::MatrixXd matrix;
extern const Eigen::MatrixXd constant_matrix;
extern Eigen::Map<Eigen::MatrixXd> map;
extern Eigen::Map<const Eigen::MatrixXd> constant_map;
extern Eigen::VectorXd vector;
extern Eigen::ArrayXXcd complex_array;

extern std::vector<bool> bits;
extern const std::vector<bool> constant_bits;
extern std::list<double> list;
extern std::deque<double> deque;
extern std::set<int> set;
extern std::map<int, double> dictionary;
extern std::vector<std::vector<double>> nested;
extern std::vector<std::string> texts;
extern std::optional<double> optional;
extern std::pair<int, double> pair;
extern std::unique_ptr<double[]> unique_pointer;
extern std::array<double*, 2> pointers;
extern double* pointer;
extern const char* characters;
extern Undescribed undescribed;
extern std::vector<Undescribed> many_undescribed;
extern Named named;
extern std::vector<Linked> linked;

extern int captured;
struct Scaled {  // a function of two elements with a state
  double factor;
  double operator()(double a, double b) const { return factor * (a + b); }
};
double add(double a, double b);
Particle merged(const Particle& a, const Particle& b);
void receive_message(comm::Message message);
inline constexpr auto merge = [](const Particle& a, const Particle& b) { return merged(a, b); };
inline constexpr auto larger = [](double a, double b) { return a < b ? b : a; };

}  // namespace values
using namespace values;

#endif
