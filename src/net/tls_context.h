#pragma once
#include <memory>
#include <mutex>
#include <utility>

namespace paraph::net {

/// A certificate and key for servers, or trust for clients, ready for handshakes: what that is, is the adapter's own.
/// Immutable, shared by all event loops.
class TlsContext {
 public:
  TlsContext() = default;
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  virtual ~TlsContext() = default;
};

/// The context that new handshakes take; reload replaces it while others run. Callable from any thread. Null: no TLS.
class TlsSlot {
 public:
  std::shared_ptr<const TlsContext> get() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  void set(std::shared_ptr<const TlsContext> context) {
    const std::lock_guard lock(mutex_);
    context_ = std::move(context);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> context_;
};

}  // namespace paraph::net
