#include "service/messages.h"

#include <algorithm>
#include <utility>

#include "record/keys.h"
#include "service/message_cache.h"
#include "service/rope_reader.h"

namespace paraph::service {
namespace {

/// Octets of a record in memory, from what it takes stored: strings are about as long, parts and segments are larger.
std::size_t memory_bytes(const record::StoredMessage& message, std::size_t stored_bytes) {
  return sizeof message + stored_bytes + message.structure.parts.size() * sizeof(mail::Part) +
         message.rope.segments.size() * sizeof(mail::Segment) + message.plain.size() * sizeof(mail::Run);
}

mail::Range clamped(mail::Range range, std::uint64_t size) {
  const std::uint64_t end = std::min(range.end, size);
  return {std::min(range.begin, end), end};
}

}  // namespace

struct Messages::Cache : MessageCache {
  using MessageCache::MessageCache;
};

Messages::Messages(store::Store& store, std::size_t cache_bytes_max)
    : store_(store), cache_(std::make_unique<Cache>(cache_bytes_max)) {}
Messages::~Messages() = default;

Result<MessagePtr> Messages::parse_and_keep(MessageId id, const std::string& octets) {
  PARAPH_TRY(auto parsed, record::parse_message(octets));
  auto message = std::make_shared<const record::StoredMessage>(std::move(parsed));
  cache_->put(id, message, memory_bytes(*message, octets.size()));
  return message;
}

void Messages::keep(MessageId id, record::StoredMessage message) {
  auto kept = std::make_shared<const record::StoredMessage>(std::move(message));
  // Most of what it takes stored is fields of the header and octets of the rope.
  std::size_t stored_bytes = kept->structure.root().header.size();
  for (const auto& segment : kept->rope.segments) stored_bytes += segment.octets.size();
  for (const auto& run : kept->plain) stored_bytes += run.own.octets.size();
  cache_->put(id, kept, memory_bytes(*kept, stored_bytes));
}

MessagePtr Messages::find_known(MessageId id) const { return cache_->find(id); }

Task<Result<MessagePtr>> Messages::load(MessageId id) {
  if (auto message = cache_->find(id)) co_return message;
  PARAPH_CO_TRY(const auto octets, co_await store_.get(record::message_key(id)));
  if (!octets) co_return fail(Code::NotFound, "the message is gone");
  co_return parse_and_keep(id, *octets);
}

Task<Result<std::vector<MessagePtr>>> Messages::load_many(std::vector<MessageId> ids) {
  std::vector<MessagePtr> messages;
  messages.reserve(ids.size());
  std::vector<std::size_t> missing;
  std::vector<std::string> keys;
  for (const MessageId id : ids) {
    messages.push_back(cache_->find(id));
    if (messages.back()) continue;
    missing.push_back(messages.size() - 1);
    keys.push_back(record::message_key(id));
  }
  if (missing.empty()) co_return messages;
  PARAPH_CO_TRY(const auto values, co_await store_.get_many(std::move(keys)));
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (!values[i]) continue;
    PARAPH_CO_TRY(messages[missing[i]], parse_and_keep(ids[missing[i]], *values[i]));
  }
  co_return messages;
}

Task<Result<void>> Messages::read(MessagePtr message, mail::Range range, Sink sink) {
  RopeReader reader(store_, message->rope, clamped(range, message->structure.size));
  for (;;) {
    PARAPH_CO_TRY(const auto piece, co_await reader.next(kPieceBytesMax));
    if (piece.empty()) co_return Result<void>();
    co_await sink(piece);
  }
}

Task<Result<std::string>> Messages::read_all(MessagePtr message, mail::Range range, std::size_t bytes_max) {
  range = clamped(range, message->structure.size);
  if (range.size() > bytes_max) co_return fail(Code::TooLarge, "this part of the message is too long");
  RopeReader reader(store_, message->rope, range);
  PARAPH_CO_TRY(const auto all, co_await reader.next(range.size()));
  co_return std::string(all);
}

}  // namespace paraph::service
