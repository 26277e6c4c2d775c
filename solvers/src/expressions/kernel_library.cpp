#include "kernel_library.hpp"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "compilation.hpp"
#include "source.hpp"
#include "tessera/core/failure.hpp"
#include "vector_functions.hpp"

namespace tessera::expressions {

LoadedLibrary::LoadedLibrary(const std::string& bytes) : file_(memfd_create("tessera kernels", MFD_CLOEXEC)) {
  if (file_ < 0) throw std::runtime_error("memory for a library cannot be had");
  std::string why;
  for (std::size_t at = 0; at < bytes.size() && why.empty();) {
    const ssize_t written = write(file_, bytes.data() + at, bytes.size() - at);
    if (written <= 0) why = "memory for a library is full";
    else at += static_cast<std::size_t>(written);
  }
  if (why.empty()) {
    handle_ = dlopen(("/proc/self/fd/" + std::to_string(file_)).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) why = dlerror();
  }
  if (why.empty()) return;
  close(file_);
  throw std::runtime_error(why);
}

LoadedLibrary::~LoadedLibrary() {
  dlclose(handle_);
  close(file_);  // only now: what is loaded is known by this name
}

void* LoadedLibrary::find(const std::string& name) const {
  void* const found = dlsym(handle_, name.c_str());
  if (found == nullptr) throw std::runtime_error(dlerror());
  return found;
}

KernelMode read_kernel_mode(const Config& config) {
  const std::string choice = config.choice("kernels");
  if (choice == "auto") return KernelMode::automatic;
  return choice == "compiled" ? KernelMode::compiled : KernelMode::interpreted;
}

KernelLibrary::KernelLibrary(Domain& domain, KernelMode mode)
    : domain_(domain),
      mode_(mode),
      level_(static_cast<int>(domain.min(Index{processor_level()}))),
      vector_functions_(static_cast<int>(domain.min(Index{vector_function_level()}))) {}
KernelLibrary::~KernelLibrary() = default;

std::shared_ptr<const Compiled> KernelLibrary::add(const Program& program) {
  std::string source = source_of(program, "NAME");
  const auto same = std::find_if(kernels_.begin(), kernels_.end(), [&](const Kernel& k) { return k.source == source; });
  if (same != kernels_.end()) return same->compiled;
  kernels_.push_back({std::move(source), std::make_shared<Compiled>()});
  return kernels_.back().compiled;
}

std::string KernelLibrary::source() const {
  std::string text = source_head(domain_.precision());
  for (std::size_t k = loaded_; k < begun_; ++k) {
    std::string kernel = kernels_[k].source;
    text += kernel.replace(kernel.find("NAME"), 4, "kernel_" + std::to_string(k - loaded_));
  }
  return text;
}

void KernelLibrary::start() {
  started_ = mode_ != KernelMode::interpreted;
  if (started_) begin();
}

void KernelLibrary::ready() {
  while (started_ && loaded_ < kernels_.size()) {
    if (begun_ == loaded_) begin();
    finish();
  }
}

void KernelLibrary::begin() {
  begun_ = kernels_.size();
  if (begun_ == loaded_) return;
  if (domain_.communicator().root()) compilation_ = std::make_unique<Compilation>(source(), level_);
}

/// Returns why they cannot be had, or an empty text.
std::string KernelLibrary::load(const std::string& bytes) {
  try {
    const auto library = std::make_shared<const LoadedLibrary>(bytes);
    for (std::size_t k = loaded_; k < begun_; ++k) {
      Compiled& compiled = *kernels_[k].compiled;
      compiled.kernel_ = library->find("kernel_" + std::to_string(k - loaded_));
      compiled.library_ = library;
    }
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

void KernelLibrary::finish() {
  Compilation::Outcome outcome;
  if (compilation_) outcome = compilation_->wait();
  compilation_.reset();
  const auto& communicator = domain_.communicator();
  communicator.bcast_resizing(outcome.library);
  communicator.bcast_resizing(outcome.what);
  std::string why = outcome.library.empty() ? outcome.what : load(outcome.library);
  const bool good = domain_.min(Index{why.empty() ? 1 : 0}) == 1;
  if (!good) {
    for (std::size_t k = loaded_; k < begun_; ++k) kernels_[k].compiled->kernel_ = nullptr;
    if (why.empty()) why = "it does not work on another rank";
  }
  loaded_ = begun_;
  if (good) {
    domain_.log().detail("kernels: " + outcome.what);
    return;
  }
  if (mode_ == KernelMode::compiled)
    throw RunError("kernels: compiled, but they cannot be: " + why + "; use kernels: auto or interpreted");
  started_ = false;
  domain_.log().warn("kernels are interpreted, which is a few times slower: " + why);
}

std::string KernelLibrary::describe() const {
  if (mode_ == KernelMode::interpreted) return "interpreted";
  return mode_ == KernelMode::compiled ? "compiled" : "compiled if there is a compiler, else interpreted";
}

}  // namespace tessera::expressions
