/// Messages between two ranks.
#pragma once

#include <optional>

#include "tessera/comm/handle.hpp"

namespace tessera::comm {

/// A message that mprobe has found and set aside for its caller, whatever other threads receive. It must be received.
class Message {
 public:
  Message(MPI_Message native, const Status& status) noexcept : native_(native), status_(status) {}
  Message(Message&& other) noexcept : native_(std::exchange(other.native_, MPI_MESSAGE_NULL)), status_(other.status_) {}
  Message& operator=(Message&& other) noexcept {
    native_ = std::exchange(other.native_, MPI_MESSAGE_NULL);
    status_ = other.status_;
    return *this;
  }
  const Status& status() const noexcept { return status_; }
  MPI_Message& native() noexcept { return native_; }

 private:
  MPI_Message native_;
  Status status_;
};

/// The point-to-point calls of a communicator. Tags go from 0 to tag_limit().
template <class Waits>
class Messages : public Caller<Waits> {
  using As = detail::As;
  using Use = detail::Use;

 public:
  using Caller<Waits>::Caller;
  using Handle::native;

  template <class B>
  void send(const B& data, int destination, int tag = 0) const {
    if constexpr (detail::require_buffer<const B>()) {
      const auto out = detail::outgoing<As::message>(data, "MPI_Send");
      this->run("MPI_Send", MPI_Send, MPI_Isend, out.data(), out.count(), out.type(), destination, tag);
    }
  }
  /// Returns only when the receiver has begun to receive.
  template <class B>
  void ssend(const B& data, int destination, int tag = 0) const {
    if constexpr (detail::require_buffer<const B>()) {
      const auto out = detail::outgoing<As::message>(data, "MPI_Ssend");
      this->run("MPI_Ssend", MPI_Ssend, MPI_Issend, out.data(), out.count(), out.type(), destination, tag);
    }
  }

  /// A message of at most as many elements as `data` has; those that do not come stay untouched.
  template <class B>
  void recv(B&& data, int source = any_source, int tag = any_tag) const {
    MPI_Status status;
    receive(std::forward<B>(data), source, tag, detail::is_contiguous<B> ? detail::ignore_status() : &status);
  }
  template <class B>
  void recv(B&& data, int source, int tag, Status& status) const {
    receive(std::forward<B>(data), source, tag, &status.native());
  }
  /// The message that mprobe has set aside.
  template <class B>
  Status recv(B&& data, Message& message) const {
    Status status;
    if constexpr (detail::require_receivable<B>()) {
      auto in = detail::transfer<As::message>(data, "MPI_Mrecv");
      check(MPI_Mrecv(in.data(), in.count(), in.type(), &message.native(), &status.native()), "MPI_Mrecv");
      in.finish(status.native());
    }
    return status;
  }

  /// Both at once. The two buffers must not overlap.
  template <class S, class R>
  void sendrecv(const S& send, int destination, R&& receive, int source = any_source, int send_tag = 0,
                int receive_tag = any_tag) const {
    MPI_Status status;
    exchange(send, destination, std::forward<R>(receive), source, send_tag, receive_tag,
             detail::is_direct<S, R> ? detail::ignore_status() : &status);
  }
  template <class S, class R>
  void sendrecv(const S& send, int destination, R&& receive, int source, int send_tag, int receive_tag,
                Status& status) const {
    exchange(send, destination, std::forward<R>(receive), source, send_tag, receive_tag, &status.native());
  }
  /// In place: what comes replaces what was sent. It may have fewer elements. Waits as MPI does.
  template <class B>
  void sendrecv_replace(B&& data, int destination, int source = any_source, int send_tag = 0,
                        int receive_tag = any_tag) const {
    if constexpr (detail::require_receivable<B>()) {
      auto both = detail::outgoing<As::message>(data, "MPI_Sendrecv_replace");
      MPI_Status status;
      check(MPI_Sendrecv_replace(both.data(), both.count(), both.type(), destination, send_tag, source, receive_tag,
                                 native(), detail::is_contiguous<B> ? detail::ignore_status() : &status),
            "MPI_Sendrecv_replace");
      both.finish(status);
    }
  }

  /// An lvalue stays the caller's until the request is finished; a temporary container or value is moved into the request.
  template <class B>
  [[nodiscard]] Request isend(B&& data, int destination, int tag = 0) const {
    return post_send("MPI_Isend", MPI_Isend, std::forward<B>(data), destination, tag);
  }
  template <class B>
  [[nodiscard]] Request issend(B&& data, int destination, int tag = 0) const {
    return post_send("MPI_Issend", MPI_Issend, std::forward<B>(data), destination, tag);
  }
  /// An lvalue, or a temporary view of one, stays the caller's until the request is finished. A temporary container is
  /// moved into the result, an OwningRequest, whose get() waits and hands it over.
  template <class B>
  [[nodiscard]] auto irecv(B&& data, int source = any_source, int tag = any_tag) const {
    if constexpr (!detail::require_writable<B>()) {
      return Request();
    } else if constexpr (!std::is_lvalue_reference_v<B> && detail::owns_elements<B>) {
      auto buffer = std::make_shared<B>(std::forward<B>(data));
      auto in = detail::post<As::message, B>(*buffer, Use::message, "MPI_Irecv");
      auto kept =
          detail::together(std::make_unique<detail::KeptObject<std::shared_ptr<B>>>(buffer), std::move(in.kept));
      return OwningRequest<B>(
          this->start("MPI_Irecv", std::move(kept), MPI_Irecv, in.data(), in.count(), in.type(), source, tag), buffer);
    } else {
      auto in = detail::post<As::message, B>(std::forward<B>(data), Use::message, "MPI_Irecv");
      return this->start("MPI_Irecv", std::move(in.kept), MPI_Irecv, in.data(), in.count(), in.type(), source, tag);
    }
  }

