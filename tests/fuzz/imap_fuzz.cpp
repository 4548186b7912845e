#include <cstdint>
#include <string>
#include <variant>

#include "base/assert.h"
#include "base/text.h"
#include "pieces.h"
#include "wire/imap/format.h"
#include "wire/imap/framer.h"
#include "wire/imap/grammar.h"
#include "wire/imap/parse.h"
#include "wire/imap/reply_for.h"
#include "wire/imap/response.h"

namespace paraph::imap {
namespace {

/// A session without a server: every command is obeyed, an APPEND with flags is refused, and what happened becomes
/// text.
class Session {
 public:
  void feed(std::string_view octets) {
    framer_.feed(octets);
    for (auto event = framer_.next(); event.kind != Framer::Kind::NeedMore; event = framer_.next()) note(event);
  }
  const std::string& events() const& { return events_; }

 private:
  void note(const Framer::Event& event) {
    if (event.kind != Framer::Kind::Octets || last_ != Framer::Kind::Octets) {
      events_ += "\n" + std::to_string(static_cast<int>(event.kind)) + (event.sync == Sync::Yes ? "s" : "") +
                 std::to_string(event.bytes) + " ";
    }
    last_ = event.kind;
    events_ += event.text;
    if (event.kind == Framer::Kind::Literal) framer_.accept();
    if (event.kind == Framer::Kind::Message) answer(event.text);
    if (event.kind == Framer::Kind::Command) obey(event.text);
    if (event.kind == Framer::Kind::AppendEnd) events_ += check_append_end(event.text, {}) ? "" : "?";
  }

  void answer(std::string_view text) {
    const auto command = parse_append(text);
    if (command && std::get<Append>(command->body).flags.keywords.empty()) {
      framer_.accept();
    } else {
      framer_.refuse();
    }
  }

  void obey(std::string_view text) {
    const auto command = parse_command(text);
    if (!command) {
      append_refusal(events_, command_tag(text), command.error());
      return;
    }
    events_ += command->name;
    if (std::holds_alternative<Idle>(command->body) || std::holds_alternative<Authenticate>(command->body))
      framer_.expect_line();
    if (const auto* fetch = std::get_if<Fetch>(&command->body)) check_items(*fetch);
    if (const auto* select = std::get_if<Select>(&command->body)) check_name(select->mailbox);
    if (const auto* list = std::get_if<List>(&command->body))
      events_ += NamePattern(list->reference, list->patterns.front()).matches("INBOX/a b") ? '+' : '-';
  }

  // What we write is what we read.
  static void check_items(const Fetch& fetch) {
    for (const auto& item : fetch.items) {
      if (item.partial) continue;
      std::string text = "a FETCH 1 ";
      append_fetch_name(text, item);
      const auto again = parse_command(text);
      PARAPH_ASSERT(again && std::get<Fetch>(again->body).items.at(0).section == item.section);
    }
    for (const auto& range : resolve(fetch.set, 7)) PARAPH_ASSERT(range.first != 0 && range.first <= range.last);
  }
  static void check_name(const std::string& name) {
    PARAPH_ASSERT(is_utf8(name));
    const auto again = parse_mailbox_name(format_utf7_name(name), NameEncoding::Utf7);
    PARAPH_ASSERT(again && *again == name);
  }

  Framer framer_;
  Framer::Kind last_ = Framer::Kind::NeedMore;
  std::string events_;
};

std::string events(std::string_view input, std::uint32_t seed) {
  Session session;
  feed_in_pieces(input, seed, [&](std::string_view piece) { session.feed(piece); });
  return session.events();
}

void check_strings(std::string_view input) {
  std::string text;
  append_string(text, input);
  Cursor cursor(text);
  const auto again = string(cursor);
  PARAPH_ASSERT(again && cursor.at_end() && (input.contains('\0') || *again == input));
}

std::string responses(std::string_view input, std::uint32_t seed) {
  ResponseFramer framer(10'000);
  std::string out;
  bool failed = false;
  feed_in_pieces(input, seed, [&](std::string_view piece) {
    if (failed) return;
    framer.feed(piece);
    std::string_view response;
    auto more = framer.next(response);
    for (; more && *more; more = framer.next(response)) {
      const auto parsed = parse_response(response);
      out += parsed ? parsed->tag + std::to_string(parsed->values.size()) : parsed.error().text;
    }
    failed = !more;
  });
  return out;
}

}  // namespace
}  // namespace paraph::imap

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paraph::imap;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = events(input, 0);
  const auto read = responses(input, 0);
  for (const std::uint32_t seed : {1u, 77777u}) {
    PARAPH_ASSERT(events(input, seed) == whole);
    PARAPH_ASSERT(responses(input, seed) == read);
  }
  check_strings(input);
  std::string picked;
  append_header_fields(picked, input, {.what = Section::What::HeaderFields, .fields = {"From", "a"}});
  return 0;
}
