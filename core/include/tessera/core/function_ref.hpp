/// A callable that is handed on and not kept.
#pragma once

#include <type_traits>
#include <utility>

namespace tessera {

template <class Signature>
class FunctionRef;

/// What std::function is, but for a callable that outlives it: nothing is copied, nothing allocated.
template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <class F>
    requires(!std::is_same_v<F, FunctionRef>)
  FunctionRef(const F& f)
      : object_(&f), call_([](const void* object, Arguments... arguments) -> Result {
          return (*static_cast<const F*>(object))(std::forward<Arguments>(arguments)...);
        }) {}
  Result operator()(Arguments... arguments) const { return call_(object_, std::forward<Arguments>(arguments)...); }

 private:
  const void* object_;
  Result (*call_)(const void*, Arguments...);
};

}  // namespace tessera
