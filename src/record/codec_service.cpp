#include <algorithm>

#include "record/codec.h"
#include "record/wire.h"

namespace paraph::record {

std::string format_key_ring(const std::vector<RingKey>& ring) {
  Parsed<pb::KeyRing> out;
  for (const auto& key : ring) {
    auto& one = *out->add_keys();
    one.set_id(key.id);
    one.set_made(unix_seconds(key.made));
    if (key.retired) one.set_retired(std::max<std::int64_t>(1, unix_seconds(*key.retired)));
  }
  return out->SerializeAsString();
}

Result<std::vector<RingKey>> parse_key_ring(std::string_view octets) {
  Parsed<pb::KeyRing> in;
  if (!in.parse(octets) || in->keys_size() == 0) return corrupt("key ring");
  std::vector<RingKey> ring;
  for (const auto& one : in->keys()) {
    const auto made = time_of(one.made());
    const auto retired = time_of(one.retired());
    const bool last = ring.size() + 1 == static_cast<std::size_t>(in->keys_size());
    if (one.id().empty() || !made || !retired || last != (one.retired() == 0)) return corrupt("key ring");
    ring.push_back({.id = one.id(), .made = *made, .retired = std::nullopt});
    if (!last) ring.back().retired = *retired;
  }
  return ring;
}

std::string format_settings(const Settings& settings) {
  Parsed<pb::Policy> out;
  for (const auto& [name, value] : settings) {
    auto& one = *out->add_settings();
    one.set_name(name);
    one.set_value(value);
  }
  return out->SerializeAsString();
}

Result<Settings> parse_settings(std::string_view octets) {
  Parsed<pb::Policy> in;
  if (!in.parse(octets)) return corrupt("policy");
  Settings settings;
  for (const auto& one : in->settings()) {
    if (one.name().empty() || !settings.emplace(one.name(), one.value()).second) return corrupt("policy");
  }
  return settings;
}

void set_place(pb::Place& out, const Place& place) {
  out.set_account(place.account.value);
  out.set_mailbox(place.mailbox.value);
  out.set_uid(place.uid.value);
}

Place place_of(const pb::Place& in) {
  return {.account = AccountId{in.account()}, .mailbox = MailboxId{in.mailbox()}, .uid = Uid{in.uid()}};
}

std::string format_places(const std::vector<Place>& places) {
  Parsed<pb::Places> out;
  for (const auto& place : places) {
    set_place(*out->add_places(), place);
  }
  return out->SerializeAsString();
}

Result<std::vector<Place>> parse_places(std::string_view octets) {
  Parsed<pb::Places> in;
  if (!in.parse(octets)) return corrupt("place of a message");
  std::vector<Place> places;
  for (const auto& one : in->places()) {
    places.push_back(place_of(one));
  }
  return places;
}

}  // namespace paraph::record
