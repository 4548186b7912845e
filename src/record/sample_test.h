#pragma once
// For tests and the bench: a signed voice message's record, every field set.
#include "record/codec.h"

namespace paraph::record {

inline BlobId blob_named(unsigned char letter) {
  BlobId id;
  id.digest.fill(letter);
  return id;
}

inline mail::Envelope sample_envelope() {
  return {.date = "Tue, 24 Nov 2026 09:30:00 +0800",
          .subject = "=?utf-8?q?Voice_message_from_Alice?=",
          .from = {{.name = "Alice Example", .address = {"alice", "example.org"}}},
          .sender = {{.name = "", .address = {"secretary", "example.org"}}},
          .reply_to = {},
          .to = {{.name = "friends", .address = {}, .group_start = true},
                 {.name = "Bob", .address = {"bob", "example.net"}},
                 {.name = "", .address = {}, .group_end = true}},
          .cc = {},
          .bcc = {},
          .in_reply_to = "<20261123.17.1@example.net>",
          .message_id = "<20261124.093000.1@vm.example.org>"};
}

inline mail::Part sample_leaf(std::string type, std::string subtype, mail::Range header, mail::Range body) {
  mail::Part part;
  part.parent = 0;
  part.header = header;
  part.body = body;
  part.body_lines = 3;
  part.type = std::move(type);
  part.subtype = std::move(subtype);
  part.parameters = {{"name", "voice.amr"}};
  part.encoding = mail::Encoding::Base64;
  part.encoding_name = "base64";
  part.disposition = "inline";
  part.disposition_parameters = {{"filename", "voice.amr"}, {"voice", "Voice-Message"}};
  part.id = "<voice@vm.example.org>";
  part.description = "voice message";
  part.languages = {"en", "zh"};
  part.duration = 30;
  part.has_content_type = true;
  return part;
}

/// multipart/voice-message of audio, text and picture; 60,700 octets.
inline StoredMessage sample_message() {
  StoredMessage message;
  message.rope.append(std::string(520, 'h'));
  message.rope.append(mail::Segment{.kind = mail::Segment::Kind::Base64,
                                    .blob = blob_named('v'),
                                    .length = 44'004,
                                    .line_chars = 76,
                                    .final_crlf = true});
  message.rope.append("--b--\r\n");
  const std::uint64_t size = message.rope.wire_bytes();
  auto& structure = message.structure;
  structure.size = size;
  structure.mime_version = true;
  structure.parts = {sample_leaf("multipart", "voice-message", {0, 300}, {300, size}),
                     sample_leaf("audio", "amr", {310, 400}, {400, 1000}),
                     sample_leaf("text", "plain", {1010, 1100}, {1100, 1200}),
                     sample_leaf("image", "png", {1210, 1300}, {1300, 2000})};
  structure.parts[0].parent = mail::kNoPart;
  structure.parts[0].children = {1, 2, 3};
  structure.parts[0].envelope = sample_envelope();
  structure.parts[2].defects = mail::Defect::BadBase64;
  structure.defects = mail::Defect::BadBase64;
  message.duration = 30;
  message.received = Time(std::chrono::seconds(1'795'000'000));
  message.signature = {
      "alice@example.org", "AAECAwQFBgcICQoLDA0ODw", "text:html:image:voice", "append", "", "example.org", true};
  message.listed = true;
  mail::Segment before{.kind = mail::Segment::Kind::Raw, .blob = blob_named('b'), .length = 300, .has_8bit = true};
  message.plain = {{.same = {10, 520}, .own = {}}, {.same = {}, .own = std::move(before)}, {.same = {}, .own = {}}};
  message.plain[2].own.octets = "own";
  return message;
}

}  // namespace paraph::record
