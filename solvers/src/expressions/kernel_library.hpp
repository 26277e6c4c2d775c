// Kernels of a run, compiled together.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "program.hpp"
#include "tessera/core/config.hpp"
#include "tessera/core/domain.hpp"

namespace tessera::expressions {

/// The key `kernels`: how programs run. The results are the same, bit for bit.
enum class KernelMode {
  automatic,    // compiled, if that works
  compiled,     // or refused
  interpreted,  //
};
KernelMode read_kernel_mode(const Config& config);

/// A library loaded from memory: no file, on no node. It is unloaded with its last kernel.
class LoadedLibrary {
 public:
  /// Throws std::runtime_error.
  explicit LoadedLibrary(const std::string& bytes);
  ~LoadedLibrary();
  LoadedLibrary(const LoadedLibrary&) = delete;
  LoadedLibrary& operator=(const LoadedLibrary&) = delete;

  void* find(const std::string& name) const;

 private:
  int file_;
  void* handle_ = nullptr;
};

/// A kernel that there will be.
class Compiled {
 public:
  /// A RowKernel, or null: to be interpreted.
  void* kernel() const noexcept { return kernel_; }

 private:
  friend class KernelLibrary;
  void* kernel_ = nullptr;
  std::shared_ptr<const LoadedLibrary> library_;
};

class Compilation;

class KernelLibrary {
 public:
  /// Collective.
  KernelLibrary(Domain& domain, KernelMode mode);
  ~KernelLibrary();

  std::shared_ptr<const Compiled> add(const Program& program);
  /// Collective, when a run begins: starts to compile what has been added, on rank 0, in another process.
  void start();
  /// Collective, after that: waits for it, and loads what came of it on every rank; what has been added since is compiled now. If that
  /// does not work, says so once, and kernels are interpreted; with KernelMode::compiled throws RunError.
  void ready();
  /// The level of row_call(), the same on all ranks.
  int vector_functions() const noexcept { return vector_functions_; }
  /// How kernels run, for the start of a run.
  std::string describe() const;

 private:
  struct Kernel {
    std::string source;  // without its name
    std::shared_ptr<Compiled> compiled;
  };
  void begin();
  void finish();
  std::string source() const;
  std::string load(const std::string& bytes);

  Domain& domain_;
  KernelMode mode_;
  int level_;             // processor_level() of all ranks' processors
  int vector_functions_;  // likewise
  std::vector<Kernel> kernels_;
  std::size_t loaded_ = 0;  // of those
  std::size_t begun_ = 0;
  bool started_ = false;
  std::unique_ptr<Compilation> compilation_;
};

}  // namespace tessera::expressions
