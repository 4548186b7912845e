#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "record/keys.h"
#include "service/flags.h"
#include "service/mailboxes_inside.h"
#include "service/message_ids.h"
#include "service/uploads.h"

namespace paraph::service {
namespace {

MailboxEdit* find_edit(std::vector<MailboxEdit>& edits, MailboxId mailbox) {
  const auto found = std::ranges::find(edits, mailbox, [](const MailboxEdit& edit) { return edit.now().id; });
  return found == edits.end() ? nullptr : &*found;
}

std::vector<MailboxId> mailboxes_of(const std::vector<Target>& targets) {
  std::vector<MailboxId> ids;
  ids.reserve(targets.size());
  for (const auto& target : targets) ids.push_back(target.mailbox);
  std::ranges::sort(ids);
  const auto doubles = std::ranges::unique(ids);
  ids.erase(doubles.begin(), doubles.end());
  return ids;
}

std::vector<AccountId> accounts_without_quota(const std::vector<Target>& targets) {
  std::vector<AccountId> ids;
  for (const auto& target : targets) {
    if (target.no_quota) ids.push_back(target.account);
  }
  return ids;
}

/// The rows of a message in one of its forms: its record, how many entries and others use it, and where it lies first.
/// One that lies nowhere is not listed.
void write_form(store::Batch& batch, MessageId id, record::StoredMessage& form, const std::optional<std::string>& hash,
                const std::vector<record::Place>& places, std::size_t more_uses) {
  form.listed = !places.empty();
  batch.writes.push_back({record::message_key(id), record::format_message(form)});
  if (auto uses = format_uses(places.size() + more_uses))
    batch.writes.push_back({record::message_uses_key(id), std::move(uses)});
  if (hash && form.listed) batch.writes.push_back({record::message_id_key(*hash, id), record::format_places(places)});
  const auto blobs = blobs_of(form);
  batch.retains.insert(batch.retains.end(), blobs.begin(), blobs.end());
}

/// The blobs of all forms, before those that the batch has already; an upload's references go over to them.
void hand_over_blobs(store::Batch& batch, NewMessage& message) {
  auto others = std::exchange(batch.blobs, std::move(message.blobs));
  std::ranges::move(others, std::back_inserter(batch.blobs));
  batch.unused_blobs = std::make_shared<std::vector<mail::NewBlob>>();
  if (message.upload != 0) end_upload(batch, message.upload, message.uploaded);
}

}  // namespace

Task<Result<std::vector<Appended>>> Mailboxes::Inside::try_append(NewMessage& message,
                                                                  const std::vector<Target>& targets, Turns::Kind kind,
                                                                  const Along& along) {
  auto ids = mailboxes_of(targets);
  auto taken = co_await take_mailboxes(ids, kind);
  auto turn = std::make_shared<Turn>(std::move(taken));
  // In the order of Target::form. A form that nobody gets takes a number, and nothing else.
  std::vector<record::StoredMessage*> forms{&message.record};
  for (auto& form : message.other_forms) forms.push_back(&form);
  auto& ids_of_forms = message.ids;
  ids_of_forms.clear();
  for (std::size_t i = 0; i < forms.size(); ++i) {
    PARAPH_CO_TRY(const auto number, co_await numbers.next("message"));
    ids_of_forms.push_back(MessageId{number});
  }
  std::vector<std::vector<record::Place>> placed(forms.size());

  store::Batch batch;
  std::vector<MailboxEdit> edits;
  edits.reserve(ids.size());
  std::vector<Appended> appended;
  std::vector<mail::Entry> entries;
  for (const auto& target : targets) {
    MailboxEdit* into = find_edit(edits, target.mailbox);
    if (into == nullptr) {
      PARAPH_CO_TRY(auto fresh, co_await edit(target.account, target.mailbox));
      into = &edits.emplace_back(std::move(fresh));
    }
    PARAPH_CO_TRY(auto entry, into->add(batch, ids_of_forms[target.form], target.flags, target.internal_date,
                                        forms[target.form]->structure.size));
    placed[target.form].push_back({.account = target.account, .mailbox = target.mailbox, .uid = entry.uid});
    appended.push_back({.mailbox = target.mailbox, .uid_validity = into->now().uid_validity, .uid = entry.uid});
    entries.push_back(std::move(entry));
  }
  PARAPH_CO_CHECK(co_await check_quota(store, edits, accounts_without_quota(targets)));
  const auto hash = message_id_hash(message.record.structure.root().envelope->message_id);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const std::size_t more = message.more_uses.empty() ? 0 : message.more_uses[i];
    if (!placed[i].empty() || more != 0) write_form(batch, ids_of_forms[i], *forms[i], hash, placed[i], more);
  }
  // Its blobs come after the message's own, which can be taken out again.
  if (along) {
    PARAPH_CO_CHECK(co_await along(batch, entries));
  }
  const auto own_blobs = message.blobs.size();
  hand_over_blobs(batch, message);
  const auto unused = batch.unused_blobs;
  auto done = co_await commit(std::move(batch), edits, kind == Turns::Kind::Build ? turn : nullptr);
  if (!done) {
    message.blobs = std::move(*unused);
    message.blobs.resize(std::min(own_blobs, message.blobs.size()));
    co_return fail(std::move(done));
  }
  co_return appended;
}

Task<Result<std::vector<Appended>>> Mailboxes::append_or_keep(NewMessage& message, std::vector<Target> targets,
                                                              Along along, Meets meets) {
  for (auto& target : targets) {
    PARAPH_CO_TRY(target.flags,
                  changed_flags({}, mail::FlagChange::Replace, target.flags, inside_->limits.keywords_max));
  }
  // Most often nobody is in the way, and many batches may wait for one sync. After a conflict alone, which settles it.
  // What goes along may meet others' changes, but for new uses of a new message, which nobody knows yet.
  const bool alone = along && meets == Meets::Others && message.more_uses.empty();
  auto kind = alone ? Turns::Kind::Alone : Turns::Kind::Build;
  const auto once = [&] {
    return inside_->try_append(message, targets, std::exchange(kind, Turns::Kind::Alone), along);
  };
  co_return co_await until_settled(once);
}

Task<Result<std::vector<Appended>>> Mailboxes::append(NewMessage message, std::vector<Target> targets) {
  auto done = co_await append_or_keep(message, std::move(targets));
  if (!done) co_await give_back_upload(inside_->store, message.upload, std::move(message.uploaded));
  co_return done;
}

}  // namespace paraph::service
