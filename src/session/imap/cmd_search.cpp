#include <algorithm>

#include "mime/charset.h"
#include "session/imap/fold.h"
#include "session/imap/session.h"

namespace paraph::session_imap {
namespace {

constexpr std::size_t kEntriesChunk = 1000;
constexpr std::size_t kMessagesChunk = 200;
constexpr std::size_t kHeaderSearchedMax = 1024 * 1024;      ///< octets of a header block
constexpr std::uint64_t kLeafSearchedMax = 2 * 1024 * 1024;  ///< decoded octets of one text leaf
constexpr std::size_t kTextSearchedMax = 8 * 1024 * 1024;    ///< of all leaves of a message

Task<void> collect(std::string& into, std::string_view octets) {
  into += octets;
  co_return;
}

/// All text leaves, decoded; voice and pictures are not looked into.
Task<Result<std::string>> load_text(service::Messages& messages, service::MessagePtr message) {
  std::string text;
  const auto& parts = message->structure.parts;
  for (std::uint32_t i = 0; i < parts.size() && text.size() < kTextSearchedMax; ++i) {
    const auto& part = parts[i];
    if (!part.leaf() || part.type != "text") continue;
    std::string octets;
    service::Messages::Sink sink = [&octets](std::string_view piece) { return collect(octets, piece); };
    auto read = co_await messages.read_decoded(message, i, 0, kLeafSearchedMax, sink);
    if (!read && read.error().code == Code::Unsupported) {
      octets.clear();
      const mail::Range start{part.body.begin, std::min(part.body.end, part.body.begin + kLeafSearchedMax)};
      read = co_await messages.read(message, start, sink);
    }
    if (!read) co_return fail(std::move(read));
    const auto* charset = mail::find_parameter(part.parameters, "charset");
    text += fold(mime::to_utf8_lossy(charset != nullptr ? *charset : "", octets));
    text += '\n';
  }
  co_return text;
}

}  // namespace

// SEARCH and UID SEARCH (RFC 9051 §6.4.4, RFC 3501 §7.2.5). Each message is asked about with as little of it loaded as
// will do.
Task<void> Session::search(imap::Search command) {
  const auto query = Query::compile(command.key, command.charset, selected_->view);
  if (!query) {
    if (query.error().code == Code::Unsupported) {
      no("BADCHARSET (US-ASCII UTF-8)", query.error().text);
    } else {
      bad(query.error().text);
    }
    co_return;
  }
  std::vector<std::uint32_t> found, open;
  const auto size = selected_->view.size();
  for (std::uint32_t index = 0; index < size; ++index) {
    const auto verdict = query->ask(subject_at(index));
    if (verdict == Verdict::Yes) found.push_back(index);
    if (verdict == Verdict::Unknown) open.push_back(index);
    if (open.size() < kEntriesChunk && index + 1 < size) continue;
    auto searched = co_await search_entries(*query, std::move(open), found);
    if (!searched) {
      refuse(searched.error());
      co_return;
    }
    open = {};
  }
  std::ranges::sort(found);
  out() += "* SEARCH";
  for (const auto index : found) {
    out() += ' ';
    imap::append_number(out(), command.numbers == imap::Numbers::Uid ? selected_->view.at(index).value : index + 1);
  }
  out() += "\r\n";
  co_await sync(expunges_for(command.numbers));
  ok();
}

Subject Session::subject_at(std::uint32_t index) const {
  const Uid uid = selected_->view.at(index);
  return {.index = index, .uid = uid, .recent = selected_->view.is_recent(uid)};
}

/// Those that the view alone does not decide: by their entries, and if need be by more.
Task<Result<void>> Session::search_entries(const Query& query, std::vector<std::uint32_t> indexes,
                                           std::vector<std::uint32_t>& found) {
  auto uids = uids_at(indexes);
  PARAPH_CO_TRY(const auto entries, co_await server_.mailboxes.entries_of(selected_->mailbox, std::move(uids)));
  std::vector<Subject> open;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto index = selected_->view.find(entries[i].uid);
    if (!index) continue;
    auto subject = subject_at(*index);
    subject.entry = &entries[i];
    const auto verdict = query.ask(subject);
    if (verdict == Verdict::Yes) found.push_back(*index);
    if (verdict == Verdict::Unknown) open.push_back(subject);
    if (open.empty() || (open.size() < kMessagesChunk && i + 1 < entries.size())) continue;
    PARAPH_CO_CHECK(co_await search_messages(query, std::move(open), found));
    open = {};
  }
  co_await breathe();
  co_return Result<void>{};
}

Task<Result<void>> Session::search_messages(const Query& query, std::vector<Subject> subjects,
                                            std::vector<std::uint32_t>& found) {
  std::vector<MessageId> ids;
  for (const auto& subject : subjects) ids.push_back(subject.entry->message);
  PARAPH_CO_TRY(const auto messages, co_await server_.messages.load_many(std::move(ids)));
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (!messages[i]) continue;  // gone meanwhile
    auto& subject = subjects[i];
    subject.message = messages[i].get();
    auto verdict = query.ask(subject);
    if (verdict == Verdict::Unknown) {
      PARAPH_CO_TRY(const bool yes, co_await search_octets(query, subject, messages[i]));
      verdict = yes ? Verdict::Yes : Verdict::No;
    }
    if (verdict == Verdict::Yes) found.push_back(subject.index);
  }
  co_return Result<void>{};
}

/// The few that only the message's own octets decide: first the header, then the text.
Task<Result<bool>> Session::search_octets(const Query& query, Subject subject, service::MessagePtr message) {
  auto range = message->structure.root().header;
  range.end = std::min(range.end, range.begin + kHeaderSearchedMax);
  PARAPH_CO_TRY(const auto header, co_await server_.messages.read_all(message, range, kHeaderSearchedMax));
  const auto fields = fold_fields(header);
  subject.fields = &fields;
  const auto verdict = query.ask(subject);
  if (verdict != Verdict::Unknown) co_return verdict == Verdict::Yes;
  PARAPH_CO_TRY(const auto text, co_await load_text(server_.messages, message));
  subject.text = &text;
  co_await breathe();
  co_return query.ask(subject) == Verdict::Yes;
}

}  // namespace paraph::session_imap
