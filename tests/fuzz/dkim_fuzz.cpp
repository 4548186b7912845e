// Any octets are a message, and any are a key record: verifying never fails otherwise than by a verdict, and says the
// same however the body is cut; what is signed verifies.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "dkim/authentication_results.h"
#include "dkim/testing.h"
#include "dkim/trust.h"
#include "mime/field.h"
#include "pieces.h"

namespace paraph::dkim {
namespace {

constexpr std::uint64_t kNow = 1'795'000'000;

bool same(const BodyDigests& a, const BodyDigests& b) { return a.simple == b.simple && a.relaxed == b.relaxed; }

std::vector<Outcome> check_verify(const TestMessage& message, const std::string& record, std::uint32_t seed) {
  const auto signatures = find_signatures(message.header);
  PARAPH_ASSERT(signatures.size() <= kSignaturesMax);
  BodyHashing whole(signatures);
  whole.feed(message.body);
  const auto digests = whole.finish();
  BodyHashing cut(signatures);
  feed_in_pieces(message.body, seed, [&](std::string_view piece) { cut.feed(piece); });
  PARAPH_ASSERT(same(cut.finish(), digests));
  std::vector<Outcome> outcomes;
  for (const auto& signature : signatures) {
    KeyAnswer answer;
    answer.records.push_back(record);
    outcomes.push_back(check_signature(signature, message.header, digests, answer, kNow));
  }
  return outcomes;
}

/// A field of ours is one field, whatever the outcomes hold, and is found again.
void check_results(const std::vector<Outcome>& outcomes) {
  std::vector<MethodResult> results;
  for (const auto& outcome : outcomes) results.push_back(result_of(outcome));
  const auto field = format_authentication_results("mx.example.org", results);
  const mime::Fields fields(field);
  const auto first = fields.begin();
  PARAPH_ASSERT(first != fields.end() && first->range.end == field.size());
  PARAPH_ASSERT(find_forged_results(field, "MX.example.org").size() == 1);
}

void check_sign(TestMessage message) {
  // The signature goes on top of fields only: a header that ends at once or begins with no field has none to cover.
  if (mime::count_fields(message.header, "From") == 0) message.header.insert(0, "From: a@example.org\r\n");
  if (message.header.starts_with("From ") || fields_to_sign(message.header).size() > kSignedFieldsMax) return;
  const auto signed_one = signed_message(std::move(message), crypto::KeyKind::Ed25519);
  const auto signatures = find_signatures(signed_one.header, 1);
  PARAPH_ASSERT(signatures.size() == 1);
  BodyHashing hashing(signatures);
  hashing.feed(signed_one.body);
  KeyAnswer answer;
  answer.records.push_back(test_records().at("e._domainkey.example.org"));
  const auto outcome = check_signature(signatures[0], signed_one.header, hashing.finish(), answer, kNow);
  PARAPH_ASSERT(outcome.verdict == Verdict::Pass);
}

}  // namespace
}  // namespace paraph::dkim

/// The first line is the key record, the rest a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paraph::dkim;
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto line = std::min(input.find('\n'), input.size());
  const std::string record = input.substr(0, line);
  const TestMessage message = test_message(std::string_view(input).substr(std::min(line + 1, input.size())));
  const auto outcomes = check_verify(message, record, static_cast<std::uint32_t>(size));
  check_results(outcomes);
  (void)check_foreign_signature(message.header, outcomes);
  (void)find_forged_results(message.header, "mx.example.org");
  check_sign(message);
  return 0;
}
