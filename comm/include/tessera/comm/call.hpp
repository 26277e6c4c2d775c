/// One description of a collective call for both of its forms. Blocking and Nonblocking say what becomes of the
/// buffers, of other things that the call needs, and of the call itself.
#pragma once

#include "tessera/comm/handle.hpp"
#include "tessera/comm/operator.hpp"

namespace tessera::comm::detail {

/// A buffer of a blocking call.
template <class Transfer>
class InCall {
 public:
  InCall(Transfer&& transfer, Use use) : transfer_(std::move(transfer)), use_(use) {
    if (reads(use_)) transfer_.begin();
  }
  auto* data() const noexcept { return transfer_.data(); }
  int count() const noexcept { return transfer_.count(); }
  MPI_Datatype type() const noexcept { return transfer_.type(); }
  int elements() const noexcept { return transfer_.elements(); }
  void finish() {
    if (writes(use_)) transfer_.finish();
  }

 private:
  Transfer transfer_;
  Use use_;
};

/// The second buffer of a call that has one, or whatever else it does not have.
struct None {
  void finish() noexcept {}
  std::unique_ptr<Kept> kept;
};
template <class T>
inline constexpr bool must_be_kept = !std::is_same_v<T, None> && !std::is_same_v<T, NativeOperator>;

struct Blocking {
  using Result = void;

  template <class Sent, class X>
  static auto buffer(X&& x, Use use, const char* call, bool matters = true) {
    return InCall(incoming<Sent>(x, call), matters ? use : Use::nothing);
  }
  /// `extra` is what the arguments point to beside the buffers.
  template <class Caller, class In, class Out, class Extra, class F, class G, class... A>
  static void call(const Caller& caller, const char* name, F blocking, G nonblocking, In& in, Out& out, Extra&&,
                   A... arguments) {
    caller.run(name, blocking, nonblocking, arguments...);
    in.finish();
    out.finish();
  }
};

struct Nonblocking {
  using Result = Request;

  template <class Sent, class X>
  static Posted buffer(X&& x, Use use, const char* call, bool matters = true) {
    return post_now<As::contiguous, Sent>(std::forward<X>(x), matters ? use : Use::nothing, call);
  }
  template <class Caller, class In, class Out, class Extra, class F, class G, class... A>
  static Request call(const Caller& caller, const char* name, F, G nonblocking, In& in, Out& out,
                      [[maybe_unused]] Extra&& extra, A... arguments) {
    auto kept = together(std::move(in.kept), std::move(out.kept));
    using Object = std::remove_cvref_t<Extra>;
    if constexpr (must_be_kept<Object>)
      kept = together(std::move(kept), std::make_unique<KeptObject<Object>>(std::forward<Extra>(extra)));
    return caller.start(name, std::move(kept), nonblocking, arguments...);
  }
};

}  // namespace tessera::comm::detail
