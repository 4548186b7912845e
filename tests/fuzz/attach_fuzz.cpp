// Any octets are a message: signing it never fails, what is left alone keeps its octets, and signing it again changes
// nothing; what was attached can be verified, and the last look finds no fault. The first octet chooses what the
// signature has, and what the policy says.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "mime/scan.h"
#include "signature/testing.h"
#include "signature/verify.h"

namespace paraph::signature {
namespace {

void check_last_look(const TestWorld& world, const std::string& message, const Attached& signed_message,
                     const std::string& text) {
  if (signed_message.changes.empty()) {
    PARAPH_ASSERT(text == message);
    return;
  }
  TestWorld other = world;
  Message before = other.receive(message);
  const auto header = before.structure.root().header;
  before.octets.emplace(header, message.substr(header.begin, header.size()));
  PARAPH_ASSERT(reads_as_planned(before, signed_message, other.scan(signed_message.rope)));
}

void check_field(const TestWorld& world, const Attached& signed_message, const mail::Signature& signature,
                 const std::string& text) {
  const Report& report = signed_message.report;
  if (report.kinds() == "none" || !report.html_as_written) return;
  const FieldKey key{.id = "k1", .secret = std::string(32, 's')};
  const std::string field =
      format_paraph_signature(report, signature, "alice@example.org", "<m@x>", "example.org", key, 1795000000);
  const auto says = read_only_field(field);
  PARAPH_ASSERT(says);
  TestWorld other = world;
  Message received = other.receive(text);
  for (const auto& range : octets_to_check(received.rope, received.structure, *says))
    received.octets.emplace(range, text.substr(range.begin, range.size()));
  PARAPH_ASSERT(check_content(received, *says));
}

}  // namespace
}  // namespace paraph::signature

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paraph::signature;
  if (size == 0) return 0;
  TestWorld world;
  // Without a field of ours that the message may bring: a defect within it would otherwise be gone the second time.
  auto received = world.receive(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  strip_foreign_fields(received);
  const std::string message = world.text(received.rope);
  auto signature = test_signature(world);
  if ((data[0] & 1) != 0) signature.text.clear();
  if ((data[0] & 2) != 0) signature.html.clear();
  if ((data[0] & 4) != 0) signature.image.reset();
  if ((data[0] & 16) != 0) signature.text = "\u0410\u043B\u0438\u0441\u0430";
  signature.voice.push_back(world.media("audio/32KADPCM", "726", std::string(80, 'g'), 3));
  if ((data[0] & 8) != 0) signature.voice.clear();
  if ((data[0] & 32) != 0) world.policy.recipients = Recipients::Vpim;
  if ((data[0] & 64) != 0) world.policy.text_before_quote = !(world.policy.html_before_quote = false);
  if ((data[0] & 128) != 0) world.policy.wrap_signed = world.policy.replace_client_block = true;
  signature.revision = revision_of(signature);
  const Attached once = world.attach(message, signature);
  const std::string text = world.text(once.rope);
  PARAPH_ASSERT(text.size() == once.rope.wire_bytes());
  PARAPH_ASSERT(world.scan(once.rope) == paraph::mime::scan(text));
  check_last_look(world, message, once, text);
  check_field(world, once, signature, text);
  const Attached twice = world.attach(text, signature);
  PARAPH_ASSERT(world.text(twice.rope) == text);
  return 0;
}
