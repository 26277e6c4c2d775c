// Expressions as a graph: whatever is written twice is there once, constants are folded, and terms stand in an order of their own,
// which depends on what they are and not on how they were written.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace tessera::expressions {

enum class Op {
  number,      // value
  time,        //
  coordinate,  // of dimension `index`
  field,       // number `index`
  integral,    // of the operand over the domain
  noise,       // a normal random number for each cell and step, of the field `index`
  sum,         // value + factors times operands
  product,     // of operands to the powers `factors`, whole numbers but 0
  square_root,
  absolute,
  floor,
  ceiling,
  minimum,     // of two: a < b ? a : b
  maximum,     // a > b ? a : b
  less,        // 1 or 0
  less_equal,  //
  equal,       //
  choose,      // the second operand where the first is not 0, else the third
  function,    // number `index` of functions()
  // Differences of the operand, in which `boundary` says what lies beyond walls. Along dimension `index`:
  first_central,
  first_forward,
  first_backward,
  second,
  laplace,  // along all
  flux,     // the divergence of the first operand, on faces, times the gradient of the second
};

/// Whether it reads its operand in other cells.
constexpr bool is_difference(Op op) { return op >= Op::first_central; }

using Id = std::size_t;

struct Node {
  Op op = Op::number;
  int index = 0;
  int boundary = -1;  // a number of bc_ops; -1: none of them
  double value = 0;
  std::vector<Id> operands = {};
  std::vector<double> factors = {};

  std::partial_ordering operator<=>(const Node&) const = default;  // NOLINT(modernize-use-nullptr): there is none
};

struct Term {
  double factor;
  Id of;
};

class Graph {
 public:
  const Node& operator[](Id id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }

  /// Each returns the node that has the same value; numbers are computed at once, in double precision. Those that are not finite are
  /// numbers, too: finite() tells.
  Id number(double value);
  Id leaf(Op op, int index = 0) { return add({op, index}); }
  Id sum(const std::vector<Term>& terms);
  Id product(const std::vector<Id>& factors);
  Id power(Id base, int exponent);
  /// To any power: of numbers n and n + 1/2, up to 64, by products and square roots.
  Id power(Id base, Id exponent);
  Id unary(Op op, Id a);
  Id binary(Op op, Id a, Id b);
  Id choose(Id condition, Id yes, Id no);
  Id function(std::size_t number, Id a);
  Id function(std::size_t number, Id a, Id b);
  Id integral(Id of) { return add({Op::integral, 0, -1, 0, {of}}); }
  Id difference(Op op, int dimension, int boundary, const std::vector<Id>& operands);

  bool is_number(Id id) const { return nodes_[id].op == Op::number; }
  bool finite(Id id) const;

  /// For roots and all that they are made of, a line each: the same text for the same expressions, from which from_text() makes them
  /// again, without folding anything.
  std::string text(const std::vector<Id>& roots) const;
  static Graph from_text(const std::string& text, std::vector<Id>& roots);

 private:
  Id add(Node node);
  /// A number times something else.
  bool is_scaled(Id id) const {
    return nodes_[id].op == Op::sum && nodes_[id].operands.size() == 1 && nodes_[id].value == 0;
  }
  Id scaled(double factor, Id id) { return sum({{factor, id}}); }
  /// An order that depends on nothing but what the nodes mean.
  int compare(Id a, Id b) const;

  std::vector<Node> nodes_;
  std::map<Node, Id> known_;
};

/// Calls visit(id) for a node and all that it is made of, operands first, each once.
template <class Visit>
void for_each_node(const Graph& graph, Id root, std::vector<bool>& seen, const Visit& visit) {
  seen.resize(graph.size());
  if (seen[root]) return;
  seen[root] = true;
  for (const Id operand : graph[root].operands) for_each_node(graph, operand, seen, visit);
  visit(root);
}

/// What an operation makes of numbers; of those that are neither leaves, sums, products nor differences.
double evaluate(const Node& node, double a, double b, double c);

/// base^exponent, by products in a fixed order: the same as kernels compute.
double whole_power(double base, int exponent);

}  // namespace tessera::expressions
