// How a root of a plan becomes a program.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "program.hpp"

namespace tessera::expressions {

/// lower() as a class; lower_sums.cpp has products and sums.
class Lowering {
 public:
  Lowering(const Plan& plan, const Stencil& stencil, const std::vector<std::size_t>& made);
  /// As lower().
  Program make(Id root, const std::optional<Fusion>& fusion, QuantityNumber argument);

 private:
  // Operands --------------------------------------------------------------------------------------

  Operand emit(Code code, Operand a, Operand b = {}, Operand c = {}, std::size_t function = 0) {
    if ((code == Code::add || code == Code::multiply || code == Code::multiply_add || code == Code::multiply_subtract ||
         code == Code::subtract_product) &&
        b < a)
      std::swap(a, b);  // the same bits, and found again
    const Instruction instruction{code, {a, b, c}, function};
    const auto [place, is_new] = known_.try_emplace(instruction, program_.instructions.size());
    if (is_new) program_.instructions.push_back(instruction);
    return {Operand::Kind::value, place->second};
  }
  Operand scalar(const Scalar& scalar) { return {Operand::Kind::scalar, place_in(program_.scalars, scalar)}; }
  Operand number(double value) { return scalar({Scalar::Kind::number, value}); }
  Operand row(const Row& row, Index shift = 0) { return {Operand::Kind::row, place_in(program_.rows, row), shift}; }
  template <class T>
  static std::size_t place_in(std::vector<T>& list, const T& item) {
    const auto found = std::find(list.begin(), list.end(), item);
    const auto place = static_cast<std::size_t>(found - list.begin());
    if (found == list.end()) list.push_back(item);
    return place;
  }
  Operand load(QuantityNumber quantity, const Index3& offset = {0, 0, 0}) {
    const std::size_t input = place_in(program_.inputs, quantity);
    program_.reaches.resize(program_.inputs.size());
    Reach& reach = program_.reaches[input];
    for (std::size_t a = 0; a < 3; ++a) {
      reach.below[a] = std::max(reach.below[a], -offset[a]);
      reach.above[a] = std::max(reach.above[a], offset[a]);
    }
    return row({Row::Kind::input, input, {offset[0], offset[1]}}, offset[2]);
  }
  Operand beside(QuantityNumber quantity, std::size_t dimension, Index layers) {
    return load(quantity, along(stencil_.dimensions(), static_cast<int>(dimension), layers));
  }

  // Nodes -----------------------------------------------------------------------------------------

  Operand value(Id id) {
    if (const auto known = values_.find(id); known != values_.end()) return known->second;
    const auto stored = stored_.find(id);
    const Operand result =
        stored == stored_.end() ? make_value(id) : scaled(1 / stored->second.factor, load(stored->second.quantity));
    values_[id] = result;
    return result;
  }

  Operand make_value(Id id);

  // Products and sums ---------------------------------------------------------------------------

  /// A number times powers of nodes.
  struct Monomial {
    double factor = 1;
    std::vector<std::pair<Id, int>> powers = {};

    bool plain() const { return powers.size() == 1 && powers[0].second == 1; }
  };
  using Monomials = std::vector<Monomial>;

  /// base^exponent for an exponent above 0, by squares.
  Operand power(Operand base, int exponent);
  /// What a power is the product of.
  void add_factors(std::vector<Operand>& list, Operand base, int exponent);
  Operand multiply_all(const std::vector<Operand>& factors);
  /// The factors of a product above the line and below.
  std::pair<std::vector<Operand>, std::vector<Operand>> factors_of(const Node& node);
  Operand product(const Node& node);
  /// Whether it is a product without divisions, which can be added as it is made.
  bool is_multiplied(Id id) const;
  Operand scaled(double factor, Operand what);

  Operand sum(const Node& node);
  /// Horner's scheme: what most terms are multiples of is taken out of them; then numbers, of products.
  Operand polynomial(double constant, const Monomials& terms);
  /// The node that is a factor of most terms, if there are several, and how often it is one of all of them.
  static std::optional<std::pair<Id, int>> common_factor(const Monomials& terms);
  /// A number that several products are multiplied by.
  static std::optional<double> common_number(const Monomials& terms);
  /// a b + the rest.
  Operand add_product(Operand a, Operand b, double constant, const Monomials& rest);
  /// What a term is a multiple of, and the factor: of a stored quantity where there is one.
  Operand value_of(const Monomial& term);
  double factor_of(const Monomial& term) const;
  std::vector<Operand> factors_of(const Monomial& term);
  Operand emit_product(Code code, const Monomial& product, Operand with);
  /// The first terms of a sum, which are taken from the list.
  Operand begin_sum(double constant, Monomials& terms);
  Operand add_up(double constant, Monomials terms);

  // Differences -----------------------------------------------------------------------------------

  Operand difference(const Node& node);

  std::size_t dimensions() const { return static_cast<std::size_t>(stencil_.dimensions()); }
  double ratio(std::size_t d) const { return stencil_.inverse_square[d] / stencil_.inverse_square[0]; }
  Operand add_scaled(double factor, Operand what, Operand to) {
    return factor == 1 ? emit(Code::add, to, what) : emit(Code::multiply_add, number(factor), what, to);
  }

  /// The same operations, in the same order, as those of Neighbours::add_laplacian.
  Operand laplacian(QuantityNumber of);
  Operand flux(QuantityNumber factor, QuantityNumber of);
  /// What write_fused_rows (stencil-inl.hpp) computes, in the same order.
  Operand fused(const Fusion& fusion, Operand rate, QuantityNumber argument);

  const Graph& graph_;
  const Stencil& stencil_;
  std::vector<Dependence> dependences_;
  Program program_;
  struct Stored {
    QuantityNumber quantity;
    double factor;  // it is so many times the node
  };
  std::map<Id, Stored> stored_;
  std::map<Id, Operand> values_;
  std::map<Instruction, std::size_t> known_;
};

}  // namespace tessera::expressions
