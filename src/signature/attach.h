#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/rope.h"
#include "mail/signature.h"
#include "mail/structure.h"
#include "signature/limits.h"

namespace paraph::signature {

/// Which readers a copy of a message is for (spec 2.8); chosen once per submission and class.
enum class Recipients {
  Internet,
  Vpim,  ///< a voice profile system: a bare ADPCM recording becomes multipart/voice-message and carries a voice only
  Vvm,   ///< a mailbox of visual voice mail
};

/// What a reply gets, that is a message with In-Reply-To or References.
enum class OnReply {
  Full,
  Text,  ///< text and HTML, neither picture nor voice
  None,
};

/// What the operator and the user want. Defaults are the spec's.
struct Policy {
  Limits limits = kHardLimits;  ///< a kind past its own is left out. What users may set is for who accepts it: by
                                ///< kDefaultLimits, unless the operator says otherwise
  std::uint64_t growth_bytes_max =
      kDefaultLimits.growth_bytes;             ///< past it voice is left out, then image, then html (spec 2.8)
  std::uint64_t message_bytes_max = 52428800;  ///< the result never exceeds it: degraded in the same order
  std::uint64_t leaf_bytes_max = 1024 * 1024;  ///< a text leaf longer than this is locked (spec 5.3)
  bool text = true, html = true, image = true, voice = true;
  OnReply on_reply = OnReply::Full;
  bool mandatory = false;          ///< no client escapes: fields that would exempt a message are ignored, and one whose
                                   ///< structure cannot be signed is Report::refused (spec 2.7 (4))
  bool wrap_signed = false;        ///< S/MIME and OpenPGP signed messages are wrapped, and get BODY after (2.4 I1)
  bool text_before_quote = false;  ///< in plain text: above the quotation with which a reply ends (2.4 V)
  bool html_before_quote = true;   ///< in HTML: before the first reply container (2.4 U)
  bool replace_client_block = false;  ///< a "-- " block that the client wrote gives way (2.4 V)
  Recipients recipients = Recipients::Internet;
  bool basic_audio = false;  ///< recipients are strict about IVM (RFC 4239): audio/basic where nothing else is known
  bool any_voice = true;     ///< where no variant fits the class, the uploaded one is sent rather than none
};

/// Who submitted it; decides spec 2.3 (1) together with the message's own fields.
struct Submission {
  std::string reverse_path;  ///< addr-spec; empty: the null reverse-path
  std::string domain;        ///< d=: the sender's domain, for Content-IDs `@sig.DOMAIN`
  std::string nonce;         ///< at least 32 random octets of this message: boundaries and Content-IDs come from it,
                             ///< so that the same input gives the same output
};

/// A received message. `octets` holds what `octets_wanted` asked for.
struct Message {
  mail::Rope rope;
  mail::Structure structure;
  std::map<mail::Range, std::string> octets;
};

/// How the message was changed (w= of spec 2.6), and `Untouched` for U0.
enum class How { Edit, Append, Wrap, Present, Header, Untouched };
/// "edit", "append", "wrap", "present", "header", "untouched".
std::string_view name_of(How how);

struct Report {
  How how = How::Untouched;
  bool text = false, html = false, image = false, voice = false;  ///< what the message carries now
  std::string reason;  ///< x=: why something (or all) was left out; "" when nothing was. For U0: "auto-submitted", ...
  bool refused = false;         ///< the policy is `mandatory` and the message cannot be signed: answer 554 5.7.1
  std::size_t parts_added = 0;  ///< containers and leaves that the message did not have
  std::vector<std::string> content_ids;          ///< p=, without angle brackets
  std::vector<BlobId> media;                     ///< blobs of the signature that the rope now refers to
  std::optional<BlobId> image_blob, voice_blob;  ///< what the message carries now, added or there before
  std::string html_hash;        ///< SHA-256 of canonical_html() of the fragment as it stands in the message; "" : the
                                ///< signature's own
  bool html_as_written = true;  ///< false: the client wrote it in markup of its own. No receiver can tell such a
                                ///< fragment from what is around it, so the field does not vouch for it
  std::string kinds() const;    ///< m=: "text:html:image:voice", or "none"
};

/// One place where a message was changed.
struct Change {
  mail::Range range;        ///< octets of the message before ...
  std::uint64_t added = 0;  ///< ... in whose place so many others stand
  friend bool operator==(const Change&, const Change&) = default;
};

struct Attached {
  mail::Rope rope;  ///< the whole message
  Report report;
  std::vector<Change> changes;  ///< in order and apart
};

/// Without Paraph-Signature fields in the top header: a client cannot bring its own (spec 2.7 (1)). `keep` is the one
/// that is genuine after all (verify.h), counted from the top. Comes before attach(); `message` is changed in place,
/// its ranges and octets too. Where nothing would be left of the header, an empty line stands for it. Answers how many
/// were removed: log that.
std::size_t strip_foreign_fields(Message& message, std::optional<std::size_t> keep = std::nullopt);

/// The wire ranges whose octets `attach` must see: header blocks, and text leaves up to the policy's limit; a leaf that
/// may be the signature's own media already (same decoded length) when the rope does not tell its hash; some octets of
/// delimiters. In order, apart, and without what inline segments of the rope hold already. Bounded: at most 4 MiB in
/// all; what is past that is left alone.
std::vector<mail::Range> octets_wanted(const mail::Rope& rope, const mail::Structure& structure,
                                       const mail::Signature& signature, const std::vector<mail::PastRevision>& past,
                                       const Policy& policy);

/// Attaches `signature` to `message` by the cases of spec 2.4, or leaves it alone and says why. Pure: no clock, no
/// chance, no I/O, no log. Untouched ranges are segments of the given rope, octet for octet. attach(attach(m)) ==
/// attach(m). Never fails: whatever cannot be done is U1 (or U0) with a reason.
Attached attach(const Message& message, const Submission& submission, const mail::Signature& signature,
                const std::vector<mail::PastRevision>& past, const Policy& policy);

/// Spec 5.2: an edited message is parsed again before it goes anywhere. True when `after`, the structure of
/// attached.rope, is that of `before` and what the report says was added, and when every octet that no change names is
/// the one that was there: the ropes are compared segment by segment, without what made them, and no body is read.
/// Changes may lie in the top header (whose fields all stay), in a text leaf that is a body, and between parts. Else
/// keep the original as How::Header, and raise an alarm: the engine was wrong. `before` is what attach() was given.
bool reads_as_planned(const Message& before, const Attached& attached, const mail::Structure& after);
/// Its first half: the old parts in their order, as many new ones as there must be, every Content-ID there, and no
/// defect that was not.
bool reads_as_planned(const mail::Structure& before, const mail::Structure& after, const Report& report);
/// Its second half, as far as ropes tell: what stands outside of `changes`.
bool keeps_octets(const mail::Rope& before, const mail::Rope& after, const std::vector<Change>& changes);

}  // namespace paraph::signature
