#pragma once
// For tests: keys, a message, and the whole way of verifying in one call.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dkim/sign.h"
#include "dkim/verify.h"

namespace paraph::dkim {

/// A message in two, as the rooms above have it: the header block with its empty line, and the body.
struct TestMessage {
  std::string header;
  std::string body;
};

inline TestMessage test_message(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, end + 4)), std::string(text.substr(end + 4))};
}

using TestRecords = std::map<std::string, std::string>;  ///< name -> TXT

inline std::vector<Outcome> verify_all(const TestMessage& message, const TestRecords& records,
                                       std::uint64_t now = 1'795'000'000) {
  const auto signatures = find_signatures(message.header);
  BodyHashing hashing(signatures);
  hashing.feed(message.body);
  const auto digests = hashing.finish();
  std::vector<Outcome> outcomes;
  for (const auto& signature : signatures) {
    KeyAnswer answer;
    const auto record = records.find(signature.key_name);
    if (record != records.end()) answer.records.push_back(record->second);
    outcomes.push_back(check_signature(signature, message.header, digests, answer, now));
  }
  return outcomes;
}

/// Both kinds of key, made once in a process: RSA takes its time.
inline const crypto::SigningKey& test_key(crypto::KeyKind kind) {
  static const auto kRsa = crypto::SigningKey::generate(crypto::KeyKind::Rsa).value();
  static const auto kEd25519 = crypto::SigningKey::generate(crypto::KeyKind::Ed25519).value();
  return kind == crypto::KeyKind::Rsa ? kRsa : kEd25519;
}

inline const char* test_selector(crypto::KeyKind kind) { return kind == crypto::KeyKind::Rsa ? "r" : "e"; }

inline TestRecords test_records(const std::string& domain = "example.org") {
  TestRecords records;
  for (const auto kind : {crypto::KeyKind::Rsa, crypto::KeyKind::Ed25519})
    records[std::string(test_selector(kind)) + "._domainkey." + domain] = format_key_record(test_key(kind)).value();
  return records;
}

/// The message with one more signature on top.
inline TestMessage signed_message(TestMessage message, crypto::KeyKind kind,
                                  const std::string& domain = "example.org") {
  BodyHasher hasher(Canonical::Relaxed);
  hasher.feed(message.body);
  const auto field = sign(message.header, hasher.finish().sha256, test_key(kind),
                          {.domain = domain, .selector = test_selector(kind), .unix_seconds = 1'794'000'000});
  message.header.insert(0, field.value());
  return message;
}

}  // namespace paraph::dkim
