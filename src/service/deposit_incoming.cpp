// A message from elsewhere: the engine never runs (deposit_inside.h).
#include <functional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "mime/header.h"
#include "service/deposit_inside.h"
#include "service/header_edit.h"
#include "service/trace_fields.h"

namespace paraph::service {
namespace {

/// Changes the top header of a message from elsewhere; one that is not whole at hand is left alone.
void edit_header(NewMessage& message, const std::function<void(signature::Message&)>& edit) {
  mail::Rope& rope = message.record.rope;
  mail::Structure& structure = message.record.structure;
  if (message.header.size() != structure.root().header.size()) return;
  signature::Message edited{.rope = std::move(rope), .structure = std::move(structure)};
  edited.octets.emplace(edited.structure.root().header, std::move(message.header));
  edit(edited);
  rope = std::move(edited.rope);
  structure = std::move(edited.structure);
  message.header = std::move(edited.octets.begin()->second);
}

/// A first line "From ..." of an mbox would end up in the midst of the header.
void drop_mbox_line(NewMessage& message) {
  if (!message.header.starts_with("From ")) return;
  edit_header(message, [](signature::Message& edited) { edit_top_header(edited, {}, ""); });
}

/// What is put on top of a header that runs into the body would become one with it, and results that somebody forged
/// would look like ours.
void end_header(NewMessage& message) {
  if (runs_into_body(message.record.structure, message.header)) edit_header(message, &end_top_header);
}

/// What a device sends that writes none of these fields may be the same twice, and yet be two messages.
bool bears_a_mark(std::string_view header) {
  const auto there = [&](std::string_view name) { return mime::count_fields(header, name) != 0; };
  return there("Message-ID") || there("Date") || there("Received");
}

}  // namespace

Task<Result<Deposit::Outcome>> Deposit::Inside::pass_on(const Transaction& transaction, NewMessage& message) {
  PARAPH_CO_CHECK(check_loop(message.header));
  PARAPH_CO_CHECK(check_length(message));
  Along along;
  if (message.content && bears_a_mark(message.header)) {
    const Handed handed{.content = *message.content,
                        .peer = transaction.peer,
                        .reverse_path = transaction.reverse_path,
                        .recipients = transaction.recipients};
    PARAPH_CO_TRY(auto seen, co_await repeats.look(handed));
    if (seen.here) co_return repeated(message);
    along = repeats.note(std::move(seen));
  }
  drop_mbox_line(message);
  Provenance provenance;
  if (verifier != nullptr) {
    Handover handover{.address = transaction.client_address,
                      .hello = transaction.client_name,
                      .reverse_path = transaction.reverse_path};
    PARAPH_CO_TRY(provenance, co_await verifier->verify(message, std::move(handover)));
    message.record.signature = std::move(provenance.signature);
    edit_header(message, [&](signature::Message& edited) { drop_forged_results(edited); });
  }
  end_header(message);
  Outcome outcome{.message_id = message_id_of(message.record.structure)};
  // By LMTP comes what a server of ours took: whom it tells of what is its business.
  const bool from_anyone = !transaction.client_address.empty();
  outcome.may_report = !from_anyone || reverse_path_is_proven(provenance, transaction.reverse_path);
  prepend_fields(message.record.rope, message.record.structure,
                 format_return_path(transaction.reverse_path) + provenance.results + received_field(transaction));
  const bool each = transaction.protocol.find("LMTP") != std::string::npos;
  const auto answers = each ? Answers::Each : Answers::OneForAll;
  PARAPH_CO_TRY(auto recipients, co_await router.find(transaction.recipients, answers));
  PARAPH_CO_TRY(outcome.refusal, co_await sort_in(provenance, recipients));
  if (outcome.refusal) co_return outcome;
  const bool noted = along != nullptr;
  auto deliveries =
      co_await router.deliver(message, recipients, answers, std::nullopt, std::move(along), Meets::Nobody);
  if (!deliveries && noted && deliveries.error().code == Code::Exists) co_return repeated(message);
  PARAPH_CO_TRY(outcome.deliveries, std::move(deliveries));
  co_return outcome;
}

Deposit::Outcome Deposit::Inside::repeated(const NewMessage& message) {
  Outcome outcome{.message_id = message_id_of(message.record.structure), .repeated = true};
  log(Level::Info, "message repeated message-id={}", printable(outcome.message_id));
  return outcome;
}

/// What each recipient's policy makes of a message that did not prove to be what it says. One reply answers for all:
/// the message is refused when all refuse it, and else is junk to those who would.
Task<Result<std::optional<Refusal>>> Deposit::Inside::sort_in(const Provenance& provenance,
                                                              LocalRecipients& recipients) {
  // What no policy could mind goes on without asking for any.
  const Policy strictest{.dmarc = OnFail::Reject, .spf = OnFail::Reject};
  if (arrival_of(provenance, strictest) == Arrival::Inbox) co_return std::nullopt;
  std::optional<Refusal> refusal;
  bool all_refuse = true;
  std::vector<LocalRecipient*> junk;
  for (auto& recipient : recipients) {
    if (!recipient) continue;
    const auto& account = recipient->account;
    PARAPH_CO_TRY(const auto theirs, co_await policies.of(account.id, domain_of(account.address)));
    const auto arrival = arrival_of(provenance, theirs);
    if (arrival == Arrival::Refused) refusal = refusal_of(provenance, theirs);
    all_refuse = all_refuse && arrival == Arrival::Refused;
    if (arrival != Arrival::Inbox) junk.push_back(&*recipient);
  }
  if (refusal && all_refuse) co_return refusal;
  for (auto* recipient : junk) {
    PARAPH_CO_CHECK(co_await router.send_to_junk(*recipient));
    log(Level::Info, "incoming junk account={} spf={} dmarc={} from={}", printable(recipient->account.address),
        spf::name_of(provenance.spf.verdict), dmarc::name_of(provenance.dmarc.verdict),
        printable(provenance.dmarc.domain));
  }
  co_return std::nullopt;
}

}  // namespace paraph::service
