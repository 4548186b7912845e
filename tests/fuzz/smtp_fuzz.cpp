#include <cstdint>
#include <string>
#include <variant>

#include "base/assert.h"
#include "base/text.h"
#include "pieces.h"
#include "wire/smtp/format.h"
#include "wire/smtp/framer.h"
#include "wire/smtp/parse.h"

namespace paraph::smtp {
namespace {

/// A session without a server: every command is obeyed, and what happened becomes text.
class Session {
 public:
  void feed(std::string_view octets) {
    framer_.feed(octets);
    for (auto event = framer_.next(); event.kind != Framer::Kind::NeedMore; event = framer_.next()) note(event);
  }
  const std::string& events() const& { return events_; }

 private:
  void note(const Framer::Event& event) {
    if (event.kind == Framer::Kind::Octets) PARAPH_ASSERT(!event.text.empty());
    if (event.kind == Framer::Kind::Octets && last_ == Framer::Kind::Octets) {
      events_ += event.text;
      return;
    }
    last_ = event.kind;
    events_ += "\n" + std::to_string(static_cast<int>(event.kind)) + (event.line_ends.bare_cr ? "r" : "") +
               (event.line_ends.bare_lf ? "n" : "") + " ";
    events_ += event.text;
    if (event.kind == Framer::Kind::Line) obey(event.text);
  }

  void obey(std::string_view line) {
    const auto command = parse_command(line, Utf8::Yes);
    if (!command) {
      append_reply(events_, command.error());
      return;
    }
    if (const auto* mail = std::get_if<MailFrom>(&*command)) {
      check_path(mail->from);
      check_one_line(mail->options.envid);
    }
    if (const auto* rcpt = std::get_if<RcptTo>(&*command)) {
      check_path(rcpt->to.address);
      check_one_line(rcpt->to.original);
    }
    if (std::holds_alternative<Data>(*command)) framer_.begin_data();
    if (std::holds_alternative<Auth>(*command)) framer_.expect_auth_line();
    if (const auto* bdat = std::get_if<Bdat>(&*command)) {
      framer_.begin_chunk(bdat->bytes, first_);
      first_ = bdat->last ? Framer::FirstChunk::Yes : Framer::FirstChunk::No;
    }
  }

  // What we write is what we read.
  static void check_path(const mail::Address& address) {
    if (address.null() || address.domain.empty()) return;
    const auto again = parse_address(format_address(address), Utf8::Yes);
    PARAPH_ASSERT(again && *again == address);
  }

  // It goes into a report, and to the next server: no coding of it may smuggle in a line.
  static void check_one_line(std::string_view text) {
    PARAPH_ASSERT(is_utf8(text));
    for (const char c : text) PARAPH_ASSERT((static_cast<unsigned char>(c) & 0x80) != 0 || (c >= ' ' && c != '\x7f'));
  }

  Framer framer_;
  Framer::FirstChunk first_ = Framer::FirstChunk::Yes;
  Framer::Kind last_ = Framer::Kind::NeedMore;
  std::string events_;
};

std::string events(std::string_view input, std::uint32_t seed) {
  Session session;
  feed_in_pieces(input, seed, [&](std::string_view piece) { session.feed(piece); });
  return session.events();
}

}  // namespace
}  // namespace paraph::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = paraph::smtp::events(input, 0);
  for (const std::uint32_t seed : {1u, 77777u}) PARAPH_ASSERT(paraph::smtp::events(input, seed) == whole);
  return 0;
}
