#pragma once
// Private to record's .cpp files: what every codec needs of Protocol Buffers.
#include <google/protobuf/arena.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "record/codec.h"
#include "records.pb.h"

namespace paraph::record {

inline std::unexpected<Error> corrupt(const char* what) {
  return fail(Code::Corrupt, std::string("a stored ") + what + " is damaged: run `paraph check`");
}

/// A generated message that lives here, with its fields: small ones never touch the heap.
template <class T>
class Parsed {
 public:
  Parsed() : arena_(stack_, sizeof stack_), value_(google::protobuf::Arena::CreateMessage<T>(&arena_)) {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;
  bool parse(std::string_view octets) { return value_->ParseFromArray(octets.data(), static_cast<int>(octets.size())); }
  T& operator*() { return *value_; }
  T* operator->() { return value_; }

 private:
  alignas(8) char stack_[4096];
  google::protobuf::Arena arena_;
  T* value_;
};

inline std::int64_t unix_seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// nullopt past what Time can hold (the years 1677 to 2262).
inline std::optional<Time> time_of(std::int64_t seconds) {
  constexpr auto kMost = std::chrono::floor<std::chrono::seconds>(Time::max().time_since_epoch()).count() - 1;
  if (seconds > kMost || seconds < -kMost) return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

inline std::string octets_of(const BlobId& id) { return std::string(id.view()); }

inline std::optional<BlobId> blob_of(std::string_view octets) {
  BlobId id;
  if (octets.size() != id.digest.size()) return std::nullopt;
  std::memcpy(id.digest.data(), octets.data(), octets.size());
  return id;
}

void set_place(pb::Place& out, const Place& place);
Place place_of(const pb::Place& in);

/// The number as an E, when it is one of 0 .. `last`.
template <class E>
std::optional<E> enum_of(std::uint32_t number, E last) {
  if (number > static_cast<std::uint32_t>(last)) return std::nullopt;
  return static_cast<E>(number);
}

}  // namespace paraph::record
