// A whole session on in-memory streams and an in-memory store, fed with arbitrary octets. The first octet chooses the
// protocol and whether a log-in goes before; the rest is what the client sends, in two pieces. Any crash, assert, leak
// or session that outlives its client is a finding.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "client.h"

namespace paraph::transcripts {
namespace {

struct Opening {
  const char* kind;
  std::string_view said;  // before the fuzzer's octets
};

constexpr std::array kOpenings{
    Opening{"imap", ""},
    Opening{"imap", "a LOGIN bob@example.test paraph\r\n"},
    Opening{"imap", "a LOGIN bob@example.test paraph\r\nb SELECT INBOX\r\n"},
    Opening{"submission", "EHLO c\r\n"},
    Opening{"submission", "EHLO c\r\nAUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABwYXJhcGg=\r\n"},
    Opening{"mx", "EHLO c\r\nMAIL FROM:<a@other.example>\r\nRCPT TO:<bob@example.test>\r\n"},
    Opening{"lmtp", "LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.test>\r\nRCPT TO:<alice@example.test>\r\n"},
};

constexpr std::string_view kMessage =
    "From: alice@example.test\r\nSubject: voice\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
    "boundary=b\r\n\r\n"
    "--b\r\n\r\ntext\r\n--b\r\nContent-Type: audio/AMR\r\nContent-Transfer-Encoding: "
    "base64\r\n\r\nIyFBTVIK\r\n--b--\r\n";

Limits small_limits() {
  Limits limits;
  limits.message_bytes_max = 4096;
  limits.signature_growth_bytes_max = 1024;
  return limits;
}

void run_one(std::string_view input) {
  const auto& opening = kOpenings[static_cast<unsigned char>(input.front()) % kOpenings.size()];
  input.remove_prefix(1);
  World world(small_limits());
  world.put_message("bob@example.test", "INBOX", kMessage, {});
  {
    Client client(world, opening.kind, Cut::AsWritten, true);
    client.send(std::string(opening.said));
    client.send(std::string(input.substr(0, input.size() / 2)));
    client.send(std::string(input.substr(input.size() / 2)));
  }
  world.run();
  if (world.gate.running() != 0) std::abort();
}

}  // namespace
}  // namespace paraph::transcripts

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size != 0) paraph::transcripts::run_one({reinterpret_cast<const char*>(data), size});
  return 0;
}
