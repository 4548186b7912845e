#include "record/codec.h"
#include "record/wire.h"

namespace paraph::record {

std::string format_mailbox(const mail::Mailbox& mailbox, AccountId owner) {
  Parsed<pb::Mailbox> out;
  out->set_id(mailbox.id.value);
  out->set_account(owner.value);
  out->set_name(mailbox.name);
  out->set_use(static_cast<std::uint32_t>(mailbox.use));
  out->set_subscribed(mailbox.subscribed);
  out->set_uid_validity(mailbox.uid_validity);
  out->set_uid_next(mailbox.uid_next.value);
  out->set_highest_modseq(mailbox.highest_modseq.value);
  out->set_recent_from(mailbox.recent_from.value);
  out->set_messages(mailbox.messages);
  out->set_unseen(mailbox.unseen);
  out->set_bytes(mailbox.bytes);
  out->set_known_from(mailbox.known_from.value);
  out->set_tombstones(mailbox.tombstones);
  return out->SerializeAsString();
}

Result<mail::Mailbox> parse_mailbox(std::string_view octets) {
  Parsed<pb::Mailbox> in;
  if (!in.parse(octets) || in->id() == 0) return corrupt("mailbox");
  const auto use = enum_of(in->use(), mail::SpecialUse::Greetings);
  if (!use) return corrupt("mailbox");
  mail::Mailbox mailbox;
  mailbox.id = MailboxId{in->id()};
  mailbox.name = in->name();
  mailbox.use = *use;
  mailbox.subscribed = in->subscribed();
  mailbox.uid_validity = in->uid_validity();
  mailbox.uid_next = Uid{in->uid_next()};
  mailbox.highest_modseq = ModSeq{in->highest_modseq()};
  mailbox.recent_from = Uid{in->recent_from()};
  mailbox.messages = in->messages();
  mailbox.unseen = in->unseen();
  mailbox.bytes = in->bytes();
  mailbox.known_from = ModSeq{in->known_from()};
  mailbox.tombstones = in->tombstones();
  return mailbox;
}

std::string format_entry(const mail::Entry& entry) {
  Parsed<pb::Entry> out;
  out->set_message(entry.message.value);
  out->set_system_flags(entry.flags.system);
  for (const auto& keyword : entry.flags.keywords) out->add_keywords(keyword);
  out->set_modseq(entry.modseq.value);
  out->set_internal_date(unix_seconds(entry.internal_date));
  out->set_size(entry.size);
  return out->SerializeAsString();
}

Result<mail::Entry> parse_entry(std::string_view octets, Uid uid) {
  Parsed<pb::Entry> in;
  if (!in.parse(octets) || in->message() == 0 || in->system_flags() > 0xFF) return corrupt("mailbox entry");
  const auto date = time_of(in->internal_date());
  if (!date) return corrupt("mailbox entry");
  mail::Entry entry;
  entry.uid = uid;
  entry.message = MessageId{in->message()};
  entry.flags.system = static_cast<std::uint8_t>(in->system_flags());
  entry.flags.keywords.assign(in->keywords().begin(), in->keywords().end());
  entry.modseq = ModSeq{in->modseq()};
  entry.internal_date = *date;
  entry.size = in->size();
  return entry;
}

std::string format_change(const Change& change) {
  Parsed<pb::Change> out;
  out->set_uid(change.uid.value);
  out->set_expunged(change.expunged);
  return out->SerializeAsString();
}

Result<Change> parse_change(std::string_view octets) {
  Parsed<pb::Change> in;
  if (!in.parse(octets) || in->uid() == 0) return corrupt("change");
  return Change{.uid = Uid{in->uid()}, .expunged = in->expunged()};
}

std::string format_upload(const std::vector<BlobId>& blobs) {
  Parsed<pb::Upload> out;
  for (const auto& blob : blobs) out->add_blobs(octets_of(blob));
  return out->SerializeAsString();
}

Result<std::vector<BlobId>> parse_upload(std::string_view octets) {
  Parsed<pb::Upload> in;
  if (!in.parse(octets)) return corrupt("upload");
  std::vector<BlobId> blobs;
  blobs.reserve(static_cast<std::size_t>(in->blobs_size()));
  for (const auto& octets_of_one : in->blobs()) {
    const auto blob = blob_of(octets_of_one);
    if (!blob) return corrupt("upload");
    blobs.push_back(*blob);
  }
  return blobs;
}

}  // namespace paraph::record
