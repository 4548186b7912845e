// Any octets are a message: signing it never fails, what is left alone keeps its octets, and signing it again changes
// nothing. The first octet chooses what the signature has.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "mime/scan.h"
#include "signature/testing.h"

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
  if ((data[0] & 8) != 0) signature.voice.clear();
  if ((data[0] & 16) != 0) signature.text = "\u0410\u043B\u0438\u0441\u0430";
  const Attached once = world.attach(message, signature);
  const std::string text = world.text(once.rope);
  PARAPH_ASSERT(text.size() == once.rope.wire_bytes());
  PARAPH_ASSERT(world.scan(once.rope) == paraph::mime::scan(text));
  const Attached twice = world.attach(text, signature);
  PARAPH_ASSERT(world.text(twice.rope) == text);
  return 0;
}
