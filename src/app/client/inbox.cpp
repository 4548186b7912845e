#include "app/client/inbox.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "app/client/voice_part.h"
#include "base/text.h"
#include "mail/flags.h"
#include "mime/header.h"

namespace paraph::client {
namespace {

using imap::Value;

constexpr std::string_view kItems =
    "UID FETCH 1:* (UID FLAGS INTERNALDATE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (CONTENT-DURATION)])";

// Places in an ENVELOPE, RFC 9051 §7.5.2.
enum EnvelopeItem : std::size_t { Date = 0, Subject = 1, From = 2, To = 5 };

/// The list of a FETCH response, or nullptr for another one.
const std::vector<Value>* fetched(const imap::Response& response) {
  const auto& values = response.values;
  return values.size() == 3 && values[1].atom("FETCH") ? &values[2].list : nullptr;
}

/// The value of the first item whose name begins so: "BODY[".
const std::string& text_of(const std::vector<Value>& items, std::string_view begin) {
  static const std::string none;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (istarts_with(items[i].text, begin)) return items[i + 1].text;
  }
  return none;
}

std::string people(const Value& addresses) {
  std::string all;
  for (const auto& address : addresses.list) {
    if (address.list.size() < 4 || address.list[3].text.empty()) continue;  // a group's begin or end
    const auto spec = address.list[2].text + "@" + address.list[3].text;
    const auto name = mime::decode_words(address.list[0].text);
    if (!all.empty()) all += ", ";
    all += name.empty() ? spec : fmt::format("{} <{}>", name, spec);
  }
  return all;
}

std::string iso_date(const std::string& date, std::string internal) {
  std::ranges::replace(internal, '-', ' ');  // "23-Nov-2026 02:24:00 +0000"; a zone east of Greenwich has "+"
  auto time = mime::parse_date(date);
  if (!time) time = mime::parse_date(internal);
  if (!time) return "";
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::time_point_cast<std::chrono::seconds>(*time));
}

std::optional<std::uint32_t> duration_in(std::string_view header) {
  const auto field = mime::find_value(header, "Content-Duration");
  return field ? mime::parse_duration(*field) : std::nullopt;
}

Listed listed(const std::vector<Value>& items) {
  Listed message;
  message.uid = static_cast<std::uint32_t>(parse_decimal(text_of(items, "UID")).value_or(0));
  if (const auto* flags = find_value(items, "FLAGS")) {
    const auto has = [&](std::string_view name) {
      return std::ranges::any_of(flags->list, [&](const Value& flag) { return flag.atom(name); });
    };
    message.seen = has("\\Seen");
    message.is_signed = has(mail::kSignedKeyword);
  }
  const auto& header = text_of(items, "BODY[");
  message.duration = duration_in(header);
  const auto* envelope = find_value(items, "ENVELOPE");
  if (!envelope || envelope->list.size() <= To) return message;
  message.date = iso_date(envelope->list[Date].text, text_of(items, "INTERNALDATE"));
  message.subject = mime::decode_words(envelope->list[Subject].text);
  message.from = people(envelope->list[From]);
  message.to = people(envelope->list[To]);
  return message;
}

/// Asks for the headers of the recordings whose length is not known yet: one command for each section.
Result<void> ask_durations(Imap& imap, const std::map<std::string, std::vector<std::uint32_t>>& by_section,
                           std::map<std::uint32_t, Listed>& messages) {
  constexpr std::size_t kUidsMax = 500;  // of one command line
  for (const auto& [section, uids] : by_section) {
    for (std::size_t begin = 0; begin < uids.size(); begin += kUidsMax) {
      const auto some = std::span(uids).subspan(begin, std::min(kUidsMax, uids.size() - begin));
      const auto text = fmt::format("UID FETCH {} (UID BODY.PEEK[{}.MIME])", fmt::join(some, ","), section);
      PARAPH_CHECK(imap.command(text, [&](const imap::Response& response) {
        const auto* items = fetched(response);
        if (!items) return;
        const auto found = messages.find(static_cast<std::uint32_t>(parse_decimal(text_of(*items, "UID")).value_or(0)));
        if (found != messages.end()) found->second.duration = duration_in(text_of(*items, "BODY["));
      }));
    }
  }
  return {};
}

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(quoted), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

/// On one line of a terminal.
std::string shown(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text.empty() ? "-" : text;
}

std::string minutes(const std::optional<std::uint32_t>& seconds) {
  return seconds ? fmt::format("{}:{:02}", *seconds / 60, *seconds % 60) : "-";
}

}  // namespace

Result<std::vector<Listed>> list_inbox(Imap& imap) {
  std::map<std::uint32_t, Listed> messages;
  std::map<std::string, std::vector<std::uint32_t>> by_section;
  std::uint32_t exists = 0;
  PARAPH_CHECK(imap.command("EXAMINE INBOX", [&](const imap::Response& response) {
    if (response.values.size() == 2 && response.values[1].atom("EXISTS"))
      exists = static_cast<std::uint32_t>(parse_decimal(response.values[0].text).value_or(0));
  }));
  if (exists == 0) return std::vector<Listed>();
  PARAPH_CHECK(imap.command(kItems, [&](const imap::Response& response) {
    const auto* items = fetched(response);
    if (!items) return;
    auto message = listed(*items);
    const auto* structure = find_value(*items, "BODYSTRUCTURE");
    const auto section = structure ? voice_section(*structure) : "";
    if (!section.empty() && !message.duration) by_section[section].push_back(message.uid);
    if (message.uid != 0) messages.insert_or_assign(message.uid, std::move(message));
  }));
  PARAPH_CHECK(ask_durations(imap, by_section, messages));
  std::vector<Listed> list;
  for (auto& [uid, message] : messages) list.push_back(std::move(message));
  return list;
}

std::string format_table(const std::vector<Listed>& messages) {
  if (messages.empty()) return "no messages\n";
  auto table = fmt::format("{:>5}  {:<4} {:<6} {:>6}  {:<20}  {:<32}  {}\n", "UID", "NEW", "SIGNED", "LENGTH", "DATE",
                           "FROM", "SUBJECT");
  for (const auto& message : messages) {
    table += fmt::format("{:>5}  {:<4} {:<6} {:>6}  {:<20}  {:<32}  {}\n", message.uid, message.seen ? "" : "new",
                         message.is_signed ? "yes" : "no", minutes(message.duration), shown(message.date),
                         shown(message.from), shown(message.subject));
  }
  return table;
}

std::string format_json(const std::vector<Listed>& messages) {
  std::string json = "[";
  for (const auto& message : messages) {
    json += json.size() == 1 ? "\n  " : ",\n  ";
    json += fmt::format(
        R"({{"uid": {}, "from": {}, "to": {}, "subject": {}, "date": {}, "duration": {}, "seen": {}, "signed": {}}})",
        message.uid, json_text(message.from), json_text(message.to), json_text(message.subject),
        json_text(message.date), message.duration ? fmt::format("{}", *message.duration) : "null", message.seen,
        message.is_signed);
  }
  return json + (messages.empty() ? "]\n" : "\n]\n");
}

}  // namespace paraph::client