  /// Persistent requests, for exchanges that repeat: start() them, wait, start them again. Each start sends what the
  /// buffer then holds.
  template <class B>
  [[nodiscard]] Request send_init(B&& data, int destination, int tag = 0) const {
    return prepare("MPI_Send_init", MPI_Send_init, Use::read, std::forward<B>(data), destination, tag);
  }
  template <class B>
  [[nodiscard]] Request recv_init(B&& data, int source = any_source, int tag = any_tag) const {
    if constexpr (!detail::require_receivable<B>()) return Request();
    else return prepare("MPI_Recv_init", MPI_Recv_init, Use::message, std::forward<B>(data), source, tag);
  }

  /// Waits until a message could be received, and says which.
  Status probe(int source = any_source, int tag = any_tag) const {
    Status status;
    if (this->yields()) check(detail::yielding_probe(source, tag, native(), &status.native()), "MPI_Probe");
    else check(MPI_Probe(source, tag, native(), &status.native()), "MPI_Probe");
    return status;
  }
  /// The message that could be received now, if there is one.
  std::optional<Status> iprobe(int source = any_source, int tag = any_tag) const {
    Status status;
    int found = 0;
    check(MPI_Iprobe(source, tag, native(), &found, &status.native()), "MPI_Iprobe");
    return found == 0 ? std::nullopt : std::optional(status);
  }
  /// The same with the message set aside, so that no other thread can receive it in between.
  [[nodiscard]] Message mprobe(int source = any_source, int tag = any_tag) const {
    Status status;
    MPI_Message message = MPI_MESSAGE_NULL;
    if (this->yields()) check(detail::yielding_mprobe(source, tag, native(), &message, &status.native()), "MPI_Mprobe");
    else check(MPI_Mprobe(source, tag, native(), &message, &status.native()), "MPI_Mprobe");
    return {message, status};
  }
  [[nodiscard]] std::optional<Message> improbe(int source = any_source, int tag = any_tag) const {
    Status status;
    MPI_Message message = MPI_MESSAGE_NULL;
    int found = 0;
    check(MPI_Improbe(source, tag, native(), &found, &message, &status.native()), "MPI_Improbe");
    return found == 0 ? std::nullopt : std::optional<Message>(std::in_place, message, status);
  }

 private:
  template <class B>
  void receive(B&& data, int source, int tag, MPI_Status* status) const {
    if constexpr (detail::require_receivable<B>()) {
      auto in = detail::transfer<As::message>(data, "MPI_Recv");
      const auto call = this->yields() ? detail::yielding_recv : MPI_Recv;
      check(call(in.data(), in.count(), in.type(), source, tag, native(), status), "MPI_Recv");
      if constexpr (!detail::is_contiguous<B>) in.finish(*status);
    }
  }
  template <class S, class R>
  void exchange(const S& send, int destination, R&& receive, int source, int send_tag, int receive_tag,
                MPI_Status* status) const {
    if constexpr (detail::require_pair<const S, R>()) {
      const auto out = detail::outgoing<As::message>(send, "MPI_Sendrecv");
      auto in = detail::incoming<S, As::message>(receive, "MPI_Sendrecv");
      const auto call = this->yields() ? detail::yielding_sendrecv : MPI_Sendrecv;
      check(call(out.data(), out.count(), out.type(), destination, send_tag, in.data(), in.count(), in.type(), source,
                 receive_tag, native(), status),
            "MPI_Sendrecv");
      if constexpr (!detail::is_direct<S, R>) in.finish(*status);
    }
  }
  template <class Call, class B>
  Request post_send(const char* name, Call call, B&& data, int destination, int tag) const {
    if constexpr (!detail::require_buffer<B>()) {
      return Request();
    } else {
      auto out = detail::post_now<As::message, B>(std::forward<B>(data), Use::read, name);
      return this->start(name, std::move(out.kept), call, out.data(), out.count(), out.type(), destination, tag);
    }
  }
  template <class Call, class B>
  Request prepare(const char* name, Call call, Use use, B&& data, int peer, int tag) const {
    if constexpr (!detail::require_buffer<B>()) {
      return Request();
    } else {
      auto buffer = detail::post<As::message, B>(std::forward<B>(data), use, name);
      MPI_Request request = MPI_REQUEST_NULL;
      check(call(buffer.data(), buffer.count(), buffer.type(), peer, tag, native(), &request), name);
      return Request(request, this->wait_policy(), std::move(buffer.kept), true);
    }
  }
};

}  // namespace tessera::comm
