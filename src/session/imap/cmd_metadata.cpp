#include <algorithm>

#include "session/imap/session.h"

namespace paraph::session_imap {
namespace {

constexpr std::string_view kPrivate = "/private/";
constexpr std::string_view kText = "/private/vendor/paraph/signature/text";
constexpr std::string_view kHtml = "/private/vendor/paraph/signature/html";

std::vector<imap::MetadataValue> annotations_of(const mail::Signature& signature) {
  std::vector<imap::MetadataValue> all;
  if (!signature.text.empty()) all.emplace_back(kText, signature.text);
  if (!signature.html.empty()) all.emplace_back(kHtml, signature.html);
  return all;
}

bool is_wanted(const imap::GetMetadata& command, const std::string& entry) {
  return std::ranges::any_of(command.entries,
                             [&](const auto& asked) { return imap::is_asked(asked, command.depth, entry); });
}

}  // namespace

// RFC 5464 for the server's annotations only (METADATA-SERVER): the account's signature is private annotations of the
// server. Mailboxes have none.
Task<void> Session::get_metadata(imap::GetMetadata command) {  // §4.2
  if (!command.mailbox.empty()) {
    const auto mailbox = co_await server_.mailboxes.find(account_, std::move(command.mailbox));
    if (mailbox) {
      ok();
    } else {
      refuse(mailbox.error());
    }
    co_return;
  }
  auto signature = co_await server_.signatures.current(account_);
  if (!signature) {
    refuse(signature.error());
    co_return;
  }
  std::vector<imap::MetadataValue> values;
  std::size_t longest_left_out = 0;
  for (auto& value : annotations_of(*signature)) {
    if (!is_wanted(command, value.first)) continue;
    if (command.bytes_max && value.second->size() > *command.bytes_max) {
      longest_left_out = std::max(longest_left_out, value.second->size());
    } else {
      values.push_back(std::move(value));
    }
  }
  if (!values.empty()) imap::append_metadata(out(), "\"\"", values);
  if (longest_left_out == 0) {
    ok();
  } else {
    ok("METADATA LONGENTRIES " + std::to_string(longest_left_out));
  }
}

/// Into `change`; false when the value cannot be set, which is answered then.
bool Session::take_metadata(imap::MetadataValue& value, service::SignatureChange& change) {
  auto& [entry, text] = value;
  const bool is_text = entry == kText;
  if (!is_text && entry != kHtml) {
    if (entry.starts_with(kPrivate)) {
      no("METADATA TOOMANY", "the server keeps no entries but those of the signature");
    } else {
      no("NOPERM", "entries that all users share cannot be set");
    }
    return false;
  }
  const auto& limits = server_.limits;
  const auto bytes_max = is_text ? limits.signature_text_bytes_max : limits.signature_html_bytes_max;
  if (text && text->size() > bytes_max) {
    no("METADATA MAXSIZE " + std::to_string(bytes_max), "the value is too long");
    return false;
  }
  (is_text ? change.text : change.html) = std::move(text).value_or("");
  return true;
}

// §4.3: all of it or nothing, as one new revision of the signature.
Task<void> Session::set_metadata(imap::SetMetadata command) {
  if (!command.mailbox.empty()) {
    const auto mailbox = co_await server_.mailboxes.find(account_, std::move(command.mailbox));
    if (!mailbox) {
      refuse(mailbox.error());
    } else if (std::ranges::any_of(command.values,
                                   [](const auto& value) { return value.first.starts_with(kPrivate); })) {
      no("METADATA NOPRIVATE", "mailboxes have no annotations here");
    } else {
      no("NOPERM", "mailboxes have no annotations here");
    }
    co_return;
  }
  service::SignatureChange change;
  for (auto& value : command.values) {
    if (!take_metadata(value, change)) co_return;
  }
  const auto set = co_await server_.signatures.set(account_, user_, std::move(change));
  if (set) {
    ok();
  } else if (set.error().code == Code::BadInput) {
    no("CANNOT", set.error().text);
  } else {
    refuse(set.error());
  }
}

}  // namespace paraph::session_imap
