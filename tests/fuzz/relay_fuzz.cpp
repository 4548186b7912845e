#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/text.h"
#include "pieces.h"
#include "wire/smtp/dot_stuffer.h"
#include "wire/smtp/extensions.h"
#include "wire/smtp/format_command.h"
#include "wire/smtp/framer.h"
#include "wire/smtp/parse.h"
#include "wire/smtp/reply_parser.h"

namespace paraph::smtp {
namespace {

std::string text_of(const Extensions& found) {
  std::string out;
  for (const bool flag : {found.pipelining, found.eight_bit_mime, found.binary_mime, found.chunking, found.smtputf8,
                          found.dsn, found.starttls, found.require_tls, found.enhanced_codes, found.size})
    out += flag ? '1' : '0';
  out += " " + std::to_string(found.size_max) + " " + std::to_string(found.rcpt_max);
  for (const auto& mechanism : found.auth) out += " " + mechanism;
  return out;
}

/// A client whose server says anything: each reply is read as EHLO's too.
std::string replies(std::string_view input, std::uint32_t seed) {
  ReplyParser parser;
  std::string out;
  feed_in_pieces(input, seed, [&](std::string_view piece) {
    parser.feed(piece);
    for (auto event = parser.next(); event.kind == ReplyParser::Kind::Reply; event = parser.next()) {
      PARAPH_ASSERT(event.reply.code >= 200 && event.reply.code <= 599);
      PARAPH_ASSERT(event.reply.text.size() <= kReplyBytesMax && is_ascii(event.reply.text));
      out += std::to_string(event.reply.code) + event.reply.enhanced + "[" + event.reply.text + "]" +
             text_of(parse_extensions(event.reply));
    }
  });
  return out + (parser.at_rest() ? "" : "+");
}

/// A message through DATA: what is stuffed comes out of a server's framer as it was.
void check_stuffing(std::string_view input, std::uint32_t seed) {
  DotStuffer stuffer;
  std::string sent;
  bool clean = true;
  feed_in_pieces(input, seed, [&](std::string_view piece) { clean = clean && stuffer.append(sent, piece); });
  clean = clean && stuffer.append_end(sent);
  LineCheck check;
  check.feed(input);
  PARAPH_ASSERT(clean == check.result().clean());
  if (!clean) return;

  Framer framer;
  framer.begin_data();
  framer.feed(sent);
  std::string got;
  auto event = framer.next();
  for (; event.kind == Framer::Kind::Octets; event = framer.next()) got += event.text;
  PARAPH_ASSERT(event.kind == Framer::Kind::MessageEnd && !framer.has_more());
  PARAPH_ASSERT(got == input || got == std::string(input) + "\r\n");
}

/// No address, identifier or original recipient makes more than one line of its command.
void check_commands(std::string_view input) {
  Extensions all;
  all.dsn = all.size = all.smtputf8 = true;
  const auto half = input.size() / 2;
  const mail::Address address{std::string(input.substr(0, half)), std::string(input.substr(half))};
  if (has_controls(address)) return;
  for (const bool utf8 : {false, true}) {
    std::string out;
    append_mail(out, address, {.envid = std::string(input)}, {.smtputf8 = utf8}, all);
    append_rcpt(out, {address, mail::Notify{}, "utf-8;" + std::string(input)}, all, utf8);
    append_rcpt(out, {address, mail::Notify{}, std::string(input)}, all, utf8);
    PARAPH_ASSERT(std::ranges::count(out, '\n') == 3 && std::ranges::count(out, '\r') == 3);
  }
}

}  // namespace
}  // namespace paraph::smtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paraph::smtp;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = replies(input, 0);
  for (const std::uint32_t seed : {1u, 77777u}) PARAPH_ASSERT(replies(input, seed) == whole);
  for (const std::uint32_t seed : {0u, 1u, 77777u}) check_stuffing(input, seed);
  check_commands(input);
  return 0;
}
