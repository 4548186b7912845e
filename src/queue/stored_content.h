#pragma once
#include <optional>
#include <string>

#include "relay/relay.h"
#include "service/messages.h"
#include "service/rope_reader.h"
#include "store/store.h"

namespace paraph::queue {

/// The octets of a stored message, without the first `skip` of them, streamed from the store. One event loop.
class StoredContent final : public relay::Content {
 public:
  StoredContent(store::Store& store, service::MessagePtr message, std::uint64_t skip)
      : store_(store), message_(std::move(message)), skip_(std::min(skip, message_->structure.size)) {
    rewind();
  }
  std::uint64_t bytes() const override { return message_->structure.size - skip_; }
  void rewind() override { reader_.emplace(store_, message_->rope, mail::Range{skip_, message_->structure.size}); }
  Task<Result<std::string_view>> next(std::size_t bytes_max) override { return reader_->next(bytes_max); }

 private:
  store::Store& store_;
  service::MessagePtr message_;
  std::uint64_t skip_;
  std::optional<service::RopeReader> reader_;
};

/// Has the message octets above 127? What is not at hand is looked at where some were seen as it came in, or where a
/// part says 8bit or binary, as many clients write on everything. Codes of the store. One event loop.
Task<Result<bool>> has_8bit(store::Store& store, service::MessagePtr message);

/// Its top header block without the first `skip` octets; of one over 64 KiB the beginning, in whole lines.
Task<Result<std::string>> read_header(store::Store& store, service::MessagePtr message, std::uint64_t skip);

}  // namespace paraph::queue
